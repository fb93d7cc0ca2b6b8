"""The work of a desk: which units wait for a post's step, and which steps somebody may take on one unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import permissions, queries
from shouwang.certification.ladder import DISMISSED, FAILED, PASSED, RAISED, TRANSITIONS, State, Step, refuse_step
from shouwang.command.rules import Scope

QUEUES = (Step.FIRST_REVIEW, Step.ASSESSMENT, Step.NOTICE, Step.SPOT_CHECK)
"""Steps that desks take on units one after the other; objections have a board of their own."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A unit that waits for a step: since when, and whether somebody unreleased holds it."""

    area: Any
    state: State
    since: datetime
    held: bool


def waiting(scope: Scope, step: Step) -> list[Waiting]:
    """Units in the area of a post that wait for this step of its role, the longest first; held ones last."""
    states = {state for state, known, result in TRANSITIONS if known is step and result == PASSED}
    day = clock.today()
    standings = queries.standings(scope.area_path, day)
    due = {number: now for number, now in standings.items() if now.state in states}
    found = []
    for area in areas.of_ladder(queries.LEVELS, [scope.area_path]).filter(pk__in=list(due)):
        if is_desk_of(scope, step, area, PASSED):
            now = due[area.pk]
            found.append(Waiting(area, now.state, now.at, now.held))
    return sorted(found, key=lambda one: (one.held, one.since, one.area.path))


def is_desk_of(scope: Scope, step: Step, area: Any, result: str) -> bool:
    """Whether a step on a unit belongs to the role of a post, wherever the unit stands."""
    desks = {desk for (_state, known, its), (_to, desk) in TRANSITIONS.items() if known is step and its == result}
    policy = queries.policy_on(clock.today(), area.path)
    return any(desk != "anyone" and policy.role_for(desk, area.level) == scope.role for desk in desks)


def counts(scope: Scope) -> dict[Step, int]:
    """How many units wait for each step of a post's role."""
    return {step: len(waiting(scope, step)) for step in QUEUES if step is not Step.SPOT_CHECK}


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
    found: dict[Step, Offer] = {}
    for (before, step, result), (_to, desk) in TRANSITIONS.items():
        if before is not state or result in (RAISED, DISMISSED, FAILED) or desk in ("anyone", "compares"):
            continue
        if step is Step.OBJECTION or step in found:
            continue
        refused = refuse_step(policy, area.level, state, held, step, result)
        role = policy.role_for(desk, area.level)
        if not refused and (role != scope.role or permissions.refuse(scope, permissions.power_for(step), area.path)):
            refused = "not_your_step"
        found[step] = Offer(step, role, refused)
    return list(found.values())
