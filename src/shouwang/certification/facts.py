"""What certification is decided from: cases, findings, whole-unit tests, units of the ladder, steps. Plain values.

People are not in it: a case and a finding are named by the reference of the health event that bears them. The `chain`
of each is the unit in which the person lived then and every unit above it on that day, the smallest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shouwang import clock

INSTANT = timedelta(microseconds=1)
"""The finest step of stored time; the last moment of a day is its end less one instant."""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody became a case: which event says so, of which kind, when; `until` when it was found to be none."""

    ref: str
    kind: str
    at: datetime
    chain: tuple[int, ...]
    until: datetime | None = None
    own: bool = False

    @property
    def day(self) -> date:
        """The local day of the case."""
        return clock.local_day(self.at)


@dataclass(frozen=True, slots=True)
class Finding:
    """A suspected person, a fever or a contact at one home, [since, until): released, excluded, converted, moved away.

    Somebody who moves before release makes two findings of one event: one ends where the other begins.
    """

    ref: str
    kind: str
    since: datetime
    until: datetime | None
    chain: tuple[int, ...]
    own: bool = False

    def open_at(self, moment: datetime) -> bool:
        """Whether it has begun and is not ended at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the ladder: where it hangs from which day on (the first entry from `date.min`), and when it stands."""

    id: int
    level: str
    parents: tuple[tuple[date, int | None], ...] = ((date.min, None),)
    begins: date | None = None
    ends: date | None = None
    """First day on which it no longer exists."""
    kind: str = ""

    def stands(self, day: date) -> bool:
        """Whether it exists on a day."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day < self.ends)

    def parent_on(self, day: date) -> int | None:
        """The unit directly above it on a day."""
        above = None
        for begins, parent in self.parents:
            if begins <= day:
                above = parent
        return above


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step that somebody took on a unit's way, or that was told of. Steps at one moment follow each other by `id`.

    `objection` numbers the objection that a step `objection` raises, upholds or dismisses.
    """

    id: int
    unit: int
    step: str
    result: str
    at: datetime
    objection: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a family of units. `tests`: unit → days on which all of it tested negative."""

    cases: tuple[Case, ...] = ()
    findings: tuple[Finding, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    tests: tuple[tuple[int, date], ...] = ()


def last_moment(day: date) -> datetime:
    """The last moment of a local day."""
    return clock.day_bounds(day)[1] - INSTANT
