"""docs/commands.md knows every command, option and column, and the shapes it shows are those that come out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import click
import pytest
from click.testing import CliRunner
from making.tables import every_command
from written import DOCS, fenced, sections, text

PAGE = text(DOCS / "commands.md")
COMMANDS = dict(every_command())
DOCUMENTED = {
    heading.strip("`").removeprefix("shouwang ") for heading in sections(PAGE) if heading.startswith("`shouwang ")
}


def section(words: str) -> str:
    """What the page says of a command."""
    return sections(PAGE)[f"`shouwang {words}`"]


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    """A new command without a section fails here, and so does a section without a command."""
    assert set(COMMANDS) == DOCUMENTED


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_every_option_is_documented_and_every_documented_option_exists(words: str) -> None:
    """Under its own command, in the first column of its table; groups have none."""
    command = COMMANDS[words]
    real = {flag for parameter in command.params if isinstance(parameter, click.Option)
            for flag in (*parameter.opts, *parameter.secondary_opts)}  # fmt: skip
    told = {flag for row in re.findall(r"^\| `([^`]+)` \|", section(words), re.MULTILINE)
            for flag in re.findall(r"--[a-z-]+", row)}  # fmt: skip
    assert told == real
    if not isinstance(command, click.Group):
        assert f"<!-- begin: options {words} -->" in section(words)


def test_every_kind_has_its_columns_in_the_page() -> None:
    """The header line and the table of each kind are the kind's own, and no other kind is described."""
    from shouwang.intake import kinds

    described = {
        heading.strip("`"): body for heading, body in sections(PAGE).items() if re.fullmatch(r"`[a-z-]+`", heading)
    }
    assert set(described) == {kind.name for kind in kinds.every()}
    for kind in kinds.every():
        assert fenced(described[kind.name], "") == [",".join(kind.columns) + "\n"]
        assert tuple(re.findall(r"^\| `([^`]+)` \|", described[kind.name], re.MULTILINE)) == kind.columns


def test_the_kinds_are_those_of_the_contract() -> None:
    """Files that others make for us keep working: these columns are promised."""
    from shouwang.intake import kinds

    promised = {
        "areas": "code,name,level,parent_code",
        "compounds": "code,name,area_code,households,residents,managed_by,lon,lat",
        "residents": "person,name,id_number,phone,birth_date,sex,compound_code,building,unit,dwelling,household,needs",
        "health-events": "event,time,person,kind,ends,source,note",
    }
    assert {name: ",".join(kinds.get(name).columns) for name in promised} == promised


def run(words: str, *arguments: str, code: int = 0) -> Any:
    """What a command prints with --json on the examples, and that it exits as it should."""
    done = CliRunner().invoke(COMMANDS[words], [*arguments, "--json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    assert (done.return_value or 0) == code, done.output
    return json.loads(done.stdout)


def shape(value: Any, shown: Any, at: str = "") -> list[str]:
    """Where the value and the one shown have other keys. Lists are compared by their first entries."""
    if isinstance(value, dict) and isinstance(shown, dict):
        other = [f"{at}.{key}" for key in value.keys() ^ shown.keys()]
        return other + [
            fault for key in value.keys() & shown.keys() for fault in shape(value[key], shown[key], f"{at}.{key}")
        ]
    if isinstance(value, list) and isinstance(shown, list):
        return shape(value[0], shown[0], f"{at}[]") if value and shown else []
    return []


@pytest.fixture
def examples(db: None, tmp_path: Any) -> Any:
    """The city of docs/examples taken in, each file by its command; the folder with the files."""
    for path in (DOCS / "examples").glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for kind in ("areas", "compounds", "residents", "health-events"):
        told = run("import", kind, str(tmp_path / f"{kind}.csv"))
        assert (told["refused"], told["taken"]) == (0, told["rows"])
    return tmp_path


def differences(words: str, told: Any) -> Sequence[str]:
    """How the JSON differs from the one that the page shows for the command."""
    return shape(told, json.loads(fenced(section(words), "json")[0]))


def test_the_shapes_shown_are_those_that_come_out(examples: Any) -> None:
    """import, areas tree, day, risk, code, policy list, journal verify and keys list print what the page shows."""
    told = run("import", "health-events", str(examples / "health-events-with-faults.csv"), code=3)
    assert (told["rows"], told["taken"], told["refused"]) == (8, 1, 7)
    assert differences("import", told) == []
    assert differences("areas tree", run("areas tree")) == []
    day = run("day", "2020-02-13")
    [shown] = [step for step in day["steps"] if step["job"] == "codes.decide"]
    assert shape({**day, "steps": [shown]}, json.loads(fenced(section("day"), "json")[0])) == []
    risk = run("risk", "2020-02-13")
    assert risk["levels"][0]["level"] == "medium"
    assert differences("risk", risk) == []
    code = run("code", "P000006", "--at", "2020-02-13T09:00")
    assert code["colour"] == "yellow"
    assert differences("code", code) == []
    assert differences("policy list", run("policy list")) == []
    verified = run("journal verify")
    assert verified["intact"]
    assert differences("journal verify", verified) == []
    assert differences("keys list", run("keys list")) == []


def test_a_changed_entry_is_named_as_the_page_shows(examples: Any) -> None:
    """Exit code 1 and the damage, in the documented shape, after a row was changed behind the program's back."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update journal_entry set why = 'something else' where seq = 2")
    told = run("journal verify", code=1)
    assert next((each["seq"], each["kind"]) for each in told["damages"]) == (2, "changed")
    assert differences("journal verify", told) == []


def test_a_fault_of_a_policy_is_told_as_the_page_shows(tmp_path: Any) -> None:
    """`policy check` on a folder with a pack at fault: exit code 1, file, line, field, both languages."""
    (tmp_path / "my-city").mkdir()
    (tmp_path / "my-city" / "colour.yaml").write_text("pack: my-city\ntopic: colour\n", encoding="utf-8")
    told = run("policy check", str(tmp_path), code=1)
    assert told
    assert differences("policy check", told) == []


def test_what_the_examples_say_comes_out(examples: Any) -> None:
    """docs/examples/README.md gives three results; they are these."""
    run("days", "2020-02-12", "2020-02-13")
    told = run("bulletin", "2020-02-13")["figures"]
    assert (told["cases_cumulative"]["value"], told["cases_new"]["value"]) == (3, 2)
    assert (told["codes_red"]["value"], told["codes_yellow"]["value"]) == (4, 3)
    assert [row["level"] for row in run("risk", "2020-02-13")["levels"]] == ["medium"]
