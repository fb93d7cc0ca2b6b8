"""Permissions to pass as an exception: what they may be, and which two offices grant one. Pure.

An *office* is a post: a role at an area. Two people of one office share a room, a superior and a wish to please; so
the second signature comes from another area of the tree, or from the health desk where the first was an officer (or
the other way round). Both must be posted over the place where the person lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shouwang.policybook.policy import Policy, Words


@dataclass(frozen=True, slots=True)
class ExceptionPolicy:
    """The closed list of reasons, and how long a permission may last (topic `exception` of the policy book)."""

    version: str
    longest: timedelta
    reasons: Mapping[str, Words]

    @classmethod
    def from_policy(cls, policy: Policy) -> ExceptionPolicy:
        """Read the body of a policy on `exception`."""
        body = policy.body
        reasons = {entry["id"]: Words.of(entry["title"]) for entry in body["reasons"]}
        return cls(policy.version, timedelta(hours=body["longest_hours"]["value"]), reasons)


@dataclass(frozen=True, slots=True)
class Office:
    """A post as a signature shows it."""

    account_id: int | None
    account_name: str
    role: str
    area_path: str


def refuse_asking(policy: ExceptionPolicy, reason: str, begins: datetime, ends: datetime, now: datetime) -> str:
    """Why a permission may not even be asked for, as a reason code; empty when it may."""
    if reason not in policy.reasons:
        return "codes.exception_reason"
    if ends <= begins or ends <= now:
        return "codes.exception_times"
    if ends - begins > policy.longest:
        return "codes.exception_too_long"
    if begins < now - timedelta(hours=1):
        return "codes.exception_backdated"
    return ""


def refuse_second(first: Office, second: Office) -> str:
    """Why somebody may not be the second signature, as a reason code; empty when they may."""
    if first.account_name == second.account_name or (
        first.account_id is not None and first.account_id == second.account_id
    ):
        return "codes.exception_same_person"
    desk = "health_desk"
    if first.area_path == second.area_path and (first.role == desk) == (second.role == desk):
        return "codes.exception_same_office"
    return ""


def holds(begins: datetime, ends: datetime, granted: bool | None, ended: datetime | None, at: datetime) -> bool:
    """Whether a permission holds at a moment. Nobody needs to end it: its time does."""
    return granted is True and begins <= at < ends and (ended is None or at < ended)
