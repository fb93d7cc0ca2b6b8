"""The rule of February 2020 through the database: fourteen days, fifty cases, clusters of real households."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.bulletins import actions, queries
from shouwang.bulletins.models import Bulletin, RiskProposal
from shouwang.bulletins.tests.town import BY, at, house, run, tell
from shouwang.command import actions as command
from shouwang.journal.models import Entry

DAY = date(2020, 3, 20)


def propose(day: date = DAY) -> dict[str, dict[str, Any]]:
    actions.propose_risk(day, by=BY)
    return {row["code"]: row for row in queries.risk_rows("", day)}


def many(area: Area, count: int, day: date) -> None:
    """Cases that live apart from each other."""
    for person in house(area, *(f"{area.code}-{day}-{number}" for number in range(count))):
        tell(person, "confirmed", day)


@pytest.mark.parametrize(
    ("ago", "hour", "level", "rule"),
    [(13, 0, "medium", "few"), (13, 23, "medium", "few"), (14, 23, "low", "quiet"), (0, 23, "medium", "few")],
)
def test_a_case_counts_for_fourteen_days(town: dict[str, Area], ago: int, hour: int, level: str, rule: str) -> None:
    """On D−13 it still makes a district medium, whatever the hour; on D−14 there were 14 days without one."""
    (person,) = house(town["X1"], "P")
    tell(person, "confirmed", DAY - timedelta(days=ago), hour=hour)
    rows = propose()
    assert (rows["420102"]["level"], rows["420102"]["rule"]) == (level, rule)
    assert (rows["420103"]["level"], rows["420103"]["rule"]) == ("low", "never")


@pytest.mark.parametrize(("count", "level"), [(50, "medium"), (51, "high")])
def test_exactly_fifty_is_medium(town: dict[str, Area], count: int, level: str) -> None:
    """With a cluster, 50 in all are medium and 51 high."""
    many(town["X1"], count - 2, DAY - timedelta(days=30))
    for person in house(town["X2"], "A", "B", household="7"):
        tell(person, "confirmed", DAY)
    assert propose()["420102"]["level"] == level


@pytest.mark.parametrize(("first", "clusters"), [(13, 1), (14, 0)])
def test_a_household_is_a_cluster_when_two_fall_ill_within_fourteen_days(
    town: dict[str, Area], first: int, clusters: int
) -> None:
    """Two of one household, the first on D−13: a cluster, and high. The first on D−14: none, and medium."""
    many(town["X3"], 60, DAY - timedelta(days=40))
    one, other = house(town["X1"], "A", "B", household="7")
    tell(one, "confirmed", DAY - timedelta(days=first))
    tell(other, "confirmed", DAY)
    row = propose()["420102"]
    assert len(row["facts"]["clusters"]) == clusters
    assert row["level"] == ("high" if clusters else "medium")


def test_clusters_are_households_and_stairwells_of_one_compound(town: dict[str, Area]) -> None:
    """A family is told once, not again as its stairs; neighbours on the stairs are a cluster; the same number elsewhere
    is another household; one household number in two compounds is two households."""
    family = house(town["X1"], "A", "B", household="7", building="1", unit="1")
    neighbours = [
        *house(town["X1"], "C", household="8", building="2", unit="1"),
        *house(town["X1"], "D", household="9", building="2", unit="1"),
    ]
    strangers = [*house(town["X2"], "E", household="7", building="1", unit="1"), *house(town["X3"], "F", household="7")]
    for person in (*family, *neighbours, *strangers):
        tell(person, "confirmed", DAY)
    (first, second) = propose()["420102"]["facts"]["clusters"]
    assert first["unit"].startswith("household")
    assert first["days"] == [str(DAY)] * 2
    assert second["unit"] == f"stairwell {town['X1'].pk} 2 1"


def test_a_family_and_a_neighbour_on_the_stairs_are_two_clusters(town: dict[str, Area]) -> None:
    """The stairs hold a case beyond the family, so they are told too."""
    people = house(town["X1"], "A", "B", household="7", building="1", unit="1")
    people += house(town["X1"], "C", household="8", building="1", unit="1")
    for person in people:
        tell(person, "confirmed", DAY)
    units = [cluster["unit"].split()[0] for cluster in propose()["420102"]["facts"]["clusters"]]
    assert units == ["household", "stairwell"]


def test_a_withdrawn_case_is_none(town: dict[str, Area]) -> None:
    """Taken back the same day: the district never had one."""
    (person,) = house(town["X1"], "P")
    wrong = tell(person, "confirmed", DAY, hour=8)
    tell(person, "excluded", DAY, ends=wrong)
    assert propose()["420102"]["rule"] == "never"


def test_a_day_run_again_gives_the_same(town: dict[str, Area]) -> None:
    """Levels, rules, reasons and facts are the same, later facts unseen; one row a district, one entry a run."""
    (person,) = house(town["X1"], "P")
    tell(person, "confirmed", DAY)
    first = propose()
    tell(*house(town["X4"], "later"), "confirmed", DAY + timedelta(days=1))
    assert propose() == first
    assert RiskProposal.objects.filter(day=DAY).count() == 3
    assert first["420102"]["facts"] == {
        "area": "420102", "day": "2020-03-20", "cumulative": 1, "last_new": "2020-03-20", "clusters": [], "role": None,
        "negative_tests": [], "county_at_risk": False,
    }  # fmt: skip
    assert Entry.objects.filter(deed="bulletins.propose_risk").count() == 2


def test_the_declared_level_stands_beside_the_proposed_one(town: dict[str, Area]) -> None:
    """A person declares; the proposal stays what the rule gave."""
    command.declare_risk("420102", "medium", DAY, by=BY, why="test")
    row = propose()["420102"]
    assert (row["level"], row["declared"], row["declared_by"]) == ("low", "medium", BY.name)


def test_a_place_inside_a_county_is_told_the_level_of_its_county(town: dict[str, Area]) -> None:
    """A street, a community and a compound stand under the level of their district; the neighbour's is not shown."""
    propose()
    for code in ("420102001", "420102001001", "X1", "420102"):
        assert [row["code"] for row in queries.risk_rows(town[code].path, DAY)] == ["420102"]


