"""Clusters against a slow plain twin that compares every case with every other, and the laws they keep."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.bulletins.cluster_rules import Case, Found, Kind, find

DAY = date(2020, 3, 15)
names = st.sampled_from(["", "a", "b", "c"])
histories = st.lists(st.tuples(st.integers(-3, 30), names, names, names), max_size=14).map(
    lambda rows: [Case(f"p{n}", DAY - timedelta(days=ago), *units) for n, (ago, *units) in enumerate(rows)]
)


def twin(cases: list[Case], day: date, days: int, size: int) -> set[tuple[str, str, frozenset[str]]]:
    """Every group of `size` that shares a unit within the window makes its unit a cluster of all who share it."""
    told = set()
    for kind in ("family", "site", "stairwell"):
        near = [case for case in cases if 0 <= (day - case.day).days <= days - 1]
        for group in combinations(near, size):
            unit = getattr(group[0], kind)
            if not unit or any(getattr(case, kind) != unit for case in group):
                continue
            together = [case for case in near if getattr(case, kind) == unit]
            homes = {case.family for case in together}
            if kind == "family" or homes == {""} or len(homes) > 1:
                told.add((kind, unit, frozenset(case.person for case in together)))
    return told


def plain(found: tuple[Found, ...]) -> set[tuple[str, str, frozenset[str]]]:
    return {(str(one.kind), one.unit, frozenset(case.person for case in one.cases)) for one in found}


@given(histories, st.integers(1, 20), st.integers(2, 4))
@settings(max_examples=80, deadline=None)
def test_clusters_are_those_of_the_twin(cases: list[Case], days: int, size: int) -> None:
    """The same clusters with the same people, each once."""
    found = find(cases, day=DAY, window_days=days, size=size)
    assert plain(found) == twin(cases, DAY, days, size)
    assert len(plain(found)) == len(found)


@given(histories, st.randoms())
@settings(max_examples=40, deadline=None)
def test_order_of_telling_and_cases_outside_change_nothing(cases: list[Case], dice: object) -> None:
    """Shuffled, or with cases outside the window left out, it is the same answer; the newest cluster comes first."""
    found = find(cases, day=DAY, window_days=14, size=2)
    shuffled = list(cases)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find(shuffled, day=DAY, window_days=14, size=2) == found
    near = [case for case in cases if DAY - timedelta(days=13) <= case.day <= DAY]
    assert find(near, day=DAY, window_days=14, size=2) == found
    assert [one.latest for one in found] == sorted((one.latest for one in found), reverse=True)


def case(person: str, ago: int, **units: str) -> Case:
    return Case(person, DAY - timedelta(days=ago), **units)


def test_the_edge_of_the_window() -> None:
    """Fourteen days, both counted: a case thirteen days before the day is inside, one fourteen days before is not."""
    assert find([case("p", 13, family="a"), case("q", 0, family="a")], day=DAY, window_days=14, size=2)
    assert not find([case("p", 14, family="a"), case("q", 0, family="a")], day=DAY, window_days=14, size=2)


def test_a_stairwell_of_one_family_is_told_as_the_family() -> None:
    """Two of one household on one stairwell are a family cluster, and no second one; a neighbour makes both."""
    home = [case("p", 1, family="a", stairwell="s"), case("q", 2, family="a", stairwell="s")]
    assert [one.kind for one in find(home, day=DAY, window_days=14, size=2)] == [Kind.FAMILY]
    both = find([*home, case("r", 3, family="b", stairwell="s")], day=DAY, window_days=14, size=2)
    assert [(one.kind, len(one.cases), one.families) for one in both] == [(Kind.FAMILY, 2, 1), (Kind.STAIRWELL, 3, 2)]


def test_colleagues_of_two_families_are_a_site() -> None:
    """A place of work or stay, where somebody records it, is a unit like the others."""
    told = [case("p", 1, family="a", site="w"), case("q", 2, family="b", site="w")]
    assert [one.kind for one in find(told, day=DAY, window_days=14, size=2)] == [Kind.SITE]
