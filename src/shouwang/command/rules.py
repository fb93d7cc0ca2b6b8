"""What a post may do, and where: pure decisions. A permission gives a reason or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.command.policy import LEVELS_OF_ROLE, POWERS, Role
from shouwang.refusal import Refusal


@dataclass(frozen=True)
class Scope:
    """What the post in use may see: everything under `area_path`, in the role `role`."""

    account_id: int
    account_name: str
    post_id: int
    role: Role
    area_id: int
    area_code: str
    area_name: str
    area_path: str
    level: str

    def covers(self, path: str) -> bool:
        """Whether a place, by its path, lies in the area of the post."""
        return bool(self.area_path) and path.startswith(self.area_path)

    @property
    def is_whole_city(self) -> bool:
        """Whether the post is at the root of the tree."""
        return self.area_path.count("/") == 1


def in_office(from_day: date, until_day: date | None, day: date) -> bool:
    """Whether a post holds on a day; both its first and its last day count."""
    return from_day <= day and (until_day is None or day <= until_day)


def refuse_deed(scope: Scope | None, deed: str, path: str) -> Refusal | None:
    """Why somebody with this scope may not do `deed` at the place with `path`; None when they may."""
    if scope is None:
        return Refusal("command.no_post", status=403)
    if scope.role not in POWERS.get(deed, frozenset()):
        return Refusal("command.role_may_not", status=403, deed=deed, role=scope.role)
    if not scope.covers(path):
        return Refusal("command.outside_area", status=404, area=scope.area_name)
    return None


def refuse_post(granter: Scope | None, role: Role, level: str, path: str) -> Refusal | None:
    """Why a post may not be granted; None when it may. Nobody grants wider than their own area, nor at a level the
    role does not exist at; only an administrator or city officer makes administrators and inspectors."""
    refusal = refuse_deed(granter, "command.post", path)
    if refusal is not None:
        return refusal
    refusal = refuse_level(role, level)
    if refusal is not None:
        return refusal
    may_make_overseers = granter is not None and granter.role in {Role.ADMINISTRATOR, Role.CITY_OFFICER}
    if role in {Role.ADMINISTRATOR, Role.INSPECTOR} and not may_make_overseers:
        return Refusal("command.role_may_not", status=403, deed="command.post", role=role)
    return None


def refuse_level(role: Role, level: str) -> Refusal | None:
    """Why a role does not exist at a level of the tree; None when it does. Holds for the operator as for everybody."""
    levels = LEVELS_OF_ROLE.get(role)
    if levels is not None and level not in levels:
        return Refusal("command.role_not_at_level", field="role", role=role, level=level)
    return None


REPORT_STEPS = {
    ("filled", "confirmed"): "command.confirm_report",
    ("returned", "confirmed"): "command.confirm_report",
    ("confirmed", "accepted"): "command.accept_report",
    ("confirmed", "returned"): "command.accept_report",
}
"""State now and next → the power needed. The diagram of a report's life in the docs is made from this table."""


def refuse_report_step(scope: Scope, state: str, step: str, path: str, why: str) -> Refusal | None:
    """Why a daily report may not go from `state` to `step`; None when it may. Returning one needs a reason."""
    deed = REPORT_STEPS.get((state, step))
    if deed is None:
        return Refusal("command.report_step", state=state, step=step)
    if step == "returned" and len(why.strip()) < 4:
        return Refusal("command.reason_needed", field="why")
    return refuse_deed(scope, deed, path)
