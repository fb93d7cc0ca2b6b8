"""Standard one, zero occurrence: may a unit be declared, or named, on a day? Pure; answers with the reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shouwang import clock
from shouwang.certification.facts import Case, Finding, last_moment
from shouwang.certification.policy import CertificationPolicy

CASE, SUSPECTED, FEVER, CONTACT, TEST = "case", "suspected", "fever", "contact", "no_test"
"""Reason codes of what stands against a unit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that stands against a unit: reason code, the event that says so ("" for a missing test), its day."""

    code: str
    ref: str
    day: date | None


@dataclass(frozen=True, slots=True)
class StandardOne:
    """Whether zero occurrence holds on a day, and what stands against it, cases first, each kind by time.

    `earliest`: the first day on which no known case stands in the way; None when none does now. Unreleased people and
    missing tests may make it later, and nobody can tell when.
    """

    day: date
    hits: tuple[Hit, ...]
    earliest: date | None
    last_case: date | None
    policy_version: str

    @property
    def met(self) -> bool:
        """Whether nothing stands against the unit."""
        return not self.hits

    @property
    def days_without(self) -> int | None:
        """Whole days since the last case that stands; None when there never was one."""
        return None if self.last_case is None else (self.day - self.last_case).days


def standard_one(
    policy: CertificationPolicy,
    day: date,
    cases: Collection[Case],
    findings: Collection[Finding],
    tests: Iterable[date] = (),
    at: datetime | None = None,
) -> StandardOne:
    """Standard one for one unit on a day, as known at a moment of it (its last when not given).

    Cases are the unit's own and those of all units below it, whatever their kind; the policy says which count.
    """
    if not cases and not findings and policy.negative_test_day is None:
        return StandardOne(day, (), None, None, policy.version)
    moment = at or last_moment(day)
    counting = sorted(
        (
            case
            for case in cases
            if counts_as_case(policy, case) and case.at <= moment and (case.until is None or case.until > moment)
        ),
        key=lambda case: (case.at, case.ref),
    )
    first = day - timedelta(days=policy.window_days)
    hits = [Hit(CASE, case.ref, case.day) for case in counting if case.day >= first]
    last = counting[-1].day if counting else None
    earliest = last + timedelta(days=policy.window_days + 1) if hits and last else None
    unreleased = [
        (_ORDER.index(group), one.since, one.ref, group)
        for one in findings
        if one.open_at(moment) and (group := class_of(policy, one))
    ]
    hits += [Hit(group, ref, clock.local_day(since)) for _order, since, ref, group in sorted(unreleased)]
    if policy.negative_test_day is not None and not _tested(policy, day, last, tests):
        hits.append(Hit(TEST, "", _test_due(policy, day, last)))
    return StandardOne(day, tuple(hits), earliest, last, policy.version)


_ORDER = (SUSPECTED, FEVER, CONTACT)


def counts_as_case(policy: CertificationPolicy, case: Case) -> bool:
    """Whether a case counts under a policy."""
    return policy.is_case(case.kind) and (policy.self_reported or not case.own)


def class_of(policy: CertificationPolicy, finding: Finding) -> str:
    """The class in which a finding counts under a policy; "" when it does not."""
    return policy.class_of(finding.kind) if policy.self_reported or not finding.own else ""


def _test_due(policy: CertificationPolicy, day: date, last: date | None) -> date:
    """From which day on a test of the whole unit serves. Without any case the window itself is what is waited out."""
    assert policy.negative_test_day is not None
    base = day - timedelta(days=policy.window_days) if last is None else last
    return base + timedelta(days=policy.negative_test_day)


def _tested(policy: CertificationPolicy, day: date, last: date | None, tests: Iterable[date]) -> bool:
    due = _test_due(policy, day, last)
    return any(due <= test <= day for test in tests)
