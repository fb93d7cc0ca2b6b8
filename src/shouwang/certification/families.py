"""Families of units: what has to be decided together, and the units of the ladder as they hang by date.

A family is a street with all below it (or whatever hangs directly under a district): nothing below asks what is above.
Streets between which a unit moved are one family. A district and the city follow their streets' known changes.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.areas import queries as areas
from shouwang.certification.facts import Unit
from shouwang.certification.policy import RANKS, CertificationPolicy
from shouwang.policybook import queries as policybook
from shouwang.policybook.policy import Policy

TOP = ("city", "district")
Moves = Sequence[tuple[date, int, str, str]]
"""Moves of units: day, unit, the path it had, the path it got."""
COLUMNS = ("id", "code", "path", "level", "kind", "parent_id", "valid_from", "valid_until", "name")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the register of places has it now."""

    id: int
    code: str
    path: str
    level: str
    kind: str
    parent_id: int | None
    begins: date | None
    ends: date | None
    name: str


@dataclass(frozen=True)
class Family:
    """Units that are decided together: the paths at their tops, the register's rows, and the ladder's units."""

    tops: tuple[str, ...]
    places: Mapping[int, Place]
    units: tuple[Unit, ...]

    @functools.cached_property
    def by_id(self) -> Mapping[int, Unit]:
        """The ladder's units by number."""
        return {unit.id: unit for unit in self.units}

    def chain(self, area: int, day: date) -> tuple[int, ...]:
        """A unit and those above it on a day, the smallest first."""
        if (lasting := self._lasting.get(area)) is not None:
            return lasting
        found: list[int] = []
        here: int | None = area
        while here is not None and here in self.by_id:
            found.append(here)
            here = self.by_id[here].parent_on(day)
        if not self.turns(area):
            self._lasting[area] = tuple(found)
        return tuple(found)

    @functools.cached_property
    def _lasting(self) -> dict[int, tuple[int, ...]]:
        """Chains that are the same on every day, as they were asked for."""
        return {}

    def turns(self, area: int) -> list[date]:
        """The days on which the chain of a unit became another."""
        if area in self._lasting:
            return []
        days: set[date] = set()
        seen: set[int] = set()
        waiting = [area]
        while waiting:
            unit = self.by_id.get(waiting.pop())
            if unit is None or unit.id in seen:
                continue
            seen.add(unit.id)
            days.update(begins for begins, _parent in unit.parents[1:])
            waiting += [parent for _begins, parent in unit.parents if parent is not None]
        return sorted(days)


def read_places(under: Iterable[str], at: Iterable[str]) -> dict[int, Place]:
    """Places of the ladder's levels under some paths, and those at some, by number. One statement."""
    rows = areas.of_ladder(RANKS, under, at).values_list(*COLUMNS)
    return {row[0]: Place(*row) for row in rows}


def units_of(places: Mapping[int, Place], moves: Moves) -> tuple[Unit, ...]:
    """The places as units of the ladder, each with its parents by date."""
    by_code = {place.code: place.id for place in places.values()}
    moved: defaultdict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for day, origin, old_path, new_path in moves:
        if origin in places:
            if not moved[origin]:
                moved[origin].append((date.min, by_code.get(_above(old_path))))
            moved[origin].append((day, by_code.get(_above(new_path))))
    return tuple(
        Unit(
            place.id,
            place.level,
            tuple(moved[place.id]) or ((date.min, place.parent_id),),
            place.begins,
            place.ends,
            place.kind,
        )
        for place in places.values()
    )


def _above(path: str) -> str:
    codes = path.strip("/").split("/")
    return codes[-2] if len(codes) > 1 else ""


def tops_of(paths: Iterable[str], moves: Moves, known: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
    """The families that places belong to, each by the present paths at its tops. `known`: every place's level by its
    code, where somebody has them all.
    """
    wanted = set(paths)
    levels = known or _levels([*wanted, *(path for _day, _origin, old, new in moves for path in (old, new))])
    linked: dict[str, set[str]] = {}
    for _day, _origin, old, new in moves:
        one, other = _top(old, levels), _top(new, levels)
        if one != other and one and other:
            together = linked.get(one, {one}) | linked.get(other, {other})
            for top in together:
                linked[top] = together
    families = {frozenset(linked.get(top, {top})) for path in wanted if (top := _top(path, levels))}
    return sorted(tuple(sorted(family)) for family in families)


def _levels(paths: Iterable[str]) -> dict[str, str]:
    codes = {code for path in paths for code in path.strip("/").split("/")}
    return {code: area.level for code, area in areas.by_codes(codes).items()}


def _top(path: str, levels: Mapping[str, str]) -> str:
    """The path of the highest unit of a path that is no city and no district."""
    codes = path.strip("/").split("/")
    for place, code in enumerate(codes):
        if levels.get(code, "") not in TOP:
            return "/".join(codes[: place + 1]) + "/"
    return ""


def family_of(tops: tuple[str, ...], moves: Moves) -> Family:
    """The family under these tops, with the units above it so that chains reach the root."""
    above = {path for top in tops for path in areas.paths_above(top)[:-1]}
    places = read_places(tops, above)
    return Family(tops, places, units_of(places, moves))


@functools.lru_cache(maxsize=64)
def _typed(policy: Policy) -> CertificationPolicy:
    return CertificationPolicy.from_policy(policy)


@functools.lru_cache(maxsize=200_000)
def policy_on(day: date, area_path: str) -> CertificationPolicy:
    """The certification policy in force on a day at a place."""
    return _typed(policybook.in_force("certification", day, area_path))


@functools.lru_cache(maxsize=8)
def finding_kinds(_book: int = 0) -> frozenset[str]:
    """The kinds of finding that some policy of the book asks for."""
    found: set[str] = set()
    for policy in policybook.policies():
        if policy.topic == "certification":
            typed = _typed(policy)
            found |= typed.suspected | typed.fever | typed.contact
    return frozenset(found)


TOGETHER = 15
"""How many families are read and decided in one go at most: memory steady, few statements."""


def grouped(all_tops: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Families joined into groups that the same policies reach, since families do not ask about each other."""
    alike: defaultdict[tuple[tuple[date, str], ...], list[tuple[str, ...]]] = defaultdict(list)
    for tops in all_tops:
        alike[policies_at(tops[0])].append(tops)
    joined = []
    for group in alike.values():
        for start in range(0, len(group), TOGETHER):
            joined.append(tuple(top for tops in group[start : start + TOGETHER] for top in tops))
    return joined


@functools.lru_cache(maxsize=20_000)
def policies_at(area_path: str) -> tuple[tuple[date, str], ...]:
    """The days on which the policy changes at a place, each with its version."""
    return tuple((day, policy.version) for day, policy in policybook.changes("certification", area_path))
