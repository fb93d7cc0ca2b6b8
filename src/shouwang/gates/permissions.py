"""Whether somebody may do something at a gate: a reason why not, or nothing. All of it follows the post's area."""

from __future__ import annotations

from shouwang.command.policy import Role
from shouwang.command.rules import Scope, refuse_deed
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

COMMUNITY = frozenset({Role.COMMUNITY_OFFICER, Role.STREET_OFFICER, Role.DISTRICT_OFFICER, Role.CITY_OFFICER})
STREET = COMMUNITY - {Role.COMMUNITY_OFFICER}

DECIDED_BY: dict[str, frozenset[Role]] = {
    "resident": COMMUNITY,
    "visitor": COMMUNITY,
    "one_off": COMMUNITY,
    "special_duty": STREET,
    "move_out": STREET,
}
"""Kind of permit → roles that approve or refuse it. Which kinds go up to the street is *assumed*."""


def refuse_gate(scope: Scope | None, deed: str, area_path: str) -> Refusal | None:
    """Why `deed` may not be done at the gate of the compound at `area_path`; None when it may."""
    return refuse_deed(scope, deed, area_path)


def refuse_permit_decision(scope: Scope | None, kind: str, area_path: str) -> Refusal | None:
    """Why somebody may not approve or refuse a permit of this kind there; None when they may."""
    refusal = refuse_deed(scope, "gates.permits", area_path)
    if refusal is not None:
        return refusal
    if scope is not None and scope.role not in DECIDED_BY[kind]:
        return Refusal("gates.permit_role", status=403)
    return None


def require(by: Actor, scope: Scope | None, deed: str, area_path: str) -> None:
    """Raise the refusal of a deed. Only people hold posts; a job or the operator acts for the whole city."""
    if by.kind in {"system", "operator"}:
        return
    refusal = refuse_deed(scope, deed, area_path)
    if refusal is not None:
        raise refusal


def require_reason(why: str) -> None:
    """Raise the refusal of a deed without a reason."""
    if len(why.strip()) < 4:
        raise Refusal("gates.reason_needed", field="reason")
