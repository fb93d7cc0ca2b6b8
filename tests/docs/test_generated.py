"""What documents take from the code is what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from making import blocks, diagrams, tables
from written import DOCS, ROOT, text


@pytest.mark.parametrize("document", blocks.documents(), ids=lambda each: str(each.relative_to(DOCS)))
def test_marked_places_are_up_to_date(document: Path) -> None:
    """A table in a committed page is what the program says now: `make docs` brings it in step."""
    assert text(document) == blocks.filled(text(document)), "type: make docs"


def test_every_generated_file_is_written(tmp_path: Path) -> None:
    """The text generators run without a database, and each says something."""
    written = {path.name for path in blocks.write(tmp_path)}
    assert written == set(blocks.FILES | blocks.KEPT)
    for name in blocks.FILES:
        said = (tmp_path / name).read_text(encoding="utf-8")
        assert said.startswith("# ")
        assert len(said.splitlines()) > 5


@pytest.mark.parametrize("name", blocks.KEPT)
def test_what_others_build_against_is_up_to_date(name: str) -> None:
    """The committed description of the gates' doors is that of the program: `make docs` brings it in step."""
    assert (DOCS / "generated" / name).read_text(encoding="utf-8") == blocks.KEPT[name]() + "\n", "type: make docs"


def test_the_diagram_of_a_report_follows_its_table() -> None:
    """Every step of the table is an arrow with the power it needs; it begins filled and ends accepted."""
    from shouwang.command.rules import REPORT_STEPS

    drawn = diagrams.report_states()
    for (state, step), power in REPORT_STEPS.items():
        assert f"{state} --> {step}: {power}" in drawn
    assert "[*] --> filled" in drawn
    assert "accepted --> [*]" in drawn


def test_the_floors_are_drawn_as_the_contract_has_them() -> None:
    """Every room stands on the diagram; those that have no folder are marked as later."""
    drawn = diagrams.floors()
    for room in (path.parent.name for path in (ROOT / "src/shouwang").glob("*/__init__.py")):
        assert re.search(rf"^\s+{room}$", drawn, re.MULTILINE), room
    assert "gates:::later" in drawn or (ROOT / "src/shouwang/gates").is_dir()


def test_every_variable_measure_policy_and_table_is_listed() -> None:
    """Nothing that a page promises to list is left out of it."""
    from django.apps import apps

    from shouwang.measures import catalogue
    from shouwang.policybook import queries
    from shouwang.site.environment import Environment, variable

    assert all(f"`{variable(name)}`" in tables.environment() for name in Environment.model_fields)
    assert all(f"`{measure.id}`" in tables.measures() for measure in catalogue.measures())
    assert all(policy.version in tables.policies("en") for policy in queries.policies(()))
    ours = [model for model in apps.get_models() if model.__module__.startswith("shouwang.")]
    assert all(f"`{model._meta.db_table}`" in tables.retention() for model in ours)
