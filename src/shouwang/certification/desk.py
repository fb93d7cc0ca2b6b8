"""The work of a desk: which units wait for a post's step, and which steps somebody may take on one unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwang import clock
from shouwang.certification import actions, permissions, queries
from shouwang.certification.ladder import PASSED, PROCEDURE, TRANSITIONS, State, Step, refuse_step
from shouwang.certification.rules import entered
from shouwang.command.rules import Scope, refuse_deed

QUEUES = (Step.FIRST_REVIEW, Step.ASSESSMENT, Step.NOTICE, Step.SPOT_CHECK)
"""Steps that desks take on units one after the other; objections have a board of their own."""

TAKEN = {Step.FIRST_REVIEW: actions.review, Step.NOTICE: actions.publish, Step.SPOT_CHECK: actions.spot_check}
"""Steps that a desk passes or does not, also on many units at once. An assessment is somebody's visit to one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A unit that waits for a step: since when, and whether somebody unreleased holds it."""

    area: Any
    state: State
    since: datetime
    held: bool


def waiting(scope: Scope, *steps: Step) -> dict[Step, list[Waiting]]:
    """Units in the area of a post that wait for these steps of its role, the longest first; held ones last."""
    states = {step: {state for state, known, its in TRANSITIONS if known is step and its == PASSED} for step in steps}
    due = queries.standings(scope.area_path, clock.today(), states=set().union(*states.values()))
    applying = [number for number, now in due.items() if now.state in PROCEDURE]
    since = {number: entered(changes) for number, changes in queries.of_units(applying).items()}
    found: dict[Step, list[Waiting]] = {step: [] for step in steps}
    for area in queries.places(due):
        now = due[area.pk]
        for step in steps:
            if now.state in states[step] and is_desk_of(scope, step, area, PASSED):
                found[step].append(Waiting(area, now.state, since.get(area.pk) or now.at, now.held))
    for ones in found.values():
        ones.sort(key=lambda one: (one.held, one.since, one.area.path))
    return found


def is_desk_of(scope: Scope, step: Step, area: Any, result: str) -> bool:
    """Whether a step on a unit belongs to the role of a post, wherever the unit stands."""
    policy = queries.policy_on(clock.today(), area.path)
    return any(policy.role_for(desk, area.level) == scope.role for desk in DESKS_OF[step, result])


DESKS_OF: defaultdict[tuple[Step, str], set[str]] = defaultdict(set)
for (_state, _step, _result), (_to, _desk) in TRANSITIONS.items():
    if _desk != "anyone":
        DESKS_OF[_step, _result].add(_desk)
"""Step and result → the desks whose step it is."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that follows from where a unit stands: whose it is, and why the viewer may not take it ("" when may)."""

    step: Step
    role: str
    refused: str


def offers(scope: Scope, area: Any) -> list[Offer]:
    """The steps that follow from where a unit stands now, each with whose it is."""
    now = queries.standing(area.pk)
    state, held = (now.state, now.held) if now else (State.NONE, False)
    policy = queries.policy_on(clock.today(), area.path)
    found = []
    for (before, step, result), (_to, desk) in TRANSITIONS.items():
        if before is not state or result != PASSED or step is Step.COMPARISON:
            continue
        refused = refuse_step(policy, area.level, state, held, step, result)
        role = policy.role_for(desk, area.level)
        if not refused and (role != scope.role or refuse_deed(scope, permissions.power_for(step), area.path)):
            refused = "not_your_step"
        found.append(Offer(step, role, refused))
    return found
