"""A small tree with people in it, and files of events, for the tests of health and codes."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from shouwang.areas.models import Area
from shouwang.command.rules import Role, Scope
from shouwang.residents.models import Person
from shouwang.residents.sealing import sealer

NOW = datetime(2020, 5, 1, 4, 0, tzinfo=UTC)
"""Noon in Wuhan on a day by which everything the tests tell has happened."""

COLUMNS = ("event", "time", "person", "kind", "ends", "source", "note")

TREE = [
    ("4201", "city", ""),
    ("420102", "district", "4201"),
    ("420102002", "street", "420102"),
    ("C1", "community", "420102002"),
    ("C2", "community", "420102002"),
    ("X1", "compound", "C1"),
    ("X1b", "compound", "C1"),
    ("X2", "compound", "C2"),
]


def plant() -> dict[str, Area]:
    """The tree: a city, district and street with two communities, the first with two compounds."""
    found: dict[str, Area] = {}
    for code, level, parent in TREE:
        above = found.get(parent)
        path = f"{above.path if above else ''}{code}/"
        found[code] = Area.objects.create(code=code, path=path, parent=above, level=level, name=f"{level} {code}")
    return found


def house(area: Area, refs: Iterable[str]) -> dict[str, Person]:
    """People who live in a compound, registered so that their names can be read again."""
    lock = sealer()
    people = [
        Person(
            ref=ref,
            name_sealed=lock.seal("name", ref, f"王{ref}"),
            name_hash=lock.hash("name", f"王{ref}".casefold()),
            area=area,
            area_path=area.path,
        )
        for ref in refs
    ]
    Person.objects.bulk_create(people)
    return {person.ref: person for person in people}


def scope_at(area: Area, role: Role = Role.COMMUNITY_OFFICER, account_id: int = 7) -> Scope:
    """The scope of somebody posted at a unit."""
    return Scope(account_id, f"officer-{account_id}", 1, role, area.pk, area.code, area.name, area.path, area.level)


def file_of(folder: Path, rows: Sequence[Sequence[str]], name: str = "events.csv") -> Path:
    """A file of events; short rows are filled up with empty cells."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)
    return path


def check_constraints_now() -> None:
    """Ask the database's deferred questions now, as the end of a transaction would."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def slowness() -> float:
    """How many times slower this machine is at the moment than an idle one: others may be at work on it."""
    began = time.process_time()
    total = 0
    for number in range(2_000_000):
        total += number
    return max(1.0, (time.process_time() - began) / SECONDS_FOR_TWO_MILLION)


SECONDS_FOR_TWO_MILLION = 0.12
"""Processor seconds for the loop on an idle 2-core machine."""
