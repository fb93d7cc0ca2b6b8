"""Reading figures. A measure that was computed and is not stored is 0; one that was not computed is None, "no data"."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from shouwang.measures import catalogue, datasets
from shouwang.measures.counting import Place, counted, tree
from shouwang.measures.models import Figures, FiguresRun

Values = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """The figures of one area on one day."""

    area_id: int
    path: str
    level: str
    code: str
    name: str
    values: Values


def fresh(day: date) -> datetime | None:
    """When the figures of a day were computed; None when they were not."""
    run = FiguresRun.objects.filter(day=day).first()
    return run.computed_at if run else None


def computed_days(first: date, last: date) -> list[date]:
    """The days of a span that have figures, in order."""
    return list(FiguresRun.objects.filter(day__range=(first, last)).order_by("day").values_list("day", flat=True))


def figures(path: str, day: date) -> Values:
    """All measures of one area on one day."""
    stored = Figures.objects.filter(day=day, path=path).values_list("values", flat=True).first()
    return _complete(stored or {}, _computed(day))


def value(path: str, measure: str, day: date) -> int | None:
    """One measure of one area on one day. Raises Refusal when there is no such measure."""
    return series(path, measure, day, day)[0][1]


def series(path: str, measure: str, first: date, last: date) -> list[tuple[date, int | None]]:
    """A measure of one area, day by day from `first` to `last`; None for days without figures."""
    return [(day, values[measure]) for day, values in series_of(path, [measure], first, last)]


def series_of(path: str, measures: Iterable[str], first: date, last: date) -> list[tuple[date, Values]]:
    """Several measures of one area, day by day; one query however long the span."""
    wanted = [catalogue.measure(name).id for name in measures]
    span = (first, last)
    runs = {run.day: run.measures for run in FiguresRun.objects.filter(day__range=span)}
    stored = dict(Figures.objects.filter(day__range=span, path=path).values_list("day", "values"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, _complete(stored.get(day, {}), runs.get(day, []), wanted)) for day in days]


def values_by_area(
    day: date, levels: Collection[str] = (), under: str = "", measures: Collection[str] | None = None
) -> dict[int, Values]:
    """Area number → its measures (all), for the areas with figures of these levels (all) below a path (anywhere)."""
    stored = Figures.objects.filter(day=day, path__startswith=under)
    if levels:
        stored = stored.filter(level__in=list(levels))
    computed = _computed(day)
    blank = _Blank(computed, measures)
    return {area: blank.filled(values) for area, values in stored.values_list("area_id", "values")}


def values_of(area_ids: Iterable[int], day: date) -> dict[int, Values]:
    """Area number → all its measures; every area asked for is there, with zeros when nothing was found in it."""
    wanted = list(area_ids)
    stored = dict(Figures.objects.filter(day=day, area_id__in=wanted).values_list("area_id", "values"))
    blank = _Blank(_computed(day))
    return {area: blank.filled(stored.get(area, {})) for area in wanted}


def children_table(path: str, day: date, measures: Sequence[str]) -> list[AreaFigures]:
    """The areas directly below a path with some of their figures, by code."""
    sql = (
        f"select t.area_id, t.path, t.level, t.code, t.name, f.values from ({datasets.tree_sql()}) t"  # nosec B608 - registered text
        " left join measures_figures f on f.day = %(day)s and f.area_id = t.area_id"
        " where t.path like %(below)s and t.path not like %(deeper)s and t.path <> %(path)s order by t.path"
    )
    blank = _Blank(_computed(day), measures)
    below = datasets.pattern(path)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": day, "path": path, "below": below, "deeper": f"{below}/%/"})
        return [
            AreaFigures(area, place, level, code, name, blank.filled(_json(stored)))
            for area, place, level, code, name, stored in cursor.fetchall()
        ]


@transaction.atomic
def live(path: str, measure: str, day: date) -> int | None:
    """One measure counted now, whatever is stored; None for a place that does not exist or a `latest` of nothing."""
    wanted = catalogue.measure(measure)
    places: list[Place] = tree()
    owner = next((place.area_id for place in places if place.path == path), None)
    if owner is None:
        return None
    found = counted([wanted], day, places).values[owner]
    return _complete(found, [wanted.id])[wanted.id]


def _computed(day: date) -> list[str]:
    run = FiguresRun.objects.filter(day=day).first()
    return run.measures if run else []


def _complete(stored: Mapping[str, int], computed: Collection[str], wanted: Iterable[str] | None = None) -> Values:
    return _Blank(computed, wanted).filled(stored)


class _Blank:
    """What an area says of which nothing is stored. Made once for many areas, since few values of each are stored."""

    def __init__(self, computed: Collection[str], wanted: Iterable[str] | None = None) -> None:
        names = [measure.id for measure in catalogue.measures()] if wanted is None else list(wanted)
        self.counted = frozenset(computed).intersection(names)
        self.values: Values = {name: _zero(name) if name in self.counted else None for name in names}

    def filled(self, stored: Mapping[str, int]) -> Values:
        """The values of an area of which these are stored."""
        values = self.values.copy()
        values.update((name, value) for name, value in stored.items() if name in self.counted)
        return values


def _zero(name: str) -> int | None:
    """What an absent value means: 0, except that "days since" something that never happened is no data."""
    return None if catalogue.measure(name).aggregate.kind == "latest" else 0


def _json(stored: object) -> dict[str, int]:
    return json.loads(stored) if isinstance(stored, str) else dict(stored or {})  # type: ignore[call-overload]
