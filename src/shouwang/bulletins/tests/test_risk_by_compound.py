"""The rule of June 2022 through the database: homes of the infected, whole-area tests, seven days and then three."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shouwang.areas.models import Area
from shouwang.bulletins import actions, queries
from shouwang.bulletins.models import RiskProposal
from shouwang.bulletins.tests.town import BY, house, tell
from shouwang.residents.models import Person, Residence

FOUND = date(2022, 7, 1)
"""The day on which somebody is found infected."""


def on(days: int) -> date:
    """So many days after the finding."""
    return FOUND + timedelta(days=days)


def levels(day: date) -> dict[str, str]:
    """Code → level of every county and every unit at risk, as proposed for a day."""
    actions.propose_risk(day, by=BY)
    return {code: row["level"] for code, row in queries.levels_by_code(queries.risk_rows("", day)).items()}


def row_of(code: str, day: date) -> dict[str, Any]:
    actions.propose_risk(day, by=BY)
    return queries.levels_by_code(queries.risk_rows("", day))[code]


@pytest.fixture
def homes(town: dict[str, Area]) -> dict[str, list[Person]]:
    """Three people in X1, of whom the first is found infected on day 0; one in X4."""
    people = {"X1": house(town["X1"], "A", "B", "C"), "X4": house(town["X4"], "D")}
    tell(people["X1"][0], "asymptomatic", FOUND)
    return people


def all_test_negative(day: date, people: list[Person]) -> None:
    """A negative test of each on a day."""
    for person in people:
        tell(person, "negative_test", day)


def test_seven_days_and_a_test_then_three_days(homes: dict[str, list[Person]]) -> None:
    """High to day 6; medium from day 7, when the whole compound tested negative, to day 9; from day 10 lifted."""
    all_test_negative(on(7), homes["X1"])
    told = [levels(on(day)).get("X1", "not listed") for day in range(12)]
    assert told == ["high"] * 7 + ["medium"] * 3 + ["not listed"] * 2


def test_the_district_shows_the_highest_of_its_units(homes: dict[str, list[Person]], town: dict[str, Area]) -> None:
    """High, then medium, then no level; the other district has none all along. Counts add up to all its units."""
    all_test_negative(on(7), homes["X1"])
    assert [levels(on(day))["420102"] for day in (0, 6, 7, 9, 10)] == ["high", "high", "medium", "medium", "none"]
    assert levels(on(5))["420103"] == "none"
    county = row_of("420102", on(8))
    assert county["counts"] == {"none": 0, "low": 2, "medium": 1, "high": 0}
    assert (county["rule"], county["facts"]["cumulative"], county["facts"]["last_new"]) == ("roll_up", 1, "2022-07-01")
    assert "(3): 0 at high risk, 1 at medium, 2 at low." in county["reason"]["en"]
    assert row_of("420102", on(10))["counts"] == {"none": 3, "low": 0, "medium": 0, "high": 0}


def test_without_the_test_it_stays_high(homes: dict[str, list[Person]]) -> None:
    """No test, a test a day too early, or one that somebody missed: high. The first whole test later lowers it."""
    assert levels(on(20))["X1"] == "high"
    all_test_negative(on(6), homes["X1"])
    all_test_negative(on(8), homes["X1"][:2])
    assert levels(on(9))["X1"] == "high"
    all_test_negative(on(9), homes["X1"])
    assert levels(on(8))["X1"] == "high"
    assert levels(on(9))["X1"] == "medium"
    assert levels(on(11))["X1"] == "medium"
    assert "X1" not in levels(on(12))
    assert row_of("X1", on(9))["facts"]["negative_tests"] == ["2022-07-10"]


def test_a_new_infection_begins_the_days_again(homes: dict[str, list[Person]]) -> None:
    """Found on day 8 among the neighbours: high again until day 15 has its own test."""
    all_test_negative(on(7), homes["X1"])
    tell(homes["X1"][1], "confirmed", on(8))
    assert levels(on(7))["X1"] == "medium"
    assert levels(on(8))["X1"] == "high"
    assert levels(on(14))["X1"] == "high"
    all_test_negative(on(15), homes["X1"])
    assert levels(on(15))["X1"] == "medium"
    assert row_of("X1", on(15))["facts"]["cumulative"] == 2


def test_an_infection_that_is_confirmed_later_is_the_same_one(homes: dict[str, list[Person]]) -> None:
    """Without symptoms on day 0, confirmed on day 3: the days count from day 0. After recovery it is a new one."""
    tell(homes["X1"][0], "confirmed", on(3))
    assert row_of("X1", on(5))["facts"]["last_new"] == "2022-07-01"
    tell(homes["X1"][0], "recovered", on(9))
    tell(homes["X1"][0], "confirmed", on(30))
    row = row_of("X1", on(30))
    assert (row["facts"]["last_new"], row["facts"]["cumulative"]) == (str(on(30)), 2)


def test_who_is_away_is_not_waited_for(homes: dict[str, list[Person]], town: dict[str, Area]) -> None:
    """The infected in hospital, a contact in central isolation and the dead need no test; who came back does."""
    ill, contact, neighbour = homes["X1"]
    tell(contact, "central_isolation_start", on(1))
    (gone,) = house(town["X1"], "dead")
    tell(gone, "died", on(2))
    tell(neighbour, "negative_test", on(7))
    assert levels(on(7))["X1"] == "medium"
    tell(ill, "discharged", on(6))
    assert levels(on(7))["X1"] == "high"


def test_residents_are_those_of_the_day(homes: dict[str, list[Person]], town: dict[str, Area]) -> None:
    """Who moved in after the test is not missed in it; who moved out after it is."""
    all_test_negative(on(7), homes["X1"])
    (newcomer,) = house(town["X1"], "new")
    Residence.objects.create(person=newcomer, area=town["X3"], area_path=town["X3"].path, until_day=on(8), by="test")
    assert levels(on(8))["X1"] == "medium"
    (leaver,) = house(town["X3"], "left")
    Residence.objects.create(person=leaver, area=town["X1"], area_path=town["X1"].path, until_day=on(8), by="test")
    assert levels(on(8))["X1"] == "high"


def test_what_was_taken_back_counts_neither_as_infection_nor_as_test(
    homes: dict[str, list[Person]], town: dict[str, Area]
) -> None:
    """A withdrawn finding makes no place high, a withdrawn negative test leaves the whole-area test incomplete."""
    wrong = tell(homes["X4"][0], "confirmed", on(0))
    tell(homes["X4"][0], "excluded", on(1), ends=wrong)
    assert levels(on(0))["X4"] == "high"
    assert "X4" not in levels(on(1))
    for person in homes["X1"][:2]:
        tell(person, "negative_test", on(7))
    mistaken = tell(homes["X1"][2], "negative_test", on(7))
    assert levels(on(7))["X1"] == "medium"
    tell(homes["X1"][2], "excluded", on(8), ends=mistaken)
    assert levels(on(8))["X1"] == "high"


def test_infections_long_before_the_rule_are_not_judged_by_it(town: dict[str, Area]) -> None:
    """Wuhan's cases of 2020 make nothing high in 2022; one whose seven days reach into the rule does."""
    tell(*house(town["X3"], "old"), "confirmed", date(2020, 2, 12))
    tell(*house(town["X2"], "late"), "confirmed", date(2022, 6, 22))
    assert levels(date(2022, 6, 27)) == {"420102": "medium", "420103": "low", "420104": "low"}
    assert levels(date(2022, 6, 28)) == {"420102": "high", "X2": "high", "420103": "none", "420104": "none"}


