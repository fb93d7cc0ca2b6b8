"""Follow-up at home: who is to be asked for a temperature today, in which part of the day, and what is late. Pure.

A day is cut into as many equal parts as the policy asks for temperatures (two: before noon, after noon). In each part
that a followed person lives through at home, one temperature is due; when the part is over without one, it is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shouwang import clock
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import CENTRAL_ISOLATION, CONTACT, FEVER_CHECK, HOME_ISOLATION, INFECTION, Evidence

FOLLOWED = CONTACT | {HOME_ISOLATION, "fever", FEVER_CHECK, "suspected"}
"""Evidence for which the community asks for a temperature at home."""

ELSEWHERE = INFECTION | {CENTRAL_ISOLATION, "died"}
"""Evidence for which somebody else cares for the person, who is not at home."""


class State(StrEnum):
    """Where one part of the day stands."""

    DONE = "done"
    DUE = "due"
    LATE = "late"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a day in which a temperature is due, [start, end), and where it stands."""

    start: datetime
    end: datetime
    state: State


def parts_of(day: date, times_a_day: int) -> list[tuple[datetime, datetime]]:
    """The parts of a local day, first to last, in UTC, half-open."""
    start, end = clock.day_bounds(day)
    length = (end - start) / times_a_day
    return [(start + length * number, start + length * (number + 1)) for number in range(times_a_day)]


def followed_at(evidence: Iterable[Evidence], moment: datetime, policy: HealthPolicy) -> Evidence | None:
    """The latest evidence for which the person is followed at home at a moment; None when nobody is to ask them."""
    current = [one for one in evidence if one.open_at(moment)]
    if any(one.kind in ELSEWHERE for one in current):
        return None
    reasons = [one for one in current if one.kind in FOLLOWED and moment < one.since + policy.followup]
    return max(reasons, key=lambda one: (one.since, one.event), default=None)


def parts(
    evidence: Sequence[Evidence], temperatures: Iterable[datetime], day: date, now: datetime, policy: HealthPolicy
) -> list[Part]:
    """The parts of a day in which a temperature is due from somebody, given when temperatures were taken.

    A part counts when the person is followed at its last moment: who becomes a contact at ten is asked from the first
    part that begins or is under way, and who is released at ten is not late at noon.
    """
    taken = list(temperatures)
    found = []
    for start, end in parts_of(day, policy.followup_times_a_day):
        asked_at = min(end - timedelta(microseconds=1), max(now, start))
        if followed_at(evidence, asked_at, policy) is None:
            continue
        if any(start <= moment < end for moment in taken):
            state = State.DONE
        elif now >= end:
            state = State.LATE
        else:
            state = State.DUE if now >= start else State.LATER
        found.append(Part(start, end, state))
    return found
