"""The course of one person's colour through changing policies. Pure: events and dated policies in, decisions out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shouwang.codes.policy import Colour, ColourPolicy
from shouwang.codes.rules import Change, ColourDecision, Period, decide_colour, next_change_at, timeline
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import Event, Evidence, evidence_of

INSTANT = timedelta(microseconds=1)
"""The smallest step of time kept; a course is asked for up to and including a moment."""


@dataclass(frozen=True, slots=True)
class Step:
    """Both policies in force in [begins, ends): how evidence is read and how colours follow. None: without limit."""

    begins: datetime | None
    ends: datetime | None
    health: HealthPolicy
    colour: ColourPolicy

    def holds(self, moment: datetime) -> bool:
        """Whether these policies are in force at a moment."""
        return (self.begins is None or self.begins <= moment) and (self.ends is None or moment < self.ends)


@dataclass(frozen=True, slots=True)
class Present:
    """The decision at a moment, since when the colour is this one (None: always was), and when it may next change."""

    decision: ColourDecision
    since: datetime | None
    next_change_at: datetime | None


class NoPolicyError(LookupError):
    """No colour policy is in force at the moment asked for."""


def step_at(steps: Sequence[Step], moment: datetime) -> Step:
    """The policies in force at a moment. Raises NoPolicyError."""
    for step in steps:
        if step.holds(moment):
            return step
    raise NoPolicyError(moment.isoformat())


@dataclass(frozen=True, slots=True)
class Told:
    """A course and, when it ends under a policy, when the decision may next change by time or a new policy alone."""

    changes: tuple[Change, ...]
    next_change_at: datetime | None


def course(steps: Sequence[Step], events: Sequence[Event], until: datetime) -> tuple[Change, ...]:
    """Every decision from the first event up to and including `until`, with the moment it begins.

    Stretches without a policy have no decision; the first entry is the first event's, or a policy's first day.
    """
    changes: list[Change] = []
    for step, evidence, begins, ends in _stretches(steps, events, until):
        changes += timeline([Period(step.colour)], evidence, begins, ends)
    return tuple(changes)


def course_on(steps: Sequence[Step], events: Sequence[Event], until: datetime) -> Told:
    """As `course`, and when to ask again: what deciding a whole city needs, with the evidence read once."""
    changes: list[Change] = []
    last: tuple[Step, tuple[Evidence, ...]] | None = None
    for step, evidence, begins, ends in _stretches(steps, events, until):
        changes += timeline([Period(step.colour)], evidence, begins, ends)
        last = step, evidence
    if last is None or not last[0].holds(until):
        return Told(tuple(changes), next_turn(steps, events, until))
    return Told(tuple(changes), _next(*last, until))


def _stretches(
    steps: Sequence[Step], events: Sequence[Event], until: datetime
) -> Iterator[tuple[Step, tuple[Evidence, ...], datetime, datetime]]:
    """The steps that a life runs through up to `until`: each with the evidence as its health policy reads it."""
    first = min((event.time for event in events), default=None)
    if first is None:
        return
    read: tuple[HealthPolicy, tuple[Evidence, ...]] | None = None
    for step in steps:
        begins = first if step.begins is None else max(first, step.begins)
        ends = until + INSTANT if step.ends is None else min(until + INSTANT, step.ends)
        if begins < ends:
            if read is None or read[0] is not step.health:
                read = step.health, evidence_of(events, step.health)
            yield step, read[1], begins, ends


def present(steps: Sequence[Step], events: Sequence[Event], at: datetime) -> Present:
    """The decision at a moment with the beginning of its colour. Raises NoPolicyError."""
    step = step_at(steps, at)
    evidence = evidence_of(events, step.health)
    decision = decide_colour(step.colour, evidence, at)
    runs: list[Change] = []
    for change in course(steps, events, at):
        if not runs or runs[-1].decision.colour is not change.decision.colour:
            runs.append(change)
    always = not runs or (len(runs) == 1 and decision.colour is Colour.GREEN)
    return Present(decision, None if always else runs[-1].at, _next(step, evidence, at))


def next_turn(steps: Sequence[Step], events: Sequence[Event], at: datetime) -> datetime | None:
    """The first moment after `at` at which time or a new policy may change the decision; None when nothing will.

    The beginning of a policy counts even when it changes nothing, since its rules must be asked.
    """
    try:
        step = step_at(steps, at)
    except NoPolicyError:
        later = [step.begins for step in steps if step.begins is not None and step.begins > at]
        return min(later, default=None)
    return _next(step, evidence_of(events, step.health), at)


def _next(step: Step, evidence: Sequence[Evidence], at: datetime) -> datetime | None:
    turns = [next_change_at(step.colour, evidence, at), step.ends if evidence else None]
    return min((turn for turn in turns if turn is not None), default=None)
