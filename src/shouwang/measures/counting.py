"""From datasets to numbers: one statement a dataset counts all its measures, place by place; then the tree adds up.

Every sum goes from the smallest place upwards, each place handed to its parent once, so nothing is counted twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.measures import datasets
from shouwang.measures.definition import Measure

WORK_MEMORY = "128MB"
"""Per sort or hash of the counting statements: a city's million people then fit without spilling to disk."""


@dataclass(frozen=True, slots=True)
class Place:
    """One area of the tree as measures see it."""

    area_id: int
    path: str
    level: str

    @property
    def parent_path(self) -> str:
        """The path of the area above; empty for a root."""
        return self.path.rstrip("/").rpartition("/")[0] + "/" if self.path.count("/") > 1 else ""


def tree() -> list[Place]:
    """All places, the deepest first, so that adding up is one walk."""
    with connection.cursor() as cursor:
        cursor.execute(f"select area_id, path, level from ({datasets.tree_sql()}) t")  # nosec B608 - registered text
        places = [Place(*row) for row in cursor.fetchall()]
    return sorted(places, key=lambda place: (-place.path.count("/"), place.path))


@dataclass
class Counted:
    """What was counted: place number → measure → value, already added up; and facts that no place of the tree owns."""

    values: dict[int, dict[str, int]]
    placeless: int


def counted(measures: Sequence[Measure], day: date, places: Sequence[Place]) -> Counted:
    """All of `measures` on `day` for every place, as they stand in the database now."""
    adding = _Adding(day, places)
    names = list(dict.fromkeys(measure.dataset for measure in measures))
    with _kept(datasets.shared_parts(names), day) as kept:
        for name in names:
            of_dataset = [measure for measure in measures if measure.dataset == name]
            for row in _rows(name, of_dataset, day, kept):
                adding.take(row)
    return adding.up()


@contextlib.contextmanager
def _kept(parts: Sequence[str], day: date) -> Iterator[dict[str, str]]:
    """Part → the table that holds it inside the block."""
    tables = {part: f"kept_{part.replace('.', '_')}" for part in parts}
    with connection.cursor() as cursor:
        for part, table in tables.items():
            _prepare_whole(cursor)
            sql = f"create temporary table {table} as {datasets.expanded(part)}"
            cursor.execute(sql, datasets.parameters(part, day))
            cursor.execute(f"analyze {table}")
        yield tables
        for table in tables.values():
            cursor.execute(f"drop table {table}")


def _rows(name: str, measures: Sequence[Measure], day: date, kept: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """One row a place: `place` and, for every measure of this dataset, a number, a moment, or the distinct values."""
    columns = ", ".join(f'{_aggregate(measure)} as "{measure.id}"' for measure in measures)
    dataset = datasets.dataset(name)
    sql = f"select d.{dataset.place} as place, {columns} from ({datasets.expanded(name, kept)}) d group by 1"  # nosec B608
    with connection.cursor() as cursor:
        _prepare_whole(cursor)
        cursor.execute(sql, datasets.parameters(name, day))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _aggregate(measure: Measure) -> str:
    """The SQL of one measure. Conditions were checked when the definition was read (condition.py)."""
    where = f"filter (where {measure.where})"
    match measure.aggregate.kind:
        case "sum":
            return f"coalesce(sum({measure.aggregate.column}) {where}, 0)"
        case "distinct":
            return f"array_agg(distinct {measure.aggregate.column}) {where}"
        case "latest":
            return f"max({measure.aggregate.column}) {where}"
        case _:
            return f"count(*) {where}"


def prepare(cursor: Any) -> None:
    """Settings for the counting statements, until the transaction ends: compiling them costs more than it saves."""
    cursor.execute(f"set local jit = off; set local work_mem = '{WORK_MEMORY}'")


def _prepare_whole(cursor: Any) -> None:
    """The same for a whole tree, which is joined at once: row by row would be quadratic, and is what the planner takes
    a minute after a morning's thousands of reports came in, of which it does not know yet."""
    prepare(cursor)
    cursor.execute("set local enable_nestloop = off")


class _Adding:
    """Adds the values of places up to their roots."""

    def __init__(self, day: date, places: Sequence[Place]) -> None:
        self.day = day
        self.places = places
        self.by_path = {place.path: place.area_id for place in places}
        self.by_id = {place.area_id for place in places}
        self.roots = [place.area_id for place in places if place.parent_path not in self.by_path]
        self.sums: dict[int, dict[str, int]] = {place.area_id: {} for place in places}
        self.moments: dict[int, dict[str, datetime]] = {place.area_id: {} for place in places}
        self.sets: dict[str, dict[int, set[Any]]] = {}
        self.placeless = 0

    def owners(self, place: Any) -> list[int]:
        """The area a row belongs to. A row of no place belongs to the roots: counted there, nowhere below."""
        if isinstance(place, str) and place in self.by_path:
            return [self.by_path[place]]
        if place in self.by_id:
            return [place]
        self.placeless += 1
        return self.roots

    def take(self, row: dict[str, Any]) -> None:
        place = row.pop("place")
        for owner in self.owners(place):
            sums, moments = self.sums[owner], self.moments[owner]
            for name, value in row.items():
                if not value:
                    # Most of what comes back: of a hundred measures a compound knows a handful.
                    continue
                if isinstance(value, list):
                    self.sets.setdefault(name, {}).setdefault(owner, set()).update(value)
                elif isinstance(value, datetime):
                    moments[name] = max(value, moments.get(name, value))
                else:
                    sums[name] = sums.get(name, 0) + int(value)

    def up(self) -> Counted:
        """Hand every place's values to its parent, deepest first, and write out what is there."""
        for place in self.places:
            parent = self.by_path.get(place.parent_path)
            if parent is None:
                continue
            above = self.sums[parent]
            for name, value in self.sums[place.area_id].items():
                above[name] = above.get(name, 0) + value
            for name, moment in self.moments[place.area_id].items():
                self.moments[parent][name] = max(moment, self.moments[parent].get(name, moment))
            for sets in self.sets.values():
                if place.area_id in sets:
                    sets.setdefault(parent, set()).update(sets[place.area_id])
        values = {area: {name: value for name, value in sums.items() if value} for area, sums in self.sums.items()}
        for area, moments in self.moments.items():
            for name, moment in moments.items():
                values[area][name] = (self.day - clock.local_day(moment)).days
        for name, sets in self.sets.items():
            for area, members in sets.items():
                values[area][name] = len(members - {None})
        return Counted(values, self.placeless)
