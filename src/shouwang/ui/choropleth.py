"""A map of areas filled by a value, with names and numbers on it, a legend with bounds, and the equal table.

Pure: outlines and values in, SVG numbers out; no tiles, no script. Areas too small for their label are drawn again in
a second, larger panel, which is how the seven districts in the middle of a city stay readable beside its wide edge.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shouwang.ui import outlines, quantities
from shouwang.ui.outlines import Box, Outline
from shouwang.ui.quantities import Number

CLASSES = 5
WIDTH = 560
"""Units across a panel, near its pixels on a desk, so that letters have near their size in pixels."""
MAX_HEIGHT = 620
LETTER = 17
"""Units of a letter; a panel is often shown at two thirds of its units, and eleven pixels is the least to read."""
_LINE = 20


@dataclass(frozen=True)
class MapArea:
    """One area with its value; None is "no data" and hatched. `of` is the denominator when the value is a rate."""

    code: str
    name: str
    value: Number | None
    of: Number | None = None
    href: str = ""


@dataclass(frozen=True)
class MapPoint:
    """One place inside the areas, drawn as a dot; `words` is what is said of it."""

    name: str
    lon: float
    lat: float
    words: str = ""
    href: str = ""


@dataclass(frozen=True)
class AreaMap:
    """What is mapped. `features` are GeoJSON features whose property `code` names the area. Whatever stands on the map
    as a point stands in a table of the page as well: a dot cannot be read aloud.

    `bounds` are the lowest values of the second and later classes; left empty they are chosen from the values.
    """

    title: str
    features: Sequence[Mapping[str, Any]]
    areas: Sequence[MapArea]
    value_title: str
    area_title: str = ""
    unit: str = ""
    of_title: str = ""
    bounds: Sequence[Number] = ()
    at: datetime | None = None
    table_open: bool = False
    points: Sequence[MapPoint] = ()
    point_title: str = ""

    def ranked(self) -> list[dict[str, Any]]:
        """The rows of the table: highest value first, areas without data last."""
        order = sorted(self.areas, key=lambda area: (area.value is None, -(area.value or 0), area.code))
        return [
            {"area": area, "value": quantities.number(area.value), "of": quantities.number(area.of)} for area in order
        ]


@dataclass(frozen=True)
class Shape:
    """One drawn area; `fill` is 0 (lowest) to 4, or None for no data; `label` is where its name goes, if here."""

    area: MapArea
    d: str
    fill: int | None
    value: str
    label: tuple[float, float] | None
    active: bool


@dataclass(frozen=True)
class Panel:
    """One drawing; `frame` shows on the wide panel what the larger one repeats."""

    width: int
    height: int
    shapes: list[Shape]
    frame: tuple[float, float, float, float] | None = None
    dots: list[tuple[float, float, MapPoint]] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """Everything the template writes out."""

    panels: list[Panel]
    legend: list[tuple[int | None, str]] = field(default_factory=list)


def choose_bounds(values: Sequence[Number], classes: int = CLASSES) -> list[Number]:
    """Class bounds at even shares of the areas, rounded to numbers people can say; fewer when values are few.

    >>> choose_bounds([3, 8, 40, 120, 600])
    [6, 20, 60, 200]
    """
    known = sorted(float(value) for value in values if value > 0)
    whole = all(value == int(value) for value in known)
    found: list[Number] = []
    for cut in range(1, classes):
        if not known:
            break
        place = cut * (len(known) - 1) / classes
        low = known[int(place)]
        raw = low + (known[min(int(place) + 1, len(known) - 1)] - low) * (place % 1)
        power = 10.0 ** math.floor(math.log10(raw))
        nice = max(step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power <= raw * 1.0001) * power
        nice = math.ceil(nice) if whole else round(nice, 6)
        if nice not in found:
            found.append(nice)
    return found


def class_of(value: Number, bounds: Sequence[Number]) -> int:
    """The class a value falls in; a value on a bound belongs to the higher class."""
    return bisect.bisect_right([float(bound) for bound in bounds], float(value))


def legend_words(bounds: Sequence[Number], whole: bool) -> list[str]:
    """The classes in words: `0–9`, `10–49`, `≥ 50` for counts; `< 1.5`, `1.5–3`, `≥ 3` for measured values."""
    if not bounds:
        return ["≥ 0"]
    text = [quantities.number(bound) for bound in bounds]
    if not whole:
        middle = [f"{low}–{high}" for low, high in itertools.pairwise(text)]
        return [f"< {text[0]}", *middle, f"≥ {text[-1]}"]
    edges = [0, *(int(bound) for bound in bounds)]
    spans = [(low, high - 1) for low, high in itertools.pairwise(edges)]
    return [
        quantities.number(low) if low == high else f"{quantities.number(low)}–{quantities.number(high)}"
        for low, high in spans
    ] + [f"≥ {text[-1]}"]


def draw(shown: AreaMap) -> Drawing:
    """Lay out the panels. Areas without outline are only in the table; outlines without area are not drawn."""
    areas = {area.code: area for area in shown.areas}
    flat = [one for one in outlines.flatten(shown.features) if one.code in areas]
    known = [area.value for area in shown.areas if area.value is not None]
    bounds = list(shown.bounds) or choose_bounds(known)
    fills = _spread(len(bounds) + 1)
    words = legend_words(bounds, all(float(value) == int(value) for value in [*known, *bounds]))
    legend: list[tuple[int | None, str]] = list(zip(fills, words, strict=True))
    if len(known) < len(shown.areas):
        legend.append((None, ""))
    if not flat:
        return Drawing([], legend)

    box = outlines.around(flat)
    scale = _scale(box)
    dots = [(*outlines.flat_point(shown.features, one.lon, one.lat), one) for one in shown.points]
    small = [one for one in flat if _too_small(one, areas[one.code], scale)]
    twice = small if len(small) > 1 else []

    def panel(box: Box, labelled: set[str], frame: Box | None = None) -> Panel:
        size = _scale(box)
        shapes = []
        for one in flat:
            if not _touch(one.box, box):
                continue
            area = areas[one.code]
            here = one.code in labelled
            at = ((one.anchor[0] - box[0]) * size, (one.anchor[1] - box[1]) * size)
            fill = None if area.value is None else fills[class_of(area.value, bounds)]
            label = (round(at[0], 1), round(at[1], 1)) if here else None
            value = quantities.number(area.value)
            shapes.append(Shape(area, outlines.path(one, box, size), fill, value, label, here))
        corner = None
        if frame is not None:
            left, top, right, bottom = (round(edge * size, 1) for edge in frame)
            corner = (round(left - box[0] * size, 1), round(top - box[1] * size, 1), right - left, bottom - top)
        seen = [
            (round((x - box[0]) * size, 1), round((y - box[1]) * size, 1), one)
            for x, y, one in dots
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]
        ]
        return Panel(round((box[2] - box[0]) * size), round((box[3] - box[1]) * size), shapes, corner, seen)

    if not twice:
        return Drawing([panel(box, set(areas))], legend)
    near = outlines.around(twice, 0.04)
    again = {one.code for one in twice}
    return Drawing([panel(box, set(areas) - again, near), panel(near, again)], legend)


def _scale(box: Box) -> float:
    return min(WIDTH / (box[2] - box[0]), MAX_HEIGHT / (box[3] - box[1]))


def _too_small(one: Outline, area: MapArea, scale: float) -> bool:
    half = max(len(area.name), len(quantities.number(area.value)) / 2) * LETTER / 2
    no_circle = one.room * scale < math.hypot(half, _LINE) * 0.9
    # A long or ring-shaped area has no room for a circle but may let its label hang over the edge.
    no_surface = math.sqrt(one.geometry.area) * scale < 2.4 * half
    return no_circle and no_surface


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _spread(count: int) -> list[int]:
    """Which of the five fills to use for `count` classes: always from the palest to the deepest."""
    if count == 1:
        return [CLASSES // 2]
    return [round(place * (CLASSES - 1) / (count - 1)) for place in range(count)]
