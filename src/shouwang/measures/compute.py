"""Computing the figures of a day: counted anew, written in place of what was there, all or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from shouwang import clock
from shouwang.measures import catalogue
from shouwang.measures.counting import Counted, Place, counted, tree
from shouwang.measures.models import Figures, FiguresRun

DAY_LOCK = 0x5357_4647
"""Advisory lock, with the day's number: two computations of one day follow each other."""


@dataclass(frozen=True)
class Summary:
    """What a computation did: the day, how many measures, areas with a row, facts outside the tree, seconds."""

    day: date
    measures: int
    areas: int
    placeless: int
    seconds: float

    def counts(self) -> dict[str, Any]:
        """For the record of the job."""
        return {**asdict(self), "day": self.day.isoformat(), "seconds": round(self.seconds, 2)}


@transaction.atomic
def compute(day: date, rooms: Collection[str] | None = None) -> Summary:
    """Compute every measure of `day` for every area. Run again, it gives the same for the same facts.

    With `rooms` only the measures over datasets of these rooms are counted anew and the others stay, unless the day was
    never counted with today's measures. A stored value that is missing is 0; `latest` measures are stored as days and
    missing when there is nothing yet.
    """
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [DAY_LOCK, day.toordinal()])
    measures = catalogue.measures()
    run = FiguresRun.objects.filter(day=day).first()
    if rooms is not None and run is not None and run.measures == [measure.id for measure in measures]:
        measures = tuple(measure for measure in measures if measure.dataset.partition(".")[0] in rooms)
    places = tree()
    found = counted(measures, day, places)
    if len(measures) < len(catalogue.measures()):
        _keep_others(day, found, {measure.id for measure in measures})
    _store(day, places, found)
    FiguresRun.objects.update_or_create(
        day=day,
        defaults={"computed_at": clock.now(), "measures": [measure.id for measure in catalogue.measures()]},
    )
    stored = sum(1 for values in found.values.values() if values)
    return Summary(day, len(measures), stored, found.placeless, time.monotonic() - began)


def _keep_others(day: date, found: Counted, anew: Collection[str]) -> None:
    """Add to what was counted anew what stands stored of the other measures."""
    for area, values in Figures.objects.filter(day=day).values_list("area_id", "values"):
        if area in found.values:
            found.values[area] |= {name: value for name, value in values.items() if name not in anew}


def _store(day: date, places: list[Place], found: Counted) -> None:
    Figures.objects.filter(day=day).delete()
    with (
        connection.cursor() as cursor,
        cursor.copy('copy measures_figures (day, area_id, path, level, "values") from stdin') as copy,
    ):
        for place in places:
            values = found.values[place.area_id]
            if values:
                copy.write_row((day, place.area_id, place.path, place.level, json.dumps(values)))
