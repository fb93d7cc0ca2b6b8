"""Facts that the rooms above offer to be counted. Measures knows a dataset by name; the room registers it at start-up.

A dataset is one plain `select`, one row a fact. It may use the parameters

- `%(day)s` — the local day (date),
- `%(day_start)s`, `%(day_end)s` — its bounds in UTC, half-open: a fact is "by the day's end" when before `day_end`,
- `%(as_of)s` — the day's end, or now while the day is not over: what is late is late by then,
- `%(zone)s` — the name of the time zone in which days are told,
- `%(under)s` — a LIKE pattern of paths when only facts there are wanted, else '': a hint to read less, since whatever
  is yielded besides is left out afterwards,

and those its own `parameters` function adds. `{room.name}` in the text stands for another dataset of the same or a
lower room, as a subquery. A literal percent sign is written twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shouwang import clock
from shouwang.measures.words import Words

REFERENCE = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
INSTANT = timedelta(microseconds=1)
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True)
class Dataset:
    """What a room offers.

    `sql` yields `fact` (text like "health.HealthEvent:123", one row a fact), the place of the fact, and `columns`
    (name → what it means). The place is `area_id`, the smallest unit the fact belongs to, or `area_path` where the room
    lies below the tree of areas and knows only the path; an empty place counts for the roots alone. `at` names the
    column that says when; `shown` the columns worth showing in a list of facts. `parameters(day)` adds to the
    parameters of the query, for thresholds that a dated policy holds.
    """

    name: str
    title: Words
    sql: str
    columns: Mapping[str, str]
    at: str = ""
    shown: tuple[str, ...] = ()
    place: str = "area_id"
    shared: bool = False
    """A part that several datasets refer to and that is dear: a computation keeps it in a table while it lasts."""
    parameters: Callable[[date], Mapping[str, Any]] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"dataset {self.name!r}: its name reads <room>.<facts>")
        if self.place not in {"area_id", "area_path"}:
            raise ValueError(f"dataset {self.name}: place is area_id or area_path, not {self.place!r}")
        unknown = {name for name in (self.at, *self.shown) if name} - set(self.columns)
        if unknown:
            raise ValueError(f"dataset {self.name}: {sorted(unknown)} shown but not among its columns")

    @property
    def room(self) -> str:
        """The room that offers it."""
        return self.name.partition(".")[0]


_offered: dict[str, Dataset] = {}
_tree: list[str] = []


def offer(*datasets: Dataset) -> None:
    """Register datasets, from a room's `apps.ready()`. The same dataset twice is fine; two of one name are not."""
    for dataset in datasets:
        known = _offered.setdefault(dataset.name, dataset)
        if known != dataset:
            raise ValueError(f"two different datasets are called {dataset.name}")


def offer_tree(sql: str) -> None:
    """Register the tree of places: a select of `area_id, path, level, code, name`, parents' paths being prefixes."""
    _tree[:] = [sql]


def tree_sql() -> str:
    """The select that yields the tree. Raises LookupError when no room offered one."""
    if not _tree:
        raise LookupError("no room has offered the tree of areas: is shouwang.areas installed?")
    return _tree[0]


def dataset(name: str) -> Dataset:
    """A dataset by name. Raises LookupError naming those that exist."""
    try:
        return _offered[name]
    except KeyError:
        raise LookupError(f"no dataset {name!r}; offered are {', '.join(sorted(_offered))}") from None


def offered() -> tuple[Dataset, ...]:
    """All datasets, by name."""
    return tuple(_offered[name] for name in sorted(_offered))


def expanded(name: str, kept: Mapping[str, str] | None = None) -> str:
    """The SQL of a dataset with its references to other datasets filled in; `kept` names tables that hold parts."""

    def fill(found: re.Match[str]) -> str:
        part = found[1]
        return kept[part] if kept and part in kept else f"(\n{expanded(part, kept)}\n)"

    return REFERENCE.sub(fill, dataset(name).sql)


def shared_parts(names: Iterable[str]) -> list[str]:
    """The shared parts that two or more of these datasets refer to."""
    counts = Counter(part for name in names for part in {part.name for part in _parts(name) if part.shared})
    return sorted(part for part, count in counts.items() if count > 1)


def parameters(name: str, day: date, under: str = "") -> dict[str, Any]:
    """The parameters of a dataset's SQL for a day, those of the datasets it refers to included.

    With `under`, a path, the dataset need only yield the facts at or under it.
    """
    start, end = clock.day_bounds(day)
    values: dict[str, Any] = {
        "day": day,
        "day_start": start,
        "day_end": end,
        "as_of": as_of(day),
        "zone": clock.ZONE.key,
        "under": pattern(under) if under else "",
    }
    for part in _parts(name):
        if part.parameters is not None:
            values.update(part.parameters(day))
    return values


def as_of(day: date) -> datetime:
    """The moment up to which a day can be judged. A replay holds the clock at the day's last instant: it is over."""
    end = clock.day_bounds(day)[1]
    return end if clock.now() >= end - INSTANT else clock.now()


def pattern(path: str) -> str:
    """The LIKE pattern of everything at or under a path; a code may hold an underscore, LIKE's word for any sign."""
    return path.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + "%"


def _parts(name: str) -> list[Dataset]:
    own = dataset(name)
    return [own, *(part for found in REFERENCE.findall(own.sql) for part in _parts(found))]
