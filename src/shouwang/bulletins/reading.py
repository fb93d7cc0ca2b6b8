"""What a screen or a bulletin of an area needs of the figures, read once: days of the area, and the places below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shouwang.areas import queries as areas
from shouwang.measures import catalogue
from shouwang.measures import queries as measures
from shouwang.measures.queries import AreaFigures, Values


@dataclass(frozen=True)
class Reading:
    """The figures of an area up to a day, and those of the places directly below on the day and the day before.

    `days` runs from the oldest to the day itself; `computed` is when the day was counted, None when it was not.
    """

    area: Any
    day: date
    computed: datetime | None
    days: list[tuple[date, Values]]
    below: list[AreaFigures]
    below_before: list[AreaFigures]

    def ago(self, days: int) -> Values:
        """All measures of the area so many days before the day."""
        return self.days[-1 - days][1]

    @property
    def now(self) -> Values:
        """All measures of the area on the day."""
        return self.ago(0)

    def last(self, days: int) -> list[tuple[date, Values]]:
        """The last so many days, the day itself included."""
        return self.days[-days:]


def read(area: Any, day: date, days: int) -> Reading:
    """Read an area for a day with the days before it, a handful of statements whatever there is below."""
    names = [measure.id for measure in catalogue.measures()]
    standing = set(areas.children(area, day).values_list("pk", flat=True))

    def below(on: date) -> list[AreaFigures]:
        if not standing:
            return []
        return [child for child in measures.children_table(area.path, on, names) if child.area_id in standing]

    return Reading(
        area=area,
        day=day,
        computed=measures.fresh(day),
        days=measures.series_of(area.path, names, day - timedelta(days=days - 1), day),
        below=below(day),
        below_before=below(day - timedelta(days=1)),
    )
