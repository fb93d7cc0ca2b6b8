"""Who may take which step on which unit: the power of the post, then the desk of the policy."""

from __future__ import annotations

from shouwang.certification.ladder import TRANSITIONS, Step
from shouwang.command.rules import Scope, refuse_deed
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

SEE = "certification.see"
TEST = "certification.test"
IMPORT = "certification.import"


def power_for(step: Step) -> str:
    """The power that a step takes; objections are raised by anyone and decided by a desk."""
    desks = {desk for (_state, known, _result), (_to, desk) in TRANSITIONS.items() if known is step} - {"anyone"}
    return f"certification.{min(desks)}"


def acts_for_all(by: Actor) -> bool:
    """Whether somebody acts without a post: a job, or the operator at the machine."""
    return by.kind in {"system", "operator"}


def require(by: Actor, scope: Scope | None, deed: str, area_path: str) -> None:
    """Raise the refusal of a deed. Only people hold posts; a job or the operator acts for the whole city."""
    refusal = None if acts_for_all(by) else refuse_deed(scope, deed, area_path)
    if refusal is not None:
        raise refusal


def may_see(scope: Scope | None, area_path: str) -> Refusal | None:
    """Why somebody may not see where a unit stands; None when they may."""
    return refuse_deed(scope, SEE, area_path)