def test_only_places_at_risk_are_kept_beside_their_county(
    homes: dict[str, list[Person]], town: dict[str, Area]
) -> None:
    """Run twice: one row a county and one a unit at risk; lifted, its row goes; a replay brings it back."""
    all_test_negative(on(7), homes["X1"])
    for _twice in range(2):
        assert levels(on(7)) == {"420102": "medium", "X1": "medium", "420103": "none", "420104": "none"}
    assert RiskProposal.objects.filter(day=on(7)).count() == 4
    before = row_of("X1", on(7))
    assert levels(on(10)) == {"420102": "none", "420103": "none", "420104": "none"}
    assert row_of("X1", on(7)) == before


def test_a_place_is_told_its_own_units_only(homes: dict[str, list[Person]], town: dict[str, Area]) -> None:
    """The district's row with the units under the place asked; the rest of the county is low, or lifted."""
    tell(*house(town["X3"], "E"), "confirmed", on(0))
    actions.propose_risk(on(1), by=BY)

    def units(code: str) -> list[str]:
        (county,) = queries.risk_rows(town[code].path, on(1))
        return [unit["code"] for unit in county["units"]]

    assert units("420102") == ["X1", "X3"]
    assert units("420102001001") == ["X1"]
    assert units("X1") == ["X1"]
    assert units("X2") == []
    (county,) = queries.risk_rows(town["X2"].path, on(1))
    rest = queries.rest_of(county, town["X2"].path, on(1))
    assert (rest["level"], rest["rule"]) == ("low", "rest")
    (other,) = queries.risk_rows(town["X4"].path, on(1))
    assert queries.rest_of(other, town["X4"].path, on(1))["rule"] == "lifted"


def test_people_outside_any_compound_make_their_own_place_high(town: dict[str, Area]) -> None:
    """Registered at a community itself: the community stands for itself among the units."""
    tell(*house(town["420102001002"], "P"), "confirmed", on(0))
    told = levels(on(0))
    assert told["420102001002"] == "high"
    assert row_of("420102", on(0))["counts"] == {"none": 0, "low": 3, "medium": 0, "high": 1}


def test_nobody_living_there_is_no_whole_area_test(town: dict[str, Area]) -> None:
    """Where the only resident is in hospital nothing was tested, so the place stays high."""
    tell(*house(town["X4"], "alone"), "confirmed", on(0))
    assert levels(on(9))["X4"] == "high"
