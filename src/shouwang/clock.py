"""What time it is.

Times are stored in UTC and decided in the area's zone. The clock can be moved for drills, demonstrations and tests,
so nothing else in Shouwang asks the operating system for the time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo(os.environ.get("SHOUWANG_TIME_ZONE", "Asia/Shanghai"))

OFFSET_VARIABLE = "_SHOUWANG_CLOCK_OFFSET"
"""Seconds between the moved clock and the real one; the parent of a process tree sets it once for all children."""

_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC; moved when a drill or a test has moved the clock."""
    if _frozen is not None:
        return _frozen
    offset = float(os.environ.get(OFFSET_VARIABLE) or 0)
    return datetime.now(UTC) + timedelta(seconds=offset)


def today() -> date:
    """The present day in the area's zone."""
    return local_day(now())


def is_moved() -> bool:
    """Whether the clock differs from real time, so that every page can say so."""
    return _frozen is not None or bool(float(os.environ.get(OFFSET_VARIABLE) or 0))


def is_drill() -> bool:
    """Whether this system runs at another time than the real one. A job held at a moment of a past day is no drill."""
    return bool(float(os.environ.get(OFFSET_VARIABLE) or 0))


def move_to(moment: datetime) -> None:
    """Move the ticking clock of this process and of the children it starts so that it is `moment` now."""
    os.environ[OFFSET_VARIABLE] = str((moment - datetime.now(UTC)).total_seconds())


@contextlib.contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock still at `moment` inside the block (for the jobs of a past day, and for tests)."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of a local day and first moment of the next, in UTC: half-open, so that days never overlap."""
    start = datetime.combine(day, time.min, tzinfo=ZONE)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZONE)
    return start.astimezone(UTC), end.astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The local day in which a moment falls."""
    return moment.astimezone(ZONE).date()


def parse(text: str) -> datetime:
    """Read a moment from ISO text; without an offset it is local time, without a time it is the start of that day.

    Raises ValueError with a sentence when the text is not a moment.
    """
    cleaned = text.strip().replace("/", "-")
    try:
        if len(cleaned) <= 10:
            moment = datetime.combine(date.fromisoformat(cleaned), time.min)
        else:
            moment = datetime.fromisoformat(cleaned)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time; write 2020-02-14 or 2020-02-14T09:30+08:00") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZONE)
    return moment.astimezone(UTC)
