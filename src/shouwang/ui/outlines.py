"""From GeoJSON outlines to drawable paths: projected, thinned without opening gaps between neighbours, labelled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape as as_geometry

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""


@dataclass(frozen=True)
class Outline:
    """One area on the flat: `anchor` is the middle of the largest circle that fits inside, where a label sits best."""

    code: str
    geometry: Any
    anchor: tuple[float, float]
    room: float

    @property
    def box(self) -> Box:
        """The rectangle around the area."""
        left, top, right, bottom = self.geometry.bounds
        return left, top, right, bottom


def flatten(features: Sequence[Mapping[str, Any]], key: str = "code") -> list[Outline]:
    """Project longitude and latitude to a plane in which north is up and one unit is the same length both ways.

    Equirectangular with the cosine of the middle latitude: true enough over a city. Only Polygon and MultiPolygon;
    others are left out. Neighbours keep one common border after thinning.
    """
    wanted = [one for one in features if one["geometry"]["type"] in {"Polygon", "MultiPolygon"}]
    if not wanted:
        return []
    raw = [as_geometry(one["geometry"]) for one in wanted]
    _, south, _, north = shapely.total_bounds(raw)
    squeeze = math.cos(math.radians((south + north) / 2))
    flat = shapely.transform(raw, lambda points: points * (squeeze, -1.0))
    left, top, right, bottom = shapely.total_bounds(flat)
    grain = max(right - left, bottom - top) / 1000
    thin = shapely.coverage_simplify(flat, grain)
    outlines = []
    for feature, geometry in zip(wanted, thin, strict=True):
        largest = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
        circle = shapely.maximum_inscribed_circle(largest, tolerance=grain * 4)
        outlines.append(Outline(str(feature["properties"][key]), geometry, circle.coords[0], circle.length))
    return outlines


def around(outlines: Sequence[Outline], margin: float = 0.02) -> Box:
    """The rectangle around several areas, with a margin as a share of its longer side."""
    left, top, right, bottom = shapely.total_bounds([one.geometry for one in outlines])
    gap = max(right - left, bottom - top) * margin
    return left - gap, top - gap, right + gap, bottom + gap


def path(outline: Outline, box: Box, scale: float) -> str:
    """The `d` of an SVG path: the area moved to the corner of `box` and multiplied by `scale`, to a tenth of a unit."""
    pieces = []
    for polygon in getattr(outline.geometry, "geoms", [outline.geometry]):
        for ring in (polygon.exterior, *polygon.interiors):
            points: list[str] = []
            for x, y in ring.coords[:-1]:
                text = f"{round((x - box[0]) * scale, 1):g} {round((y - box[1]) * scale, 1):g}"
                if not points or points[-1] != text:
                    points.append(text)
            if len(points) > 2:
                pieces.append("M" + "L".join(points) + "Z")
    return "".join(pieces)
