"""What every twin stands on: the register, the bounds of a day, and who lived where on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .world import World

Twin = Callable[[World, date, str], int | None]
TWINS: dict[str, Twin] = {}
SHANGHAI = ZoneInfo("Asia/Shanghai")
SELF = {"self", "self_report", "self-report", "resident", "自报", "自述"}


def twin(*names: str) -> Callable[[Twin], Twin]:
    """Register the twin of a measure."""

    def register(function: Twin) -> Twin:
        for name in names:
            assert name not in TWINS, f"{name} has two twins"
            TWINS[name] = function
        return function

    return register


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def begin(day: date) -> datetime:
    return midnight(day)


def end(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def once(world: World, key: Any, make: Callable[[], Any]) -> Any:
    """What `make` gives, worked out once for a world."""
    if key not in world.remembered:
        world.remembered[key] = make()
    return world.remembered[key]


def path_of(world: World, area_id: int) -> str:
    paths = once(world, "paths", lambda: {area["id"]: area["path"] for area in world.areas})
    return paths[area_id]


def within(world: World, area_ids: Iterable[int], path: str) -> int:
    """How many of these places lie at or under a path."""
    return sum(1 for area in area_ids if path_of(world, area).startswith(path))


def home_on(world: World, person_id: int, day: date) -> int:
    """Where a person lived on a day: the residence that ended first after it, else where they live now."""

    def find() -> int:
        ended = [row for row in world.residences if row["person_id"] == person_id and row["until_day"] > day]
        if ended:
            return min(ended, key=lambda row: (row["until_day"], row["id"]))["area_id"]
        return next(row["area_id"] for row in world.people if row["id"] == person_id)

    return once(world, ("home", person_id, day), find)


def judged_at(day: date) -> datetime:
    """The moment as of which a day is judged; the tests look back at days that are over."""
    return end(day)
