"""From GeoJSON outlines to drawable paths: projected, thinned to what a screen can show, with a place for a label."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""


MAPS_KEPT = 32
"""How many different maps are kept flattened: a city's, and those of its districts that have outlines inside."""


@dataclass(frozen=True, eq=False)
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
    others are left out.
    """
    wanted = [one for one in features if one["geometry"]["type"] in {"Polygon", "MultiPolygon"}]
    if not wanted:
        return []
    # The same few maps are drawn again and again. Known by identity: the geometries are kept, so none is reused.
    shapes = tuple(one["geometry"] for one in wanted)
    mark = tuple((str(one["properties"][key]), id(one["geometry"])) for one in wanted)
    if mark not in _flattened:
        while len(_flattened) >= MAPS_KEPT:
            _flattened.pop(next(iter(_flattened)), None)
        _flattened[mark] = shapes, tuple(_flatten(wanted, key))
    return list(_flattened[mark][1])


def flat_point(features: Sequence[Mapping[str, Any]], lon: float, lat: float) -> tuple[float, float]:
    """Where a point lies on the plane that `flatten` makes of these features."""
    return lon * _squeeze(features), -lat


def _squeeze(features: Sequence[Mapping[str, Any]]) -> float:
    """How much narrower a degree of longitude is than one of latitude, in the middle of the features."""
    shapes = tuple(one["geometry"] for one in features if one["geometry"]["type"] in {"Polygon", "MultiPolygon"})
    mark = tuple(id(shape) for shape in shapes)
    if mark not in _squeezes:
        while len(_squeezes) >= MAPS_KEPT:
            _squeezes.pop(next(iter(_squeezes)), None)
        _, south, _, north = shapely.total_bounds([_geometry(shape) for shape in shapes])
        _squeezes[mark] = shapes, math.cos(math.radians((south + north) / 2))
    return _squeezes[mark][1]


_flattened: dict[tuple[tuple[str, int], ...], tuple[tuple[Any, ...], tuple[Outline, ...]]] = {}
_squeezes: dict[tuple[int, ...], tuple[tuple[Any, ...], float]] = {}


def _flatten(wanted: Sequence[Mapping[str, Any]], key: str) -> list[Outline]:
    raw = [_geometry(one["geometry"]) for one in wanted]
    squeeze = _squeeze(wanted)
    flat = shapely.transform(raw, lambda points: points * (squeeze, -1.0))
    left, top, right, bottom = shapely.total_bounds(flat)
    grain = max(right - left, bottom - top) / 1000
    # Each area by itself: real outlines are no clean coverage (GEOS refuses Wuhan's), and a common border that moves
    # by less than half a drawn unit hides under the line drawn along it.
    thin = shapely.simplify(flat, grain * 0.7, preserve_topology=True)
    outlines = []
    for feature, geometry in zip(wanted, thin, strict=True):
        largest = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
        circle = shapely.maximum_inscribed_circle(largest, tolerance=grain * 4)
        outlines.append(Outline(str(feature["properties"][key]), geometry, circle.coords[0], circle.length))
    return outlines


def _geometry(found: Mapping[str, Any]) -> Any:
    parts = [found["coordinates"]] if found["type"] == "Polygon" else found["coordinates"]
    polygons = []
    for outer, *holes in parts:
        rings = [shapely.linearrings(np.asarray(ring, dtype=float)[:, :2]) for ring in (outer, *holes)]
        polygons.append(shapely.polygons(rings[0], holes=rings[1:] or None))
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def around(outlines: Sequence[Outline], margin: float = 0.02) -> Box:
    """The rectangle around several areas, with a margin as a share of its longer side."""
    left, top, right, bottom = (float(edge) for edge in shapely.total_bounds([one.geometry for one in outlines]))
    gap = max(right - left, bottom - top) * margin
    return left - gap, top - gap, right + gap, bottom + gap


@functools.lru_cache(maxsize=512)
def path(outline: Outline, box: Box, scale: float) -> str:
    """The `d` of an SVG path: the area moved to the corner of `box` and multiplied by `scale`, to a tenth of a unit."""
    pieces = []
    for polygon in getattr(outline.geometry, "geoms", [outline.geometry]):
        for ring in (polygon.exterior, *polygon.interiors):
            tenths = np.rint((shapely.get_coordinates(ring)[:-1] - (box[0], box[1])) * (scale * 10)).astype(int)
            moved = np.any(np.diff(tenths, axis=0, prepend=tenths[:1] - 1), axis=1)
            points = [f"{x / 10:g} {y / 10:g}" for x, y in tenths[moved].tolist()]
            if len(points) > 2:
                pieces.append("M" + "L".join(points) + "Z")
    return "".join(pieces)
