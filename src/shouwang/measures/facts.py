"""The facts behind a figure: the rows that were counted, page by page, within the place the viewer may see."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from shouwang.measures import catalogue, datasets
from shouwang.measures.counting import prepare
from shouwang.measures.definition import Measure
from shouwang.refusal import Refusal

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """One counted row: the record it stands for ("health.HealthEvent:123"), where, when, and what to show of it."""

    fact: str
    area_id: int | None
    area_path: str
    area_code: str
    area_name: str
    at: datetime | None
    shown: dict[str, Any]

    @property
    def kind(self) -> str:
        """The kind of record, such as "health.HealthEvent"."""
        return self.fact.partition(":")[0]

    @property
    def number(self) -> str:
        """The record's number."""
        return self.fact.partition(":")[2].partition("#")[0]


@dataclass(frozen=True, slots=True)
class FactPage:
    """Some facts in the order of the tree, how many there are in all, and the mark of the next page ("" at the end)."""

    rows: tuple[Fact, ...]
    total: int
    next: str


def facts(measure_id: str, path: str, day: date, scope_path: str, page: str = "", size: int = PAGE_SIZE) -> FactPage:
    """The facts behind a measure at or under `path` on `day`, counted now, no further than `scope_path` reaches.

    For `count` and `count distinct` measures there are as many as the figure says, for `sum` the rows that were added,
    for `latest` all rows looked at. Raises Refusal `measures.no_such_measure` or `measures.no_such_page`.
    """
    measure = catalogue.measure(measure_id)
    total, rows = _select(measure, path, day, scope_path, page, size + 1)
    more = len(rows) > size
    kept = rows[:size]
    mark = _mark(kept[-1]) if more else ""
    return FactPage(tuple(kept), total, mark)


def all_facts(measure_id: str, path: str, day: date, scope_path: str) -> Iterator[Fact]:
    """Every fact behind a measure, for a download."""
    _total, rows = _select(catalogue.measure(measure_id), path, day, scope_path, "", None)
    yield from rows


def columns(measure_id: str) -> tuple[str, ...]:
    """The columns shown beside each fact of a measure."""
    return datasets.dataset(catalogue.measure(measure_id).dataset).shown


@transaction.atomic
def _select(
    measure: Measure, path: str, day: date, scope_path: str, page: str, limit: int | None
) -> tuple[int, list[Fact]]:
    dataset = datasets.dataset(measure.dataset)
    # Of two nested places the longer path is the inner one; at the root there is nothing to leave out.
    inner = max(path, scope_path, key=len)
    parameters = datasets.parameters(dataset.name, day, inner if inner.count("/") > 1 else "")
    parameters |= {"path": path, "scope_path": scope_path, "limit": limit}
    parameters["placeless"] = path.count("/") <= 1 and scope_path.count("/") <= 1
    after = ""
    if page:
        parameters["after_path"], parameters["after_fact"] = _read_mark(page)
        after = "where (path, fact) > (%(after_path)s, %(after_fact)s)"
    one = measure.aggregate.column if measure.aggregate.kind == "distinct" else ""
    distinct, present = (f"distinct on (d.{one})", f" and {one} is not null") if one else ("", "")
    first = f"order by d.{one}, t.path, d.fact" if one else ""
    at = f"d.{dataset.at}" if dataset.at else "null::timestamptz"
    shown = "".join(f', d."{column}" as "shown_{column}"' for column in dataset.shown)
    # A row of no place belongs to the roots: it is listed for those who may see the whole tree, and nowhere below.
    sql = f"""
with picked as (select * from ({datasets.expanded(dataset.name)}) p where ({measure.where}){present}),
counted as materialized (
    select {distinct} d.fact, t.area_id, coalesce(t.path, '') collate "C" as path, t.code as place_code,
           t.name as place_name, {at} as fact_at{shown}
    from picked d
    left join ({datasets.tree_sql()}) t on t.{"area_id" if dataset.place == "area_id" else "path"} = d.{dataset.place}
    where ((starts_with(t.path, %(path)s) and starts_with(t.path, %(scope_path)s))
        or (t.path is null and %(placeless)s))
    {first}
)
select (select count(*) from counted), c.* from counted c {after} order by path, fact limit %(limit)s
"""  # nosec B608 - registered datasets and checked conditions
    with connection.cursor() as cursor:
        prepare(cursor)
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        total = rows[0][0] if rows else 0
        found = [
            Fact(
                row[1],
                row[2],
                row[3],
                row[4] or "",
                row[5] or "",
                row[6],
                dict(zip(dataset.shown, row[7:], strict=True)),
            )
            for row in rows
        ]
    return total, found


def _mark(fact: Fact) -> str:
    return base64.urlsafe_b64encode(json.dumps([fact.area_path, fact.fact]).encode()).decode().rstrip("=")


def _read_mark(page: str) -> tuple[str, str]:
    try:
        path, fact = json.loads(base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)))
    except (ValueError, TypeError):
        raise Refusal("measures.no_such_page", status=404) from None
    if not isinstance(path, str) or not isinstance(fact, str) or "\x00" in path + fact:
        raise Refusal("measures.no_such_page", status=404)
    return path, fact
