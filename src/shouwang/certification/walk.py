"""One walk through the days of a family of units. Pure; `course.course` walks all of it, the ledger goes on from a day.

A walk that stopped as a day closed, and goes on with what happens after it, comes to what one walk through everything
comes to: what it knows is where each unit stands, who is unreleased, and which cases there were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from shouwang import clock
from shouwang.certification.facts import Case, Finding, StepTaken, Unit, last_moment
from shouwang.certification.happenings import BEGINS, Change, Happening
from shouwang.certification.ladder import (
    BY_ITSELF,
    FAILED,
    HOLDING,
    PASSED,
    PROCEDURE,
    RAISED,
    TRANSITIONS,
    UPHELD,
    State,
    Step,
    refuse_step,
)  # fmt: skip
from shouwang.certification.policy import RANKS, CertificationPolicy
from shouwang.certification.standard import StandardOne, class_of, counts_as_case, standard_one

PolicyOn = Callable[[date], CertificationPolicy]
"""Which policy is in force on a day, at the place of the family."""


_STEPS = {str(step): step for step in Step}


@dataclass(frozen=True, slots=True)
class Void:
    """A step that leads nowhere, and why: out of order, held, standard one not met, no such unit."""

    step: int
    reason: str


@dataclass(slots=True)
class Standing:
    """Where a unit stands while its course is walked."""

    state: State = State.NONE
    held: bool = False
    declared_day: date | None = None
    notice_day: date | None = None
    objections: set[int] = field(default_factory=set)
    named_day: date | None = None
    acting: set[Finding] = field(default_factory=set)
    """Findings that suspend it."""
    check_failed: int = 0
    """The failed spot check that suspends it."""
    removal: int = 0
    """The decision to remove it that waits for the next round."""

    def copy(self) -> Standing:
        """The same, on its own."""
        return Standing(
            self.state, self.held, self.declared_day, self.notice_day, set(self.objections), self.named_day,
            set(self.acting), self.check_failed, self.removal,
        )  # fmt: skip


class Walk:
    """Where the units of a family stand at a moment of their course, and how they go on from there."""

    def __init__(
        self,
        units: Mapping[int, Unit],
        policy_on: PolicyOn,
        tests: Iterable[tuple[int, date]] = (),
        given: Iterable[int] = (),
    ) -> None:
        self.units = units
        self.policy_on = policy_on
        self.given = frozenset(given)
        self.tests: defaultdict[int, list[date]] = defaultdict(list)
        for unit, day in tests:
            self.tests[unit].append(day)
        self.standings: dict[int, Standing] = {number: Standing() for number in units}
        self.open: defaultdict[int, set[Finding]] = defaultdict(set)
        self.cases: defaultdict[int, list[Case]] = defaultdict(list)
        self.standing: set[Finding] = set()
        self.acted: defaultdict[Finding, set[int]] = defaultdict(set)
        self.changes: list[Change] = []
        """What changed since the walk began, or since it was copied."""
        self.voids: list[Void] = []
        self.busy: set[int] = set()
        """Units that a round may concern: under notice, or with a removal decided."""
        self.reached: date | None = None
        """The day up to whose end, or into which, it went."""

    policy: CertificationPolicy

    def copy(self) -> Walk:
        """One that goes on from here by itself, with nothing changed yet."""
        other = Walk.__new__(Walk)
        other.units, other.policy_on, other.given, other.tests = self.units, self.policy_on, self.given, self.tests
        other.standings = {unit: standing.copy() for unit, standing in self.standings.items()}
        other.open = defaultdict(set, {unit: set(ones) for unit, ones in self.open.items() if ones})
        other.cases = defaultdict(list, {unit: list(ones) for unit, ones in self.cases.items()})
        other.standing = set(self.standing)
        other.acted = defaultdict(set, {one: set(units) for one, units in self.acted.items()})
        other.changes, other.voids, other.busy, other.reached = [], [], set(self.busy), self.reached
        if self.reached is not None:
            other.policy = self.policy
        return other

    def go(self, coming: Sequence[Happening], until: datetime) -> None:
        """Go on through sorted happenings, none later than `until`. A walk that went on before had come to the end of
        a day, and they come after it."""
        of_day = {day: list(rows) for day, rows in groupby(coming, key=lambda one: clock.local_day(one[0]))}
        if self.reached is None and not of_day:
            return
        day = min(of_day) if self.reached is None else self.reached + timedelta(days=1)
        last = clock.local_day(until)
        while day <= last:
            policy = self.policy_on(day)
            before = None if self.reached is None else self.policy
            self.policy, self.reached = policy, day
            if before is not policy:
                self._turn(before, clock.day_bounds(day)[0])
            for at, kind, _ref, _number, _apart, what in of_day.get(day, ()):
                self._take(kind, at, what)
            if self.busy and policy.is_round(day) and last_moment(day) <= until:
                self._round(day, last_moment(day))
            day += timedelta(days=1)

    def _take(self, kind: int, at: datetime, what: object) -> None:
        if isinstance(what, Case):
            self._case(what)
        elif isinstance(what, Finding):
            self._begins(what) if kind == BEGINS else self._ends(what, at)
        elif isinstance(what, StepTaken):
            self._step(what)
        elif isinstance(what, Unit):
            standing = self.standings[what.id]
            if standing.state is not State.NONE and what.id not in self.given:
                self._change(what.id, at, State.DISSOLVED, "dissolved")
        elif isinstance(what, Change):
            standing = self.standings[what.unit]
            standing.state, standing.held, standing.named_day = what.state, what.held, what.named_day

    def _change(
        self, unit: int, at: datetime, state: State, reason: str, evidence: tuple[str, ...] = (), step: int = 0
    ) -> None:
        standing = self.standings[unit]
        standing.state = state
        if state not in HOLDING:
            standing.named_day = None
            for one in standing.acting:
                self.acted[one].discard(unit)
            standing.acting.clear()
            standing.check_failed = standing.removal = 0
        if state not in PROCEDURE:
            standing.held, standing.declared_day, standing.notice_day = False, None, None
            standing.objections.clear()
        if state is State.NOTICED or standing.removal:
            self.busy.add(unit)
        else:
            self.busy.discard(unit)
        self.changes.append(
            Change(unit, at, state, standing.held, reason, evidence, step, standing.named_day, self.policy.version)
        )

    def _decided(self, chain: Iterable[int]) -> Iterator[tuple[int, Standing]]:
        """Those of a chain that are decided here."""
        for unit in chain:
            if unit not in self.given and unit in self.standings:
                yield unit, self.standings[unit]

    def _targets(self, chain: Iterable[int]) -> list[int]:
        """On which named units something acts: the smallest, or with cascade each of them, as far up as it reaches."""
        holders = [
            unit
            for unit in chain
            if unit in self.standings
            and self.standings[unit].state in HOLDING
            and self.policy.may_reach(self.units[unit].level)
        ]
        return [unit for unit in (holders if self.policy.cascade else holders[:1]) if unit not in self.given]

    # What happens to people

    def _case(self, case: Case) -> None:
        for unit in case.chain:
            self.cases[unit].append(case)
        if not counts_as_case(self.policy, case):
            return
        for unit, standing in self._decided(case.chain):
            if standing.state in PROCEDURE:
                self._change(unit, case.at, BY_ITSELF[standing.state, "case"], "case_in_procedure", (case.ref,))
        if self.policy.triggers:
            for unit in self._targets(case.chain):
                self._change(unit, case.at, State.CANCELLED, "case", (case.ref,))

    def _begins(self, one: Finding) -> None:
        self.standing.add(one)
        for unit in one.chain:
            self.open[unit].add(one)
        if not class_of(self.policy, one):
            return
        for unit, standing in self._decided(one.chain):
            if standing.state in PROCEDURE and not standing.held:
                standing.held = True
                self._change(unit, one.since, standing.state, f"held_{class_of(self.policy, one)}", (one.ref,))
        if self.policy.triggers:
            self._act(one, one.since)

    def _act(self, one: Finding, at: datetime) -> None:
        """A finding suspends the named units that it concerns."""
        for unit in self._targets(one.chain):
            standing = self.standings[unit]
            standing.acting.add(one)
            self.acted[one].add(unit)
            if standing.state is State.NAMED:
                self._change(unit, at, State.SUSPENDED, class_of(self.policy, one), (one.ref,))

    def _ends(self, one: Finding, at: datetime) -> None:
        self.standing.discard(one)
        for unit in one.chain:
            self.open[unit].discard(one)
        for unit, standing in self._decided(one.chain):
            if standing.held and not self._counting(unit):
                standing.held = False
                self._change(unit, at, standing.state, "released_in_procedure", (one.ref,))
        for unit in sorted(self.acted.pop(one, ())):
            standing = self.standings[unit]
            standing.acting.discard(one)
            self._restore(unit, at, "restored", (one.ref,), 0)

    def _counting(self, unit: int) -> bool:
        return any(class_of(self.policy, one) for one in self.open[unit])

    def _restore(self, unit: int, at: datetime, reason: str, evidence: tuple[str, ...], step: int) -> None:
        standing = self.standings[unit]
        if standing.state is State.SUSPENDED and not standing.acting and not standing.check_failed:
            self._change(unit, at, State.NAMED, reason, evidence, step)

    # What policies do

    def _turn(self, before: CertificationPolicy | None, at: datetime) -> None:
        """Another policy comes into force: what stands may count otherwise, and triggers may begin."""
        for unit, standing in self.standings.items():
            if standing.state in PROCEDURE and unit not in self.given and standing.held != self._counting(unit):
                standing.held = not standing.held
                self._change(unit, at, standing.state, "policy_changed")
        if self.policy.triggers and self.policy.standing_findings and before is not None and not before.triggers:
            for one in sorted(self.standing, key=lambda one: (one.since, one.ref)):
                if class_of(self.policy, one):
                    self._act(one, at)

    # What people do

    def _step(self, taken: StepTaken) -> None:
        reason = self._refused(taken)
        if reason:
            self.voids.append(Void(taken.id, reason))
            return
        standing = self.standings[taken.unit]
        step, was, day = _STEPS[taken.step], standing.state, self.reached
        to, _desk = TRANSITIONS[was, step, taken.result]
        if step is Step.DECLARED:
            standing.declared_day = day
        elif step is Step.NOTICE:
            standing.notice_day = day
        elif step is Step.OBJECTION and taken.result != UPHELD:
            (standing.objections.add if taken.result == RAISED else standing.objections.discard)(taken.objection)
            return
        elif step is Step.SPOT_CHECK:
            self._spot_check(taken, standing)
            return
        elif step is Step.REMOVAL and not self.policy.removal_at_once:
            standing.removal = taken.id
            self.busy.add(taken.unit)
            return
        reason = "withdrawn" if step is Step.WITHDRAWAL else f"{step}_{taken.result}"
        self._change(taken.unit, taken.at, to, reason, step=taken.id)

    def _spot_check(self, taken: StepTaken, standing: Standing) -> None:
        if taken.result == FAILED and self.policy.failed_check_suspends:
            standing.check_failed = taken.id
            if standing.state is State.NAMED:
                self._change(taken.unit, taken.at, State.SUSPENDED, "spot_check_failed", step=taken.id)
        elif taken.result == PASSED and standing.check_failed:
            standing.check_failed = 0
            self._restore(taken.unit, taken.at, "spot_check_passed", (), taken.id)

    def _refused(self, taken: StepTaken) -> str:
        unit, day = self.units.get(taken.unit), self.reached
        assert day is not None
        if unit is None or taken.unit in self.given:
            return "no_such_unit"
        if not unit.stands(day) or unit.kind in self.policy.outside:
            return "outside_the_ladder"
        step = _STEPS.get(taken.step)
        if step is None:
            return "step_out_of_order"
        standing = self.standings[taken.unit]
        reason = refuse_step(self.policy, unit.level, standing.state, standing.held, step, taken.result)
        if not reason and step is Step.DECLARED and not self._standard_one(taken.unit, day, taken.at).met:
            return "standard_one"
        return reason

    def _standard_one(self, unit: int, day: date, at: datetime) -> StandardOne:
        return standard_one(self.policy, day, self.cases[unit], self.open[unit], self.tests.get(unit, ()), at)

    # What the round does

    def _round(self, day: date, at: datetime) -> None:
        for unit in sorted(self.busy):
            removal = self.standings[unit].removal
            if removal:
                self._change(unit, at, State.CANCELLED, "removal_passed", step=removal)
        children: dict[int | None, list[Unit]] | None = None
        waiting = sorted(self.busy, key=lambda unit: (RANKS[self.units[unit].level], unit))
        for unit in waiting:
            standing = self.standings[unit]
            if standing.state is not State.NOTICED or under_notice(self.policy, standing, day):
                continue
            if children is None and RANKS[self.units[unit].level]:
                children = self._children(day)
            below = children.get(unit, []) if children else []
            if not self._missing(unit, day, at, below):
                self.standings[unit].named_day = day
                self._change(unit, at, State.NAMED, "round")

    def _children(self, day: date) -> dict[int | None, list[Unit]]:
        below: dict[int | None, list[Unit]] = defaultdict(list)
        for unit in self.units.values():
            if unit.stands(day) and unit.kind not in self.policy.outside:
                below[unit.parent_on(day)].append(unit)
        return below

    def _missing(self, unit: int, day: date, at: datetime, below: Sequence[Unit]) -> tuple[str, ...]:
        standing = self.standings[unit]
        named = sum(1 for child in below if self.standings[child.id].state is State.NAMED)
        one = self._standard_one(unit, day, at)
        return missing_for_naming(self.policy, standing, day, one, named, len(below))


def under_notice(policy: CertificationPolicy, standing: Standing, day: date) -> list[str]:
    """What of the public notice itself keeps a unit from being named as a day closes, as reason codes."""
    found = []
    if standing.notice_day is None or day < standing.notice_day + timedelta(days=policy.notice_days):
        found.append("notice_running")
    if standing.objections:
        found.append("objection_open")
    return found


def missing_for_naming(
    policy: CertificationPolicy, standing: Standing, day: date, one: StandardOne, named: int, below: int
) -> tuple[str, ...]:
    """What keeps a unit under notice from being named as a day closes, as reason codes; empty when nothing does."""
    found = under_notice(policy, standing, day)
    if not one.met:
        found.append("standard_one")
    if named * 100 < policy.children_percent * below:
        found.append("units_below")
    return tuple(found)
