"""The people of a made-up compound are as many as stated, valid in form, and nobody twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from stdnum.cn import ric

from shouwang.residents.policy import NEEDS, SEXES
from shouwang.site.demo import city, id_numbers, people
from shouwang.site.demo.city import Compound
from shouwang.site.demo.homes import homes


@pytest.fixture(scope="module")
def compounds() -> list[Compound]:
    return city.compounds(city.read_tree(), city.read_outlines(), 0.002)


@pytest.fixture(scope="module")
def rows(compounds: list[Compound]) -> list[dict[str, str]]:
    return [dict(zip(people.COLUMNS, row, strict=True)) for one in compounds for row in people.residents(one)]


def test_as_many_people_and_households_as_the_compound_states(
    compounds: list[Compound], rows: list[dict[str, str]]
) -> None:
    """Both numbers exactly, in every compound."""
    heads = Counter(row["compound_code"] for row in rows)
    households = defaultdict(set)
    for row in rows:
        households[row["compound_code"]].add(row["household"])
    for one in compounds:
        assert (heads[one.code], len(households[one.code])) == (one.residents, one.households)


def test_id_numbers_are_valid_and_say_what_the_row_says(rows: list[dict[str, str]]) -> None:
    """Check digit and birthplace by python-stdnum; birth date and sex as in the other columns."""
    for row in rows[::7]:
        assert ric.is_valid(row["id_number"]), row
        assert ric.get_birth_date(row["id_number"]).isoformat() == row["birth_date"]
        assert ("male" if int(row["id_number"][16]) % 2 else "female") == row["sex"]
        assert row["id_number"].startswith("42")


def test_nobody_shares_a_reference_an_id_number_or_a_phone(rows: list[dict[str, str]]) -> None:
    """Over all compounds of the city."""
    for column in ("person", "id_number"):
        assert len({row[column] for row in rows}) == len(rows)
    phones = [row["phone"] for row in rows if row["phone"]]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("199") and len(phone) == 11 for phone in phones)


def test_id_numbers_never_meet_between_any_two_compounds_of_the_largest_city() -> None:
    """Every compound has places, tenths of days and sequence numbers that no other has, old and young."""
    taken = set()
    for number in range(9_060):
        ids = id_numbers.IdNumbers(number)
        taken.add(("young", ids.young, ids.weekday))
        taken.add(("old", ids.old))
        assert max(ids.young[1], ids.old[1]) + id_numbers.ROOM <= 500
    assert len(taken) == 2 * 9_060


def test_more_people_of_one_birthday_than_there_are_numbers_are_born_on_other_days() -> None:
    """A crowd of the same day and sex still gets different numbers, a few days or weeks older at most."""
    ids = id_numbers.IdNumbers(4_711)
    for age in (9_000, 25_000):
        given = [ids.give(True, age) for _ in range(40)]
        assert len({number for number, _age in given}) == 40
        assert all(age <= older < age + 100 for _number, older in given)
        assert all(ric.is_valid(number) for number, _age in given)


def test_people_fit_their_homes(rows: list[dict[str, str]]) -> None:
    """A household is behind one door; a door has one household; children do not live alone."""
    doors = defaultdict(set)
    members = defaultdict(list)
    for row in rows:
        doors[row["compound_code"], row["building"], row["unit"], row["dwelling"]].add(row["household"])
        members[row["household"]].append(date.fromisoformat(row["birth_date"]))
    assert all(len(households) == 1 for households in doors.values())
    assert all(min(born) < date(2002, 1, 1) for born in members.values())


def test_ages_and_needs_are_plausible(rows: list[dict[str, str]]) -> None:
    """Children 10–20 %, over 60 15–25 %; needs only from the register's list, and where age and sex allow."""
    ages = [(date(2020, 1, 1) - date.fromisoformat(row["birth_date"])).days / 365.25 for row in rows]
    assert 0.10 < sum(age < 15 for age in ages) / len(ages) < 0.20
    assert 0.15 < sum(age >= 60 for age in ages) / len(ages) < 0.25
    for row, age in zip(rows, ages, strict=True):
        needs = set(filter(None, row["needs"].split(";")))
        assert needs <= set(NEEDS)
        assert row["sex"] in SEXES
        assert ("over_80" in needs) == (age >= 80)
        assert "pregnant" not in needs or (row["sex"] == "female" and 20 < age < 41)
        assert "no_phone" not in needs or not row["phone"]


def test_any_compound_can_be_made_alone_and_in_part(compounds: list[Compound]) -> None:
    """The same people whether made with others or alone; the first homes alone give the first rows of the whole."""
    one = compounds[3]
    whole = list(people.residents(one))
    assert list(people.residents(one)) == whole
    some = list(homes(one))[:5]
    part = list(people.people_of(one, some))
    assert part == whole[: len(part)]
    assert len(part) == sum(len(home.members) for home in some)
