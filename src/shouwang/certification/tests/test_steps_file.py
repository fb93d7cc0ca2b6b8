"""Files of steps: every row taken, unchanged or refused for a reason that names its column, in any order, any number of
times; and the command that tells how units stood.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from shouwang.certification import queries, the_day
from shouwang.certification.models import AssessedItem, CertificationStatus, StepRow
from shouwang.intake.actions import Report, take_in
from shouwang.journal.actions import Actor
from shouwang.site.commands.certification import command

pytestmark = pytest.mark.django_db
At = Callable[[str], None]
BY, SYSTEM = Actor.operator(), Actor.system("test")
ALL = "publicity;closure;screening;disinfection;supply;organisation"
COLUMNS = ("time", "area_code", "step", "result", "items", "by")
WAY = [
    ("2020-03-09T09:00", "X1", "declared"),
    ("2020-03-09T10:00", "X1", "first_review", "passed", "", "street"),
    ("2020-03-09T11:00", "X1", "comparison", "passed"),
    ("2020-03-09T14:00", "X1", "assessment", "passed", ALL, "district"),
    ("2020-03-10T09:00", "X1", "notice", "passed"),
]
"""Named as the round of 14 March closes."""


@pytest.fixture
def told(tmp_path: Path, tree: dict[str, Any]) -> Callable[..., Report]:
    """`told(row, row, …)`: what comes of a file with these rows."""

    def take(*rows: tuple[str, ...], scope_path: str = "", dry_run: bool = False) -> Report:
        file = tmp_path / "steps.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)
        return take_in("certification-steps", file, by=BY, scope_path=scope_path, dry_run=dry_run)

    return take


def refusals(report: Report) -> list[tuple[int, str, str]]:
    return sorted((row.line, row.column, row.code.removeprefix("certification.")) for row in report.refusals)


def standing(tree: dict[str, Any], code: str) -> str:
    now = queries.standing(tree[code].pk)
    return str(now.state) if now else "none"


def test_a_file_names_a_unit(at: At, tree: dict[str, Any], told: Callable[..., Report]) -> None:
    """Its steps are stored with whose they were; the round names it."""
    at("2020-03-15T08:00")
    report = told(*WAY)
    assert (report.taken, report.refused, report.notes) == (5, 0, [])
    assert standing(tree, "X1") == "named"
    review = StepRow.objects.get(step="first_review")
    assert (review.by, review.at.isoformat()) == ("street", "2020-03-09T02:00:00+00:00")
    assert StepRow.objects.get(step="notice").by == BY.name
    assert set(AssessedItem.objects.values_list("passed", flat=True)) == {True}


def test_twice_and_out_of_order_gives_the_same(at: At, tree: dict[str, Any], told: Callable[..., Report]) -> None:
    """The file shuffled, cut in pieces and sent twice comes to the same rows that count."""
    at("2020-03-15T08:00")
    rows = [
        *WAY,
        *((time, "X2", *rest) for time, _code, *rest in WAY),
        ("2020-03-14T20:00", "X2", "spot_check", "failed"),
    ]
    told(*rows)
    once = {
        pk: [c.state for c in changes] for pk, changes in queries.known_changes([tree["X1"].pk, tree["X2"].pk]).items()
    }
    again = told(*rows)
    assert (again.taken, again.unchanged) == (0, 11)
    dice = random.Random(4)
    dice.shuffle(rows)
    moved = [(time, {"X1": "X3", "X2": "X4"}[code], *rest) for time, code, *rest in rows]
    told(*moved[:5])
    told(*moved[3:])
    other = queries.known_changes([tree["X3"].pk, tree["X4"].pk])
    assert [once[tree["X1"].pk][-1], once[tree["X2"].pk][-1]] == [other[tree[c].pk][-1].state for c in ("X3", "X4")]
    assert standing(tree, "X3") == standing(tree, "X1") == "named"


def test_rows_at_fault_are_refused_one_by_one(at: At, told: Callable[..., Report]) -> None:
    """Each with line, column and reason; the good row among them is taken."""
    at("2020-03-15T08:00")
    report = told(
        ("yesterday", "X1", "declared"),
        ("2020-03-16T09:00", "X1", "declared"),
        ("2020-03-09T09:00", "X9", "declared"),
        ("2020-03-09T09:00", "X1", "jumped"),
        ("2020-03-09T09:00", "X1", "first_review", "perhaps"),
        ("2020-03-09T09:00", "X1", "first_review"),
        ("2020-03-09T09:00", "X1", "assessment", "passed", "closure;closure"),
        ("2020-03-09T09:00", "X1", "assessment", "passed", ALL.replace("closure", "closure:failed")),
        ("2020-03-09T09:00", "X1", "assessment", "failed", ALL),
        ("2020-03-09T09:00", "X1", "declared"),
        ("2020-03-09T09:00", "X1", "declared", "", "", "somebody"),
        ("2020-03-08T23:00", "X1", "named"),
    )
    assert report.taken == 1
    assert refusals(report) == [
        (2, "time", "step_time"), (3, "time", "step_time"), (4, "area_code", "step_unit"), (5, "step", "unknown_step"),
        (6, "result", "unknown_result"), (7, "result", "unknown_result"), (8, "items", "unknown_item"),
        (9, "items", "items_contradict"), (10, "items", "items_contradict"), (12, "time", "step_twice"),
        (13, "step", "not_named_then"),
    ]  # fmt: skip
    assert all(row.reason_zh and row.reason_en for row in report.refusals)


def test_the_record_is_not_rewritten(at: At, told: Callable[..., Report]) -> None:
    """The same moment, unit and step with another result, author or items is refused naming the column."""
    at("2020-03-15T08:00")
    told(*WAY)
    report = told(
        (*WAY[1][:3], "failed", "gate open", "street"), (*WAY[1][:5], "somebody else"), (*WAY[3][:4], "", "district")
    )
    assert refusals(report) == [
        (2, "result", "step_told_otherwise"),
        (3, "time", "step_twice"),
        (4, "items", "step_told_otherwise"),
    ]
    assert StepRow.objects.count() == 5


def test_steps_that_lead_nowhere_are_kept_and_told(at: At, tree: dict[str, Any], told: Callable[..., Report]) -> None:
    """A review before any declaration has no effect, until the declaration arrives."""
    at("2020-03-15T08:00")
    report = told(*WAY[1:])
    assert report.taken == 4
    [note] = report.notes
    assert note.code == "certification.steps_lead_nowhere"
    assert "known: 4 (lines" in note.words("en")
    assert "2, 3, 4, 5" in note.words("en")
    assert standing(tree, "X1") == "none"
    told(WAY[0])
    assert standing(tree, "X1") == "named"


def test_naming_is_compared_with_the_round(at: At, told: Callable[..., Report]) -> None:
    """A row `named` on the day of the round is unchanged, on another day it is refused; neither is stored."""
    at("2020-03-20T08:00")
    report = told(*WAY, ("2020-03-14T20:00", "X1", "named"), ("2020-03-17T20:00", "X1", "named"))
    assert (report.taken, report.unchanged) == (5, 1)
    assert refusals(report) == [(8, "step", "not_named_then")]


def test_a_post_takes_in_its_own_area_only(at: At, tree: dict[str, Any], told: Callable[..., Report]) -> None:
    at("2020-03-15T08:00")
    report = told(WAY[0], ("2020-03-09T09:00", "X4", "declared"), scope_path=tree["S1"].path)
    assert report.taken == 1
    assert refusals(report) == [(3, "area_code", "step_outside")]


def test_a_trial_run_keeps_nothing(at: At, told: Callable[..., Report]) -> None:
    at("2020-03-15T08:00")
    assert told(*WAY, dry_run=True).taken == 5
    assert not StepRow.objects.exists()
    assert not CertificationStatus.objects.exists()


def test_a_comparison_that_the_record_tells_of_is_not_made_again(
    at: At, tree: dict[str, Any], told: Callable[..., Report]
) -> None:
    """Days of the past are run over an imported record: the machine does not compare before the desk did."""
    at("2020-03-15T08:00")
    told(*WAY[:2], ("2020-03-11T11:00", "X1", "comparison", "failed", "a contact in flat 3"))
    at("2020-03-09T23:59")
    the_day.run(queries.clock.today(), by=SYSTEM)
    at("2020-03-15T08:00")
    assert StepRow.objects.filter(step="comparison").count() == 1
    assert standing(tree, "X1") == "returned"


def test_the_command_tells_units_and_shares(at: At, tree: dict[str, Any], told: Callable[..., Report]) -> None:
    """Every unit at or under the area as the day closed, never-declared ones too, and the percentages with their
    denominator; for a single unit what stands against it."""
    at("2020-03-15T08:00")
    told(*WAY)
    answer = CliRunner().invoke(command, ["2020-03-14", "--json"], catch_exceptions=False)
    found = json.loads(answer.output)
    assert {unit["code"]: unit["state"] for unit in found["units"]} == {
        **dict.fromkeys(tree, "none"), "X1": "named",
    }  # fmt: skip
    compounds = next(level for level in found["levels"] if level["level"] == "compound")
    assert (compounds["before"], compounds["named"], compounds["net"], compounds["units"]) == (0, 1, 1, 4)
    assert compounds["percent"] == "25.0"
    one = json.loads(CliRunner().invoke(command, ["2020-03-15", "--area", "X1", "--json"]).output)["unit"]
    assert (one["state"], one["days_certified"], one["standard_one"]["met"]) == ("named", 1, True)
    words = CliRunner().invoke(command, ["2020-03-12", "--area", "X1"], catch_exceptions=False).output
    assert "公示期未满" in words
    assert "25.0" not in words
