"""When one account's records must wait for a second pair of eyes. Pure: what was touched and a policy in, a reason out.

A record *weighs* when it may change a colour: a finding, what ends one, a high temperature, a test of somebody with
findings. Daily temperatures below the fever threshold never weigh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from shouwang.health.facts import Fact
from shouwang.health.policy import AlarmPolicy
from shouwang.health.rules import Kind

MANY_PEOPLE = "many_people"
UNRELATED_PEOPLE = "unrelated_people"

TESTS = frozenset({Kind.NEGATIVE_TEST, Kind.POSITIVE_TEST})


@dataclass(frozen=True, slots=True)
class Touch:
    """One person whom a record touches, and what they share with others: a compound, or the case they met."""

    person_id: int
    group: str


def weighs(fact: Fact, fever_threshold: Decimal, has_findings: bool) -> bool:
    """Whether a fact about somebody may change their colour."""
    if fact.kind == Kind.TEMPERATURE:
        return fact.value is not None and fact.value >= fever_threshold
    if fact.kind in TESTS:
        return has_findings
    return True


def group_of(fact: Fact, area_id: int) -> str:
    """What a person shares with others: the case they were near, otherwise the compound they live in."""
    if fact.kind == Kind.CLOSE_CONTACT_OF and fact.ends:
        return f"case:{fact.ends}"
    return f"place:{area_id}"


def why_held(policy: AlarmPolicy, before: Iterable[Touch], new: Collection[Touch]) -> str:
    """Why records that touch `new` must wait, when the account touched `before` within the window; empty when not.

    Whoever was touched before is no news: a single person's course is never held up by its own length.
    """
    earlier = list(before)
    known = {touch.person_id for touch in earlier}
    if all(touch.person_id in known for touch in new):
        return ""
    everybody = [*earlier, *new]
    if len({touch.person_id for touch in everybody}) > policy.people:
        return MANY_PEOPLE
    if len({touch.group for touch in everybody}) > policy.unrelated:
        return UNRELATED_PEOPLE
    return ""
