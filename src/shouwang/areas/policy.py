"""The levels of the tree and which may hang under which."""

from __future__ import annotations

RANK: dict[str, int] = {
    "city": 0,
    "district": 1,
    "street": 2,
    "community": 3,
    "village": 3,
    "compound": 4,
    "building": 5,
    "unit": 6,
}
"""Level → how far from the top. A unit hangs under one nearer to the top; levels may be left out on the way, because
development zones and farms really have units that skip one."""

IMPORTED_LEVELS = ("city", "district", "street", "community", "village")
"""Levels that the import kind `areas` takes; compounds have a kind of their own."""

COMPOUND_PARENTS = frozenset({"community", "village"})
"""A compound hangs directly under one of these, so that every closed unit has somebody who answers for it."""

SAME_TIER = frozenset({"community", "village"})
"""Levels that may merge with each other: villages become communities when they are built over."""

MANAGED_BY = ("property", "community")
"""Who looks after a compound: a property company, or, where there is none, the community itself."""

LONGEST_CODE = 40
LONGEST_NAME = 100
"""Longer ones are rows that slipped by a column."""

LON_LAT_BOX = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north of the country: outside it, longitude and latitude have been swapped or mistyped."""
