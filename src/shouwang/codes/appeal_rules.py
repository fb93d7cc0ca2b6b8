"""The life of an appeal, and who may take which step. Pure.

raised → reviewed by the community → upheld or refused by the district, by two different people, within 48 hours. An
upheld appeal corrects evidence; the colour follows by itself. Whoever raised it may withdraw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

RAISED, REVIEWED, UPHELD, REFUSED, WITHDRAWN = "raised", "reviewed", "upheld", "refused", "withdrawn"
OPEN = frozenset({RAISED, REVIEWED})

DECIDED_WITHIN = timedelta(hours=48)
"""Hubei's rule: an appeal is decided within 48 hours."""

STEPS: dict[tuple[str, str], str] = {
    (RAISED, REVIEWED): "codes.review_appeal",
    (REVIEWED, UPHELD): "codes.decide_appeal",
    (REVIEWED, REFUSED): "codes.decide_appeal",
    (RAISED, WITHDRAWN): "resident",
    (REVIEWED, WITHDRAWN): "resident",
}
"""(state, next state) → the power it takes; `resident` is whoever may speak for the person."""

SHORTEST_WHY = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: into which state, by which account (None: by the resident)."""

    state: str
    account_id: int | None


def state_of(steps: Sequence[Taken]) -> str:
    """The state after some steps."""
    return steps[-1].state if steps else RAISED


def refuse_step(
    steps: Sequence[Taken], step: str, account_id: int | None, *, why: str, next_step: str, corrections: int
) -> str:
    """Why a step may not be taken, as a reason code; empty when it may (given the power to).

    A review and a decision say why; a refusal says what to do next; an upheld appeal names what it corrected; the two
    levels are two people, and neither entered the appeal for somebody else and reviews it alone.
    """
    state = state_of(steps)
    if state not in OPEN:
        return "codes.appeal_closed"
    if (state, step) not in STEPS:
        return "codes.appeal_step"
    if step == WITHDRAWN:
        return ""
    if len(why.strip()) < SHORTEST_WHY:
        return "codes.appeal_why"
    if step in {UPHELD, REFUSED} and any(taken.account_id == account_id for taken in steps):
        return "codes.appeal_same_person"
    if step == REFUSED and len(next_step.strip()) < SHORTEST_WHY:
        return "codes.appeal_next_step"
    if step == UPHELD and corrections == 0:
        return "codes.appeal_correction"
    return ""


def due_at(raised: datetime) -> datetime:
    """By when an appeal is decided."""
    return raised + DECIDED_WITHIN


def is_overdue(state: str, due: datetime, at: datetime) -> bool:
    """Whether an appeal should have been decided."""
    return state in OPEN and at > due
