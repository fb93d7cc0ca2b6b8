"""Hours and days of the place, in whole numbers: the row carries its distance from UTC, no time zone is asked."""

from __future__ import annotations

from collections.abc import Iterable

from shouwang.gates.policy import Window

DAY = 86_400


def local_day(moment: int, utc_offset_minutes: int) -> int:
    """The number of the local day (0: 1 January 1970, a Thursday)."""
    return (moment + utc_offset_minutes * 60) // DAY


def midnight(day: int, utc_offset_minutes: int) -> int:
    """The first moment of a local day."""
    return day * DAY - utc_offset_minutes * 60


def _weekday(day: int) -> int:
    return (day + 3) % 7 + 1


def _span(window: Window, day: int, utc_offset_minutes: int) -> tuple[int, int]:
    """The window as it begins on a day: first moment, and first moment after it."""
    begins = midnight(day, utc_offset_minutes) + window.start * 60
    lasts = window.end - window.start if window.end > window.start else window.end - window.start + 1440
    return begins, begins + lasts * 60


def is_open(windows: Iterable[Window], moment: int, utc_offset_minutes: int) -> bool:
    """Whether a moment lies in any of the windows (first moment in, last moment out)."""
    today = local_day(moment, utc_offset_minutes)
    for window in windows:
        for day in (today - 1, today):
            begins, ends = _span(window, day, utc_offset_minutes)
            if (not window.days or _weekday(day) in window.days) and begins <= moment < ends:
                return True
    return False


def opens_at(windows: Iterable[Window], moment: int, utc_offset_minutes: int) -> int | None:
    """When the next of the windows begins, after a moment that lies in none."""
    today = local_day(moment, utc_offset_minutes)
    found = [
        begins
        for window in windows
        for day in range(today, today + 8)
        if (not window.days or _weekday(day) in window.days)
        and (begins := _span(window, day, utc_offset_minutes)[0]) > moment
    ]
    return min(found, default=None)