def test_drafting_twice_keeps_one_draft(town: dict[str, Area]) -> None:
    """One bulletin for the city and each district; the second run puts its own in the place of the first."""
    run(DAY)
    tell(*house(town["X1"], "P"), "confirmed", DAY)
    run(DAY)
    drafts = {draft.area.code: draft for draft in Bulletin.objects.filter(day=DAY).select_related("area")}
    assert sorted(drafts) == ["4201", "420102", "420103", "420104"]
    assert drafts["4201"].content["figures"]["cases_new"]["value"] == 1
    with clock.frozen(at(DAY, 23)):
        assert actions.draft(DAY, by=BY) == {"bulletins": 4}
    assert Bulletin.objects.filter(day=DAY).count() == 4


def test_without_districts_the_root_has_a_level(db: None) -> None:
    """A county that runs Shouwang on its own is its own root."""
    county = Area.objects.create(code="430000", path="430000/", level="city", name="county")
    home = Area.objects.create(code="H", path="430000/H/", level="compound", name="home", parent=county)
    tell(*house(home, "P"), "confirmed", DAY)
    assert {code: row["level"] for code, row in propose().items()} == {"430000": "medium"}


def test_of_many_clusters_the_latest_are_kept(town: dict[str, Area]) -> None:
    """Twenty-two families: the facts name the twenty whose last case is the latest, and say that two are left out."""
    for number in range(22):
        for person in house(town["X1"], f"A{number}", f"B{number}", household=str(number), unit=str(number)):
            tell(person, "confirmed", DAY - timedelta(days=5 if number in {3, 8} else 1))
    facts = propose()["420102"]["facts"]
    assert len(facts["clusters"]) == 20
    assert facts["clusters_left_out"] == 2
    assert {cluster["days"][-1] for cluster in facts["clusters"]} == {str(DAY - timedelta(days=1))}
