"""The course of the epidemic in time: when people fall ill, how long each step takes, how likely each outcome is.

Days are counted from 1 December 2019 (day 0); moments are minutes since then in local time. All numbers are *assumed*;
they were chosen so that the curve has the shape of Wuhan's: doubling within four to five days in January, a jump when
clinical diagnosis was allowed on 12 February, decline after the closure of the compounds.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate

ZERO = date(2019, 12, 1)
CHINA = timezone(timedelta(hours=8))
DAY = 1440
"""Minutes of a day."""

_LAST = 366
_DATES = [(ZERO + timedelta(days=day)).isoformat() for day in range(_LAST)]


def day_of(day: date) -> int:
    """The number of a day."""
    return (day - ZERO).days


def minute_of(moment: datetime) -> int:
    """The minute of an aware moment; what happens at that minute itself is not before it."""
    return math.ceil((moment - datetime(ZERO.year, ZERO.month, ZERO.day, tzinfo=CHINA)).total_seconds() / 60)


def text_of(minute: int) -> str:
    """A minute as ISO text with the offset of the city."""
    day, rest = divmod(minute, DAY)
    return f"{_DATES[day]}T{rest // 60:02d}:{rest % 60:02d}:00+08:00"


SEALED = day_of(date(2020, 1, 23))
"""The city was closed to the outside."""
CLOSED = day_of(date(2020, 2, 11))
"""The compounds were closed."""
BEDS_FROM = day_of(date(2020, 2, 5))
"""The first shelter hospitals opened."""
CLINICAL_FROM = day_of(date(2020, 2, 12))
CLINICAL_UNTIL = day_of(date(2020, 2, 19))
"""First day of clinical diagnosis, and the first day without it."""
LAST_CONFIRMED = day_of(date(2020, 3, 31)) * DAY + 20 * 60

DOUBLING, PEAK, HALVING = 4.4, day_of(date(2020, 1, 28)), 6.2
"""Days in which onsets double before, and halve after, a plateau of some days around the peak."""
PLATEAU = 5


def onset_weight(day: int) -> float:
    """How many fall ill on a day, relative to the peak."""
    if day < PEAK:
        return float(2 ** ((day - PEAK) / DOUBLING))
    return float(2 ** (-max(0, day - PEAK - PLATEAU) / HALVING))


_ONSETS = list(accumulate(onset_weight(day) for day in range(day_of(date(2020, 3, 20)))))


def onset_day(draw: Callable[[], float]) -> int:
    """A day on which the first of a cluster falls ill."""
    return bisect(_ONSETS, draw() * _ONSETS[-1])


def delay_to_clinic(onset: int) -> float:
    """Mean days from falling ill to being seen at a fever clinic, by the day of onset."""
    return 4.0 if onset < SEALED else 3.2 if onset < CLOSED else 1.4


_WAIT_FOR_TEST = (
    (day_of(date(2020, 1, 18)), 9.0),
    (day_of(date(2020, 1, 27)), 6.5),
    (day_of(date(2020, 2, 3)), 6.0),
    (day_of(date(2020, 2, 10)), 6.0),
    (day_of(date(2020, 2, 16)), 3.5),
)


def wait_for_test(seen: int) -> float:
    """Mean days from being suspected to a result: kits were short until the middle of February."""
    for until, days in _WAIT_FOR_TEST:
        if seen < until:
            return days
    return 1.2


def fatality(age: float) -> float:
    """Chance that a confirmed case of this age in years ends in death."""
    return 0.005 if age < 40 else 0.025 if age < 60 else 0.09 if age < 70 else 0.2 if age < 80 else 0.34


def catching(age: float) -> float:
    """How likely somebody of this age is found ill, relative to a grown-up: children hardly were."""
    return 0.08 if age < 15 else 0.5 if age < 25 else 1.0 if age < 50 else 1.6


def traced(day: int) -> float:
    """Share of contacts found and followed, by day: little before the closure of the city, nearly all after that of the
    compounds."""
    return 0.2 if day < SEALED else 0.55 if day < CLOSED else 0.92


def kept_at_home(day: int) -> float:
    """Share of contacts who stay at home; the others go to an isolation site (all were to, from the middle of February,
    where there was room)."""
    return 0.85 if day < CLOSED else 0.55


def admitted(day: int) -> float:
    """Share of people under suspicion who have a bed in an observation ward; the others wait at home. "People wait for
    beds" until the first days of February, "beds wait for people" from the middle of the month."""
    return 0.35 if day < BEDS_FROM else 0.7 if day < CLOSED + 4 else 0.96
