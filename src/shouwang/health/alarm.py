"""When records must wait for a second pair of eyes: one account's, or those of many accounts that work in one place.

Pure: what was touched and a policy in, a reason out.

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
MANY_DAYS = "many_days"
MANY_ACCOUNTS = "many_accounts"

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


@dataclass(frozen=True, slots=True)
class Together:
    """A place in which an account works: how many residents it has, and how many people all accounts there touched
    within the window, those of the new records included."""

    residents: int
    people: int


def why_held(
    policy: AlarmPolicy,
    before: Iterable[Touch],
    new: Collection[Touch],
    slowly: Collection[int] = (),
    together: Iterable[Together] = (),
) -> str:
    """Why records that touch `new` must wait, when the account touched `before` within the window, and the people
    `slowly` within the long one; empty when they need not.

    Whoever was touched before is no news: a single person's course is never held up by its own length.
    """
    earlier = list(before)
    known = {touch.person_id for touch in earlier}
    if all(touch.person_id in known for touch in new):
        return ""
    everybody = [*earlier, *new]
    people = {touch.person_id for touch in everybody}
    if len(people) > policy.people:
        return MANY_PEOPLE
    if len({touch.group for touch in everybody}) > policy.unrelated:
        return UNRELATED_PEOPLE
    if len(people.union(slowly)) > policy.slowly:
        return MANY_DAYS
    if any(place.people > policy.allowed_together(place.residents) for place in together):
        return MANY_ACCOUNTS
    return ""
