"""Outlines of districts, from the GeoJSON that comes with the package: for maps, and to place things inside."""

from __future__ import annotations

import functools
import json
import random
from importlib import resources
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from shouwang.refusal import Refusal

FILES = ("wuhan-districts.geojson",)
TRIES = 2000
"""A district fills a fifth of its box or more, so that many misses in a row mean a broken outline."""


@functools.cache
def collection() -> dict[str, Any]:
    """All outlines as one GeoJSON FeatureCollection; each feature has `code` and `name`. Shared: do not change it."""
    features: list[dict[str, Any]] = []
    for file in FILES:
        text = (resources.files("shouwang.areas") / "data" / file).read_text(encoding="utf-8")
        features.extend(json.loads(text)["features"])
    return {"type": "FeatureCollection", "features": features}


@functools.cache
def _shapes() -> dict[str, BaseGeometry]:
    shapes = {}
    for feature in collection()["features"]:
        outline = shape(feature["geometry"])
        # Reduced to four digits, an outline may touch itself.
        outline = outline if outline.is_valid else shapely.make_valid(outline)
        shapely.prepare(outline)
        shapes[feature["properties"]["code"]] = outline
    return shapes


def codes() -> list[str]:
    """The codes that have an outline."""
    return list(_shapes())


def outline(code: str) -> dict[str, Any]:
    """The GeoJSON feature of one district. Raises Refusal areas.no_outline (404)."""
    for feature in collection()["features"]:
        if feature["properties"]["code"] == code:
            return dict(feature)
    raise Refusal("areas.no_outline", status=404, code=code)


def contains(code: str, lon: float, lat: float) -> bool:
    """Whether a point lies in a district, its edge included. Raises Refusal areas.no_outline."""
    return bool(_shape(code).covers(shapely.Point(lon, lat)))


def district_at(lon: float, lat: float) -> str | None:
    """The code of the district a point lies in; None outside of all."""
    point = shapely.Point(lon, lat)
    return next((code for code, found in _shapes().items() if found.covers(point)), None)


def random_point_inside(code: str, rng: random.Random) -> tuple[float, float]:
    """A point (lon, lat; six digits, a tenth of a metre) inside a district, even over its surface.

    The same generator in the same state gives the same point. Raises Refusal areas.no_outline.
    """
    found = _shape(code)
    west, south, east, north = found.bounds
    for _try in range(TRIES):
        lon, lat = round(rng.uniform(west, east), 6), round(rng.uniform(south, north), 6)
        if found.covers(shapely.Point(lon, lat)):
            return lon, lat
    middle = found.representative_point()
    return middle.x, middle.y


def _shape(code: str) -> BaseGeometry:
    try:
        return _shapes()[code]
    except KeyError:
        raise Refusal("areas.no_outline", status=404, code=code) from None
