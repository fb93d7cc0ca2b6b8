"""The day of a community as its page shows it: a line for each person to be asked, and how far the day has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise

from shouwang import clock
from shouwang.command.rules import Scope
from shouwang.health import queries
from shouwang.health.actions import new_ref
from shouwang.health.followup import Part, State
from shouwang.health.labels import STATES, kind_label
from shouwang.residents import queries as residents
from shouwang.residents.queries import MaskedPerson


@dataclass(frozen=True)
class Line:
    """One person of the day's list."""

    person: MaskedPerson
    reason: str | Promise = ""
    since: datetime | None = None
    parts: list[tuple[Part, str, str | Promise]] = field(default_factory=list)
    """Parts of the day, each with the tone and word of its pill."""
    last_at: datetime | None = None
    last_degrees: Decimal | None = None
    fever: bool = False
    """Whether the last temperature of the day reaches the threshold of the policy in force."""
    ref: str = field(default_factory=new_ref)
    """Drawn when the line is shown, so that a line sent twice is recorded once."""

    @classmethod
    def saved(cls, person: MaskedPerson) -> Line:
        """The line of somebody who is not on the list (any more): a saved symptom may send them elsewhere."""
        return cls(person)

    @property
    def row_id(self) -> str:
        """The id of the line on the page."""
        return row_id(self.person.id)

    @property
    def dwelling(self) -> str:
        """Building, unit and dwelling in one."""
        return "-".join(part for part in (self.person.building, self.person.unit, self.person.dwelling) if part)


@dataclass(frozen=True)
class Day:
    """A day's list with its progress, counted in temperatures: one for each part of the day and person."""

    lines: list[Line]
    at: datetime
    counts: dict[State, int]

    @property
    def asked(self) -> int:
        """How many temperatures the whole day asks for."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many of them are taken."""
        return self.counts[State.DONE]

    @property
    def due(self) -> int:
        """How many are due in the present part of the day."""
        return self.counts[State.DUE]

    @property
    def late(self) -> int:
        """How many were due in a part of the day that is over."""
        return self.counts[State.LATE]

    def line_of(self, person_id: int) -> Line | None:
        """The line of a person, if they are on the list."""
        return next((line for line in self.lines if line.person.id == person_id), None)


def day_of(scope: Scope, area_path: str, now: datetime) -> Day:
    """The list of a place within the viewer's area at a moment, the most pressing first, then by dwelling."""
    followed = queries.followed_today(scope, area_path, now)
    people = residents.masked_by_id(scope, [one.person_id for one in followed])
    threshold = queries.policy_on(clock.local_day(now), area_path).fever_threshold
    lines = []
    counts: Counter[State] = Counter()
    order = [State.LATE, State.DUE, State.LATER, State.DONE]
    shown = [one for one in followed if one.person_id in people]
    shown.sort(key=lambda one: (order.index(one.state), *_address(people[one.person_id])))
    for one in shown:
        counts.update(part.state for part in one.parts)
        last_at, degrees = one.last or (None, None)
        lines.append(
            Line(
                people[one.person_id],
                kind_label(one.reason.kind),
                one.reason.since,
                [(part, *STATES[part.state]) for part in one.parts],
                last_at,
                degrees,
                degrees is not None and degrees >= threshold,
            )
        )
    return Day(lines, now, {state: counts[state] for state in State})


def _address(person: MaskedPerson) -> tuple[str, ...]:
    return (person.area_path, person.building, person.unit, person.dwelling, person.ref)


def row_id(person_id: int) -> str:
    """The id of a person's line."""
    return f"line-{person_id}"


def open_choices(person: MaskedPerson) -> list[tuple[str, str]]:
    """What an ending may name: the open findings about a person, (reference, words), the latest first."""
    choices: dict[str, str] = {}
    for one in queries.open_evidence(person.id, person.area_path, clock.now()):
        when = one.since.astimezone(clock.ZONE).strftime("%Y-%m-%d %H:%M")
        choices.setdefault(one.event, f"{kind_label(one.kind)} {when}")
    return list(choices.items())
