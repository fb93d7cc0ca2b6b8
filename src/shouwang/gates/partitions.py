"""The parts of the table of passages: one a local day, made ahead, dropped after fourteen days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction

DAYS_KEPT = 14
"""Passages are forgotten after so many days; said on every page that shows them."""
DAYS_AHEAD = 7
PREFIX = "gates_passage_"
LOCK = 0x5357_4750
"""Advisory lock of making and dropping parts, so that two processes do not make one at once."""


def kept(today: date) -> tuple[date, date]:
    """The first and the last day of which passages are taken: fourteen days back, and tomorrow for a fast clock."""
    return today - timedelta(days=DAYS_KEPT - 1), today + timedelta(days=1)


def days() -> list[date]:
    """The days that have a part."""
    with connection.cursor() as cursor:
        cursor.execute("select inhrelid::regclass::text from pg_inherits where inhparent = 'gates_passage'::regclass")
        names = [name for (name,) in cursor.fetchall()]
    return sorted(datetime.strptime(name.removeprefix(PREFIX), "%Y%m%d").date() for name in names)  # noqa: DTZ007


@transaction.atomic
def make(wanted: Iterable[date]) -> int:
    """Make the parts of some days that are not there yet; answers how many were made."""
    missing = set(wanted) - set(days())
    if not missing:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        made = sorted(missing - set(days()))
        for day in made:
            # A date of our own, formatted here; PostgreSQL takes no parameters in this statement.
            cursor.execute(
                f"create table {PREFIX}{day:%Y%m%d} partition of gates_passage "
                f"for values from ('{day:%Y-%m-%d}') to ('{day + timedelta(days=1):%Y-%m-%d}')"
            )
    return len(made)


def make_ahead(day: date) -> int:
    """Make every part that passages may be stored in today and in the coming week."""
    first, _last = kept(day)
    return make(first + timedelta(days=number) for number in range(DAYS_KEPT + DAYS_AHEAD))


@transaction.atomic
def drop_old(day: date) -> int:
    """Drop the parts of days that are past their time; answers how many. Each takes milliseconds, whatever its size."""
    first, _last = kept(day)
    gone = [old for old in days() if old < first]
    with connection.cursor() as cursor:
        if gone:
            # Whoever waits for this lock holds up every gate: rather try again at the next hour.
            cursor.execute("set local lock_timeout = '3s'")
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        for old in gone:
            cursor.execute(f"drop table if exists {PREFIX}{old:%Y%m%d}")
    return len(gone)
