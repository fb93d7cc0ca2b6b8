"""Clusters among cases by family, site and stairwell: pure.

A cluster is several cases of one small unit within a window of days. Which units a case has is told by whoever asks:
the family is the household, the site a place of work or stay, the stairwell a building's unit of one compound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shouwang.bulletins.policy import window


class Kind(StrEnum):
    """The kinds of small unit, the narrowest first."""

    FAMILY = "family"
    SITE = "site"
    STAIRWELL = "stairwell"


@dataclass(frozen=True, slots=True)
class Case:
    """One case, one a person: when confirmed, and the small units the person belongs to ("" where unknown)."""

    person: str
    day: date
    family: str = ""
    site: str = ""
    stairwell: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster: the unit, and its cases of the window by day."""

    kind: Kind
    unit: str
    cases: tuple[Case, ...]

    @property
    def latest(self) -> date:
        """The day of its newest case."""
        return self.cases[-1].day

    @property
    def families(self) -> int:
        """In how many households it is; who has none counts alone."""
        return len({case.family or f"alone {case.person}" for case in self.cases})


def find(cases: Iterable[Case], *, day: date, window_days: int, size: int) -> tuple[Found, ...]:
    """Every cluster among the cases of the `window_days` days that end with `day`, the newest first.

    A site or stairwell whose cases are all of one family is told once, as the family.
    """
    first = day - window(window_days)
    units: defaultdict[tuple[Kind, str], list[Case]] = defaultdict(list)
    for case in cases:
        if first <= case.day <= day:
            for kind in Kind:
                if unit := getattr(case, kind):
                    units[kind, unit].append(case)
    found = [
        Found(kind, unit, tuple(sorted(inside, key=lambda case: (case.day, case.person))))
        for (kind, unit), inside in units.items()
        if len(inside) >= size and (kind is Kind.FAMILY or not _one_family(inside))
    ]
    order = list(Kind)
    return tuple(sorted(found, key=lambda one: (-one.latest.toordinal(), order.index(one.kind), one.unit)))


def _one_family(cases: list[Case]) -> bool:
    return bool(cases[0].family) and len({case.family for case in cases}) == 1
