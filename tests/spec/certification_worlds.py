"""Random families of units with a tangled history: diligent and careless steps, cases, findings, moves, merges."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from shouwang import clock
from shouwang.certification.facts import Case, Facts, Finding, StepTaken, Unit

FIRST = date(2020, 2, 25)
DAYS = 70
KINDS = ["suspected", "fever", "close_contact", "close_contact", "fever_check", "secondary_contact"]
LADDER = ["declared", "first_review", "comparison", "assessment", "notice"]
STREET = 1


def family(seed: int, quiet: float = 0.6) -> tuple[list[Unit], Facts]:
    """A street with some communities and compounds, and what happened there in seventy days."""
    dice = random.Random(seed)
    units = _units(dice)
    cases: list[Case] = []
    findings: list[Finding] = []
    homes = [unit.id for unit in units if unit.level != "street"]
    for number in range(0 if dice.random() < 0.1 else dice.randrange(1, 1 + int(12 * (1 - quiet) * 4))):
        _person(dice, units, dice.choice(homes), f"E{number}", cases, findings)
    steps = _steps(dice, units)
    tests = [
        (unit.id, FIRST + timedelta(days=dice.randrange(DAYS))) for unit in units for _ in range(dice.randrange(4))
    ]
    return units, Facts(tuple(cases), tuple(findings), tuple(steps), tuple(tests))


def _moment(dice: random.Random, first: int = 0) -> datetime:
    start = clock.day_bounds(FIRST + timedelta(days=dice.randrange(first, DAYS)))[0]
    return start + timedelta(hours=dice.choice([0, 8, 9, 10, 15, 23]), minutes=dice.choice([0, 0, 30, 59]))


def _units(dice: random.Random) -> list[Unit]:
    units = [Unit(STREET, "street")]
    middles = [STREET + 1 + n for n in range(dice.randrange(1, 4))]
    for number in middles:
        level = dice.choice(["community", "community", "village"])
        kind = "virtual" if dice.random() < 0.05 else ""
        units.append(Unit(number, level, ((date.min, STREET),), kind=kind))
    number = 10
    for middle in middles:
        for _ in range(dice.randrange(3)):
            number += 1
            parents: list[tuple[date, int | None]] = [(date.min, middle)]
            if dice.random() < 0.2:
                parents.append((FIRST + timedelta(days=dice.randrange(5, 60)), dice.choice(middles)))
            ends = FIRST + timedelta(days=dice.randrange(20, 70)) if dice.random() < 0.08 else None
            units.append(Unit(number, "compound", tuple(parents), ends=ends))
    return units


def _chain(units: list[Unit], home: int, day: date) -> tuple[int, ...]:
    of = {unit.id: unit for unit in units}
    found, here = [], home
    while True:
        found.append(here)
        above = of[here].parent_on(day)
        if above is None:
            return tuple(found)
        here = above


def _person(
    dice: random.Random, units: list[Unit], home: int, ref: str, cases: list[Case], findings: list[Finding]
) -> None:
    begins = _moment(dice)
    own = dice.random() < 0.05
    if dice.random() < 0.25:
        kind = dice.choice(["confirmed", "clinically_diagnosed", "asymptomatic"])
        until = begins + timedelta(days=dice.randrange(1, 9)) if dice.random() < 0.15 else None
        cases.append(Case(ref, kind, begins, _chain(units, home, clock.local_day(begins)), until, own))
        return
    ends = begins + timedelta(hours=dice.randrange(1, 400)) if dice.random() < 0.85 else None
    kind = dice.choice(KINDS)
    of = {unit.id: unit for unit in units}
    turns = [clock.day_bounds(day)[0] for day, _parent in of[home].parents[1:]]
    spans: list[tuple[datetime, datetime | None]] = [(begins, ends)]
    for turn in turns:
        if spans[-1][0] < turn and (ends is None or turn < ends):
            spans[-1:] = [(spans[-1][0], turn), (turn, ends)]
    for since, until in spans:
        findings.append(Finding(ref, kind, since, until, _chain(units, home, clock.local_day(since)), own))
    if ends is not None and dice.random() < 0.2:
        chain = _chain(units, home, clock.local_day(ends))
        cases.append(Case(f"{ref}c", "confirmed", ends, chain, None, own))


def _steps(dice: random.Random, units: list[Unit]) -> list[StepTaken]:
    steps: list[StepTaken] = []
    for unit in units:
        at = _moment(dice) if dice.random() < 0.3 else clock.day_bounds(FIRST)[0] + timedelta(days=dice.randrange(12))
        for _ in range(dice.randrange(1, 7)):
            for step in LADDER:
                result = "failed" if dice.random() < 0.06 and step != "declared" else "passed"
                steps.append(StepTaken(len(steps) + 1, unit.id, step, result, at))
                at += timedelta(hours=dice.choice([0, 1, 6, 30]))
            at += timedelta(days=dice.choice([1, 4, 9, 15]))
        for _ in range(dice.randrange(6)):
            step, result = dice.choice(
                [("objection", "raised"), ("objection", "dismissed"), ("objection", "upheld"), ("spot_check", "failed"),
                 ("spot_check", "passed"), ("removal", "passed"), ("withdrawal", "passed"), ("notice", "passed"),
                 ("named", "passed"), ("assessment", "odd")]
            )  # fmt: skip
            steps.append(StepTaken(len(steps) + 1, unit.id, step, result, _moment(dice), dice.randrange(3)))
    return steps
