"""When the cases of a place fell ill and how long it took to find them, and what follows from it for a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.bulletins import curve_rules
from shouwang.bulletins.curve_rules import Estimate, Growth
from shouwang.bulletins.policy import SpreadPolicy
from shouwang.measures import datasets
from shouwang.measures.counting import prepare
from shouwang.policybook import queries as policybook

LONGEST = 120
"""How many days back cases are looked at."""
GROWTH_DAYS = 14

_ONSETS = """
with counted as materialized (
    select c.person, c.counts_from from ({cases}) c join areas_area a on a.id = c.area_id
    where c.counted and a.path like %(under)s
),
felt as materialized (
    select s.person_id, s.time from ({standing}) s where s.kind = 'symptom'
)
select c.counts_from, min(f.time) from counted c
left join residents_person p on p.ref = c.person
left join felt f on f.person_id = p.id and f.time <= c.counts_from
    and f.time >= c.counts_from - make_interval(days => %(longest)s)
group by c.person, c.counts_from order by c.counts_from
"""


@dataclass(frozen=True, slots=True)
class Onset:
    """A case: the day it fell ill, as far as that is recorded, and the day it was diagnosed."""

    ill: date | None
    found: date


def onsets(path: str, day: date, longest: int) -> list[Onset]:
    """Every case that stands at the end of a day at or under a path, with the first symptoms before its diagnosis."""
    sql = _ONSETS.format(cases=datasets.expanded("health.cases"), standing=datasets.expanded("health.standing"))  # nosec B608 - registered text
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            prepare(cursor)
        cursor.execute(sql, {**datasets.parameters("health.cases", day), "under": f"{path}%", "longest": longest})
        return [
            Onset(clock.local_day(ill) if ill else None, clock.local_day(found)) for found, ill in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Spread:
    """What is known of the spread at a place on a day.

    `days` with the cases `seen` of each, `expected` once all is reported, `shares` reported by now; `usable` is the
    last day that is reported well enough to be used; `estimates` end on days up to it. `without_onset`: cases without
    recorded symptoms, counted on the day of diagnosis. `median_delay` in days, None when nothing tells.
    """

    policy: SpreadPolicy
    days: tuple[date, ...]
    seen: tuple[int, ...]
    expected: tuple[float | None, ...]
    shares: tuple[float, ...]
    usable: date | None
    estimates: dict[date, Estimate]
    growth: Growth | None
    cases: int
    without_onset: int
    median_delay: int | None

    @property
    def latest(self) -> Estimate | None:
        """The estimate of the last usable day."""
        return self.estimates.get(self.usable) if self.usable else None

    @property
    def is_shaky(self) -> bool:
        """Whether the last estimate rests on few cases."""
        one = self.latest
        return one is not None and sum(self.seen[one.first : one.last + 1]) < self.policy.least_cases


def spread_of(path: str, day: date) -> Spread:
    """The spread at a place as of the end of a day."""
    policy = SpreadPolicy.from_policy(policybook.in_force("reproduction", day, path))
    return spread(onsets(path, day, policy.longest_delay), day, policy)


def spread(cases: Sequence[Onset], day: date, policy: SpreadPolicy) -> Spread:
    """The spread that cases tell. Pure."""
    by_day = Counter(case.ill or case.found for case in cases)
    first = max(min(by_day, default=day), day - timedelta(days=LONGEST - 1))
    days = tuple(first + timedelta(days=n) for n in range((day - first).days + 1))
    seen = tuple(by_day[each] for each in days)
    known = [((case.found - case.ill).days, (day - case.ill).days) for case in cases if case.ill]
    by_ago = curve_rules.completeness(known, policy.longest_delay)
    shares = tuple(by_ago[ago] if (ago := (day - each).days) < len(by_ago) else 1.0 for each in days)
    usable = max(
        (each for each, share in zip(days, shares, strict=True) if share >= policy.complete_from), default=None
    )
    until = days.index(usable) + 1 if usable else 0
    weights = curve_rules.serial_interval(policy.serial_mean, policy.serial_sd, max(len(days), 2))
    found = curve_rules.reproduction(
        seen[:until], weights, window=policy.window_days, prior_mean=policy.prior_mean, prior_sd=policy.prior_sd
    )
    delays: list[Any] = sorted(delay for delay, _since in known)
    return Spread(
        policy=policy,
        days=days,
        seen=seen,
        expected=tuple(curve_rules.nowcast(seen, by_ago)),
        shares=shares,
        usable=usable,
        estimates={days[one.last]: one for one in found},
        growth=curve_rules.growth(seen[max(0, until - GROWTH_DAYS) : until]),
        cases=len(cases),
        without_onset=sum(1 for case in cases if case.ill is None),
        median_delay=delays[len(delays) // 2] if delays else None,
    )
