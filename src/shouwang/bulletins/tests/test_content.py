"""What a bulletin says of a day: figures with what they were, no data where nothing was counted, what is late."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shouwang.areas.models import Area, ClosureStatus, Entrance, EntranceStatus
from shouwang.bulletins import content
from shouwang.bulletins.models import Bulletin
from shouwang.bulletins.tests.town import BY, at, house, run, tell
from shouwang.command import actions as command
from shouwang.command.policy import Stage
from shouwang.measures import catalogue
from shouwang.measures import queries as measures
from shouwang.refusal import Refusal

DAY = date(2020, 2, 20)
SCHEMA = json.loads((resources.files("shouwang") / "bulletins" / "bulletin.schema.json").read_text(encoding="utf-8"))


def days_ago(count: int) -> date:
    return DAY - timedelta(days=count)


@pytest.fixture
def ill(town: dict[str, Area]) -> dict[str, Area]:
    """Cases a week ago, yesterday and on the day, in two districts; nothing counted yet."""
    told = [("X1", 7), ("X1", 1), ("X1", 1), ("X3", 0), ("X4", 0), ("X4", 0)]
    for number, (place, ago) in enumerate(told):
        (person,) = house(town[place], f"P{number}")
        tell(person, "confirmed", days_ago(ago))
    return town


def test_figures_stand_beside_those_of_yesterday_and_of_last_week(ill: dict[str, Area]) -> None:
    """Value, the day before, the same day of the week before, and what it is a share of."""
    for ago in (7, 1, 0):
        run(days_ago(ago))
    figures = content.compose(ill["4201"], DAY)["figures"]
    new, cumulative = figures["cases_new"], figures["cases_cumulative"]
    assert (new["value"], new["yesterday"], new["last_week"]) == (3, 2, 1)
    assert (cumulative["value"], cumulative["yesterday"], cumulative["last_week"]) == (6, 3, 1)
    assert figures["cured_cumulative"]["denominator"] == {"measure": "cases_cumulative", "value": 6}
    assert set(figures) == {measure.id for measure in catalogue.measures()}


def test_a_day_that_was_not_counted_is_no_data(ill: dict[str, Area]) -> None:
    """Neither yesterday nor last week are nought when nobody counted them; the curve has gaps."""
    run(DAY)
    told = content.compose(ill["4201"], DAY)
    assert told["figures"]["cases_new"] | {"title": 0, "unit": 0} == {
        "title": 0, "unit": 0, "value": 3, "yesterday": None, "last_week": None,
    }  # fmt: skip
    assert [point["cases_new"] for point in told["curve"]] == [None] * 6 + [3]
    assert {row["yesterday"] for row in told["ranking"]["rows"]} == {None}
    with pytest.raises(Refusal) as refused:
        content.compose(ill["4201"], days_ago(1))
    assert refused.value.code == "bulletins.day_not_counted"


def test_what_was_taken_back_is_listed_with_its_reason(ill: dict[str, Area]) -> None:
    """A withdrawn case lowers the cumulative figure and is a correction of its day, in its own area only."""
    (person,) = house(ill["X4"], "wrong")
    mistaken = tell(person, "confirmed", days_ago(1))
    run(days_ago(1))
    tell(person, "excluded", DAY, ends=mistaken, note="重复报告")
    run(DAY)
    told = content.compose(ill["4201"], DAY)
    assert told["corrections"] == [{"kind": "confirmed", "note": "重复报告", "count": 1}]
    assert told["figures"]["cases_cumulative"]["value"] == told["figures"]["cases_cumulative"]["yesterday"] + 3 - 1
    assert content.compose(ill["420102"], DAY)["corrections"] == []


def test_what_is_late_names_the_worst_places(town: dict[str, Area]) -> None:
    """Closed compounds without a guard: how many in all, and where, most first; a place without any is not named."""
    for code in ("X1", "X3", "X4"):
        ClosureStatus.objects.create(
            area=town[code], area_path=town[code].path, state="closed", since=at(DAY, 1), by="t"
        )
    gate = Entrance.objects.create(area=town["X1"], area_path=town["X1"].path, name="gate", state="open")
    EntranceStatus.objects.create(entrance=gate, area_path=gate.area_path, state="open", since=at(DAY, 1), by="t")
    run(DAY)
    late = {row["measure"]: row for row in content.compose(town["4201"], DAY)["late"]}
    unguarded = late["compounds_without_guard"]
    assert unguarded["count"] == 3
    assert [(place["code"], place["count"]) for place in unguarded["places"]] == [("420102", 2), ("420103", 1)]
    assert late["compounds_no_entrance"]["count"] == 2
    assert content.compose(town["420104"], DAY)["late"] == []


@pytest.mark.parametrize(
    ("stage", "late"),
    [(None, False), (Stage.STRICT_CLOSURE, True), (Stage.DECISIVE, True), (Stage.NORMAL_CONTROL, False)],
)
def test_an_open_compound_is_late_only_while_all_are_to_be_closed(
    town: dict[str, Area], stage: Stage | None, late: bool
) -> None:
    """In normal control, or where no stage was declared, a compound that is open is no omission."""
    if stage:
        command.declare_stage("4201", stage, days_ago(1), by=BY, why="test")
    run(DAY)
    measures_late = {row["measure"] for row in content.compose(town["4201"], DAY)["late"]}
    assert ("compounds_not_closed" in measures_late) is late


def test_the_city_is_the_sum_of_its_districts(ill: dict[str, Area]) -> None:
    """For every measure that adds up, and for every district the sum of its streets."""
    run(DAY)
    adding = [measure.id for measure in catalogue.measures() if measure.aggregate.kind in {"count", "sum"}]
    assert len(adding) > 80
    for code in ("4201", "420102"):
        whole = content.compose(ill[code], DAY)["figures"]
        parts = measures.children_table(ill[code].path, DAY, adding)
        for name in adding:
            if name == "areas_total" or catalogue.measure(name).room == "journal":
                continue  # counts the city itself, and deeds that belong to no district
            assert whole[name]["value"] == sum(part.values[name] or 0 for part in parts), (code, name)


@pytest.mark.parametrize("day", [DAY, date(2022, 7, 20)])
@pytest.mark.parametrize("code", ["4201", "420102", "420102001", "420103001201", "X1"])
def test_a_bulletin_has_the_shape_that_is_documented(town: dict[str, Area], day: date, code: str) -> None:
    """The JSON of every level of the tree, under the county rule and under the compound rule, is as the schema says."""
    house(town["X1"], "quiet")
    case, other = house(town["X1"], "case", "other", household="1")
    tell(case, "confirmed", day - timedelta(days=2))
    wrong = tell(other, "confirmed", day - timedelta(days=1))
    tell(other, "excluded", day, ends=wrong)
    ClosureStatus.objects.create(area=town["X1"], area_path=town["X1"].path, state="closed", since=at(day, 1), by="t")
    command.declare_risk("420102", "high", day, by=BY, why="test")
    run(day)
    told = json.loads(json.dumps(content.compose(town[code], day)))
    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(SCHEMA).iter_errors(told)]
    assert faults == []
    assert told["late"]
    assert told["corrections"] or code == "420103001201"


def test_a_draft_differs_when_facts_came_later(ill: dict[str, Area]) -> None:
    """The same facts: no difference. A case recorded since: the figures differ. An unknown measure is no difference."""
    run(DAY)
    drafted: dict[str, Any] = Bulletin.objects.get(area=ill["4201"], day=DAY).content
    assert not content.differs(drafted, content.compose(ill["4201"], DAY))
    older = {**drafted, "figures": {"cases_new": drafted["figures"]["cases_new"], "gone": {"value": 1}}}
    assert not content.differs(older, content.compose(ill["4201"], DAY))
    (person,) = house(ill["X1"], "late-told")
    tell(person, "confirmed", DAY)
    run(DAY)
    assert content.differs(drafted, content.compose(ill["4201"], DAY))


def test_composing_costs_the_same_however_much_there_is(
    ill: dict[str, Area], django_assert_max_num_queries: Any
) -> None:
    """A handful of statements for the whole city, none for each place, measure or thing that is late."""
    for code in ("X1", "X3", "X4"):
        ClosureStatus.objects.create(area=ill[code], area_path=ill[code].path, state="closed", since=at(DAY, 1), by="t")
    run(DAY)
    with django_assert_max_num_queries(14):
        content.compose(ill["4201"], DAY)
