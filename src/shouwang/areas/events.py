"""What the room of places tells the rooms above, after commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class AreaMoved:
    """Everything under `old_path` now stands under `new_path`: present rows follow, facts keep the path of their day.

    `origin_id` is the unit whose place changed and `into_id` the unit that stands for it now: the same unit for a move,
    the other one for a merge, whose own rows (posts, people) then belong to `into_id`.
    """

    kind: str
    day: date
    origin_id: int
    into_id: int
    old_path: str
    new_path: str


@dataclass(frozen=True)
class CompoundClosed:
    """A compound is closed since a moment; `entrance_id` is the one entrance that stays open, if any."""

    area_id: int
    area_path: str
    since: datetime
    entrance_id: int | None


@dataclass(frozen=True)
class CompoundOpened:
    """A compound is open again since a moment."""

    area_id: int
    area_path: str
    since: datetime


@dataclass(frozen=True)
class AreasChanged:
    """Units were added under a path: whoever keeps the tree in memory reads it again."""

    area_path: str
