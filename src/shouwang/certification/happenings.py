"""What happens to units, in the order in which it counts. Of happenings at one moment cases come first, then findings
that begin, findings that end, and steps. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shouwang import clock
from shouwang.certification.facts import Case, Facts, Finding, StepTaken, Unit
from shouwang.certification.ladder import State


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on a unit stands so: state, whether it is held, why (reason code), and the evidence or step behind it.

    `named_day` is the day of naming that still counts while the unit is named or suspended: suspended days count.
    """

    unit: int
    at: datetime
    state: State
    held: bool
    reason: str
    evidence: tuple[str, ...]
    step: int
    named_day: date | None
    policy_version: str


DISSOLVED, GIVEN, CASE, BEGINS, ENDS, STEP = range(6)

Happening = tuple[datetime, int, str, int, tuple[Any, ...], Any]
"""What happens, in the order in which it counts: moment, sort, reference, number, what tells apart the rest; and what
it is. A finding that begins or ends is told without its end, so that an end told later changes nothing before it."""


def of_case(case: Case) -> Happening:
    """Somebody becomes a case."""
    return case.at, CASE, case.ref, 0, (case.kind, case.chain), case


def of_finding(one: Finding) -> list[Happening]:
    """A finding begins and, where it does, ends; one that ends as it begins is none."""
    if one.until is not None and one.until <= one.since:
        return []
    bare, apart = replace(one, until=None), (one.kind, one.chain)
    begins: Happening = (one.since, BEGINS, one.ref, 0, apart, bare)
    return [begins] if one.until is None else [begins, (one.until, ENDS, one.ref, 0, apart, bare)]


def of_step(step: StepTaken) -> Happening:
    """Somebody takes a step."""
    return step.at, STEP, "", step.id, (), step


def of_unit(unit: Unit) -> list[Happening]:
    """A unit ceases to exist, if it does."""
    return [] if unit.ends is None else [(clock.day_bounds(unit.ends)[0], DISSOLVED, "", unit.id, (), unit)]


def of_given(given: Iterable[Change]) -> list[Happening]:
    """Changes that were decided elsewhere."""
    return [(change.at, GIVEN, "", place, (), change) for place, change in enumerate(given)]


def of_facts(facts: Facts) -> Iterator[Happening]:
    """Everything that facts make happen."""
    yield from map(of_case, facts.cases)
    for one in facts.findings:
        yield from of_finding(one)
    yield from map(of_step, facts.steps)


def in_order(happening: Happening) -> tuple[Any, ...]:
    """The key by which happenings are sorted."""
    return happening[:5]
