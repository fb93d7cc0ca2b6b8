"""Writing rows of facts: the one place that inserts health events. Nothing here judges; actions.py did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from shouwang import clock
from shouwang.health.facts import Fact
from shouwang.health.models import HealthEvent
from shouwang.journal.actions import Actor
from shouwang.residents import queries as residents


def next_ref(ref: str) -> str:
    """The reference of the row that supersedes: `f12` is followed by `f12~1`, then `f12~2`; taken ones are left out."""
    root, mark, number = ref.rpartition("~")
    root, count = (root, int(number)) if mark and number.isdigit() else (ref, 0)
    while HealthEvent.objects.filter(ref=f"{root}~{count + 1}").exists():
        count += 1
    return f"{root}~{count + 1}"


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to be written."""

    person_id: int
    fact: Fact
    kind: str = ""
    supersedes: int | None = None
    why: str = ""


_COPY = """copy health_healthevent (id, ref, person_id, kind, time, ends_id, source, note, value, area_id, area_path,
 author, recorded_at, why, supersedes_id) from stdin"""


MANY = 2000
"""From so many rows on, the database is told at once that the table has grown."""


def append(rows: Sequence[NewRow], ids: dict[str, int], by: Actor) -> list[int]:
    """Write rows, each at the place where its person lived on its day, and answer their numbers.

    `ids` are the numbers of recorded events that `ends` may name. Numbers are drawn first, so that a row can name
    another of the same file: once written, no row is touched again.
    """
    homes = residents.places_on([(row.person_id, clock.local_day(row.fact.time)) for row in rows])
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('health_healthevent', 'id')) from generate_series(1, %s)",
            [len(rows)],
        )
        numbers = [number for (number,) in cursor.fetchall()]
        ids = ids | {row.fact.ref: number for row, number in zip(rows, numbers, strict=True)}
        with cursor.copy(_COPY) as copy:
            for row, number in zip(rows, numbers, strict=True):
                copy.write_row(_values(row, number, ids, homes, now, by))
        if len(rows) >= MANY:
            # A table that was nearly empty a moment ago is planned for as if it still were: minutes instead of seconds.
            cursor.execute("analyze health_healthevent")
    return numbers


def _values(
    row: NewRow,
    number: int,
    ids: dict[str, int],
    homes: Mapping[tuple[int, date], residents.Place],
    now: datetime,
    by: Actor,
) -> tuple[object, ...]:
    fact = row.fact
    home = homes[row.person_id, clock.local_day(fact.time)]
    return (
        number,
        fact.ref,
        row.person_id,
        row.kind or str(fact.kind),
        fact.time,
        ids[fact.ends] if fact.ends else None,
        fact.source,
        fact.note,
        fact.value,
        home.area_id,
        home.area_path,
        by.name,
        now,
        row.why,
        row.supersedes,
    )
