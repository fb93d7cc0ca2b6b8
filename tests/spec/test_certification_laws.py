"""Certification against its slow twin on histories nobody chose, and laws that hold whatever happens."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from certification_twin import Twin
from certification_worlds import DAYS, FIRST, STREET, family
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.certification.facts import Facts, StepTaken, Unit, last_moment
from shouwang.certification.policy import CertificationPolicy
from shouwang.certification.rules import (
    HOLDING,
    PROCEDURE,
    TRANSITIONS,
    Change,
    State,
    balance,
    course,
    day_changes,
    days_certified,
    state_on,
)  # fmt: skip
from shouwang.policybook import queries

PACKS = {
    "wuhan-2020": "4201/",
    "shanghai-2022": "31/",
    "jiangxia-2022": "420115/",
    "generic": "9/",
}
ALL_DAYS = [FIRST + timedelta(days=number) for number in range(DAYS + 3)]
END = last_moment(ALL_DAYS[-1])
seeds = st.integers(min_value=0, max_value=2**32)
packs = st.sampled_from(sorted(PACKS))
thorough = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def policy_on(pack: str) -> Callable[[date], CertificationPolicy]:
    """The policy in force on a day under one pack, and the generic one where it has none."""
    read: dict[str, CertificationPolicy] = {}

    def on(day: date) -> CertificationPolicy:
        policy = queries.in_force("certification", day, PACKS[pack], [pack, "generic"])
        if policy.version not in read:
            read[policy.version] = CertificationPolicy.from_policy(policy)
        return read[policy.version]

    days = {day: on(day) for day in ALL_DAYS}
    return lambda day: days[day]


def of_unit(changes: list[Change], unit: int) -> list[Change]:
    return [change for change in changes if change.unit == unit]


def states(units: list[Unit], changes: list[Change]) -> dict[tuple[int, date], tuple[str, date | None]]:
    """How each unit stands as each day closes."""
    found: dict[tuple[int, date], tuple[str, date | None]] = {}
    for unit in units:
        own = of_unit(changes, unit.id)
        for day in ALL_DAYS:
            now = state_on(own, day)
            found[unit.id, day] = (str(now.state), now.named_day) if now else ("none", None)
    return found


def compare(seed: int, pack: str) -> list[str]:
    units, facts = family(seed)
    fast = states(units, course(units, facts, policy_on(pack), END).changes)
    slow = Twin(units, facts, policy_on(pack)).run(END)
    return [f"{key}: course {fast[key]}, twin {told}" for key, told in slow.items() if fast[key] != told]


@thorough
@given(seed=seeds, pack=packs)
def test_course_and_twin_agree_day_by_day_and_unit_by_unit(seed: int, pack: str) -> None:
    """Whatever the history, under each policy."""
    assert compare(seed, pack) == []


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=seeds, pack=packs)
def test_course_and_twin_agree_on_very_many_histories(seed: int, pack: str) -> None:
    """The same with more patience."""
    assert compare(seed, pack) == []


def test_the_histories_reach_every_state() -> None:
    """Otherwise agreement would prove little: units are named, suspended, restored, cancelled, ended, dissolved."""
    reasons: set[str] = set()
    reached: set[str] = set()
    for seed in range(60):
        units, facts = family(seed)
        changes = course(units, facts, policy_on("wuhan-2020"), END).changes
        reasons |= {change.reason for change in changes}
        reached |= {f"{next(u.level for u in units if u.id == c.unit)} {c.state}" for c in changes}
    assert {
        "round",
        "case",
        "suspected",
        "contact",
        "fever",
        "restored",
        "removal_passed",
        "spot_check_passed",
    } <= reasons
    assert {"street named", "community named", "village named", "compound cancelled", "compound dissolved"} <= reached


@thorough
@given(seed=seeds, pack=packs)
def test_no_unit_is_named_over_an_unreleased_person_or_a_recent_case(seed: int, pack: str) -> None:
    """At the moment of naming; and with triggers the smallest named unit never stays named over one."""
    units, facts = family(seed)
    told = course(units, facts, policy_on(pack), END)
    for change in told.changes:
        policy = policy_on(pack)(clock.local_day(change.at))
        if change.reason == "round":
            assert not [
                one
                for one in facts.findings
                if change.unit in one.chain and one.open_at(change.at) and policy.class_of(one.kind) and not one.own
            ]
    compounds = [unit for unit in units if unit.level == "compound"]
    for unit in compounds:
        own = of_unit(told.changes, unit.id)
        for day in ALL_DAYS:
            now = state_on(own, day)
            policy = policy_on(pack)(day)
            if policy.triggers and now is not None and now.state is State.NAMED:
                at = last_moment(day)
                assert not [
                    one
                    for one in facts.findings
                    if unit.id in one.chain and one.open_at(at) and policy.class_of(one.kind) and not one.own
                ]


@thorough
@given(seed=seeds, pack=packs)
def test_gross_less_removed_is_net_on_every_day(seed: int, pack: str) -> None:
    """And each day begins with what the day before left."""
    units, facts = family(seed)
    changes = course(units, facts, policy_on(pack), END).changes
    by_unit = [of_unit(changes, unit.id) for unit in units]
    net = 0
    for before, day in itertools.pairwise(ALL_DAYS):
        of_day = balance([(state_on(own, before), state_on(own, day)) for own in by_unit])
        named = sum(1 for own in by_unit if (now := state_on(own, day)) and now.state is State.NAMED)
        if before != ALL_DAYS[0]:
            assert of_day.before == net
        assert of_day.gross - of_day.removed == of_day.net == named
        net = named


@thorough
@given(seed=seeds, pack=packs)
def test_twice_and_out_of_order_gives_the_same(seed: int, pack: str) -> None:
    """The order in which facts arrive does not matter, nor how often or up to when the days were run before."""
    units, facts = family(seed)
    on = policy_on(pack)
    whole = course(units, facts, on, END).changes
    dice = random.Random(seed)
    mixed = Facts(
        *(tuple(dice.sample(rows, len(rows))) for rows in (facts.cases, facts.findings, facts.steps, facts.tests))
    )
    assert course(dice.sample(units, len(units)), mixed, on, END).changes == whole
    middle = last_moment(dice.choice(ALL_DAYS))
    known = Facts(
        tuple(one for one in facts.cases if one.at <= middle),
        tuple(one for one in facts.findings if one.since <= middle),
        tuple(one for one in facts.steps if one.at <= middle),
        tuple(one for one in facts.tests if one[1] <= clock.local_day(middle)),
    )
    assert course(units, known, on, middle).changes == [change for change in whole if change.at <= middle]


@thorough
@given(seed=seeds, pack=packs)
def test_nobody_skips_a_step(seed: int, pack: str) -> None:
    """Each state follows from the one before by the table, and each step that took effect is a step of that unit."""
    units, facts = family(seed)
    steps = {step.id: step for step in facts.steps}
    told = course(units, facts, policy_on(pack), END)
    void = {one.step for one in told.voids}
    for unit in units:
        state = State.NONE
        for change in of_unit(told.changes, unit.id):
            if change.step:
                taken = steps[change.step]
                assert taken.unit == unit.id
                assert change.step not in void
                if change.state is not State.NAMED:
                    assert (state, taken.step, taken.result) in TRANSITIONS or change.reason == "removal_passed"
            elif change.state is State.NAMED:
                assert state is (State.NOTICED if change.reason == "round" else State.SUSPENDED)
            elif change.state in PROCEDURE:
                assert state is change.state
            if change.state not in HOLDING:
                assert change.named_day is None
            state = change.state


@thorough
@given(seed=seeds, pack=packs)
def test_suspended_days_count(seed: int, pack: str) -> None:
    """A restored unit counts its days from the naming it had before."""
    units, facts = family(seed)
    changes = course(units, facts, policy_on(pack), END).changes
    for unit in units:
        began: date | None = None
        for change in of_unit(changes, unit.id):
            if change.reason == "round":
                began = change.named_day
                assert days_certified(change, clock.local_day(change.at)) == 0
            elif change.state in HOLDING:
                assert change.named_day == began


def test_a_district_follows_the_streets_that_were_decided_elsewhere() -> None:
    """Deciding a district over the known changes of its streets gives what deciding everything together gives."""
    on = policy_on("wuhan-2020")
    agreed = 0
    for seed in range(200, 260):
        units, facts = family(seed, quiet=0.9)
        district = Unit(100, "district")
        under = [replace(unit, parents=((date.min, 100),)) if unit.id == STREET else unit for unit in units]
        begins = clock.day_bounds(FIRST)[0]
        own = tuple(
            StepTaken(9000 + place, 100, step, "passed", begins + timedelta(days=place))
            for place, step in enumerate(["declared", "first_review", "comparison", "assessment", "notice"])
        )
        wide = Facts(
            tuple(replace(case, chain=(*case.chain, 100)) for case in facts.cases),
            tuple(replace(one, chain=(*one.chain, 100)) for one in facts.findings),
            (*facts.steps, *own),
            facts.tests,
        )
        together = course([*under, district], wide, on, END).changes
        below = course(under, wide, on, END).changes
        alone = course([*under, district], replace(wide, steps=own), on, END, given=below).changes
        assert of_unit(together, 100) == alone
        agreed += any(change.reason == "round" for change in alone)
    assert agreed > 0


def test_a_day_tells_what_it_changed() -> None:
    """All days together tell every change once."""
    units, facts = family(7)
    changes = course(units, facts, policy_on("wuhan-2020"), END).changes
    assert [change for day in ALL_DAYS for change in day_changes(changes, day)] == changes
