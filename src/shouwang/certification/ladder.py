"""The ladder as a table: which step leads from which state to which, and whose step it is. Pure.

The diagram in docs/certification.md is made from these tables, and the course of a unit follows nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shouwang.certification.policy import CertificationPolicy


class State(StrEnum):
    """Where a unit stands. `none`: it never declared."""

    NONE = "none"
    DECLARED = "declared"
    REVIEWED = "reviewed"
    COMPARED = "compared"
    ASSESSED = "assessed"
    NOTICED = "noticed"
    NAMED = "named"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    ENDED = "ended"
    DISSOLVED = "dissolved"


class Step(StrEnum):
    """What somebody does on a unit's way: the words of the import contract, and two that are told here only."""

    DECLARED = "declared"
    FIRST_REVIEW = "first_review"
    COMPARISON = "comparison"
    ASSESSMENT = "assessment"
    NOTICE = "notice"
    OBJECTION = "objection"
    SPOT_CHECK = "spot_check"
    REMOVAL = "removal"
    WITHDRAWAL = "withdrawal"


PASSED, FAILED, RAISED, UPHELD, DISMISSED = "passed", "failed", "raised", "upheld", "dismissed"

PROCEDURE = frozenset({State.DECLARED, State.REVIEWED, State.COMPARED, State.ASSESSED, State.NOTICED})
"""An application is under way."""
HOLDING = frozenset({State.NAMED, State.SUSPENDED})
"""The unit was named and has not lost it."""
START = frozenset({State.NONE, State.RETURNED, State.ENDED, State.CANCELLED})
"""A new application may begin."""

Key = tuple[State, Step, str]

TRANSITIONS: Mapping[Key, tuple[State, str]] = {
    **{(state, Step.DECLARED, PASSED): (State.DECLARED, "declares") for state in sorted(START)},
    (State.DECLARED, Step.FIRST_REVIEW, PASSED): (State.REVIEWED, "reviews"),
    (State.DECLARED, Step.FIRST_REVIEW, FAILED): (State.RETURNED, "reviews"),
    (State.REVIEWED, Step.COMPARISON, PASSED): (State.COMPARED, "compares"),
    (State.REVIEWED, Step.COMPARISON, FAILED): (State.RETURNED, "compares"),
    (State.COMPARED, Step.ASSESSMENT, PASSED): (State.ASSESSED, "assesses"),
    (State.COMPARED, Step.ASSESSMENT, FAILED): (State.RETURNED, "assesses"),
    (State.ASSESSED, Step.NOTICE, PASSED): (State.NOTICED, "publishes"),
    (State.ASSESSED, Step.NOTICE, FAILED): (State.RETURNED, "publishes"),
    (State.NOTICED, Step.OBJECTION, RAISED): (State.NOTICED, "anyone"),
    (State.NOTICED, Step.OBJECTION, DISMISSED): (State.NOTICED, "decides"),
    (State.NOTICED, Step.OBJECTION, UPHELD): (State.RETURNED, "decides"),
    (State.NAMED, Step.SPOT_CHECK, PASSED): (State.NAMED, "checks"),
    (State.NAMED, Step.SPOT_CHECK, FAILED): (State.SUSPENDED, "checks"),
    (State.SUSPENDED, Step.SPOT_CHECK, PASSED): (State.NAMED, "checks"),
    (State.SUSPENDED, Step.SPOT_CHECK, FAILED): (State.SUSPENDED, "checks"),
    (State.NAMED, Step.REMOVAL, PASSED): (State.CANCELLED, "decides"),
    (State.SUSPENDED, Step.REMOVAL, PASSED): (State.CANCELLED, "decides"),
    **{(state, Step.WITHDRAWAL, PASSED): (State.RETURNED, "declares") for state in sorted(PROCEDURE)},
}
"""(state, step, result) → (next state, whose step it is: a desk of the policy, or `anyone`)."""

BY_ITSELF: Mapping[tuple[State, str], State] = {
    (State.NOTICED, "round"): State.NAMED,
    **{(state, "case"): State.ENDED for state in sorted(PROCEDURE)},
    (State.NAMED, "case"): State.CANCELLED,
    (State.SUSPENDED, "case"): State.CANCELLED,
    (State.NAMED, "finding"): State.SUSPENDED,
    (State.SUSPENDED, "released"): State.NAMED,
}
"""(state, what happens) → next state: what the day does without anybody's hand."""

WAITS = frozenset({Step.FIRST_REVIEW, Step.COMPARISON, Step.ASSESSMENT, Step.NOTICE})
"""Steps that are not passed while a unit is held by an unreleased suspect, fever or contact."""


def results_of(step: Step) -> frozenset[str]:
    """The results that a step may have."""
    return frozenset(result for _state, known, result in TRANSITIONS if known is step)


@dataclass(frozen=True, slots=True)
class Taking:
    """Somebody about to take a step: their role, their account, and who took which steps of this application."""

    role: str
    account: int | None
    before: Mapping[str, int | None]


APART = frozenset({Step.DECLARED, Step.FIRST_REVIEW, Step.ASSESSMENT, Step.NOTICE})
"""Steps of one application that are different people's."""


def refuse_step(
    policy: CertificationPolicy,
    level: str,
    state: State,
    held: bool,
    step: Step,
    result: str,
    taking: Taking | None = None,
) -> str:
    """Why a step may not be taken on a unit, as a reason code; "" when it may. Without `taking` nobody is judged."""
    found = TRANSITIONS.get((state, step, result))
    if found is None:
        return "step_out_of_order"
    if held and step in WAITS and result == PASSED:
        return "held"
    if taking is None or found[1] == "anyone":
        return ""
    if taking.role != policy.role_for(found[1], level):
        return "not_your_step"
    others = (taking.before.get(other) for other in APART - {step})
    if step in APART and taking.account is not None and taking.account in set(others):
        return "same_person"
    return ""


def result_of_items(items: Mapping[str, bool], wanted: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The result of an assessment from its items, and those to mend: passed only when each of them passed."""
    to_mend = tuple(name for name in wanted if not items.get(name, False))
    return (FAILED if to_mend else PASSED), to_mend
