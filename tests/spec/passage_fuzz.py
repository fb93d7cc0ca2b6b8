"""Random questions for a decision, near every boundary, from one source of chance, so that hypothesis can shrink it."""

from __future__ import annotations

import random
from typing import Any

from passage_cases import Given

from shouwang.command.policy import Stage
from shouwang.gates.passage import Reason
from shouwang.gates.policy import Access, ExitKind, Must, PermitKind
from shouwang.gates.traveller import Kind, ReadingState

NOW = 1_582_164_000
"""2020-02-20 10:00 in Wuhan."""
STEPS = (0, 1, 59, 60, 119, 120, 121, 122, 299, 300, 301, 899, 900, 901, 3599, 3600, 3601, 7200, 14399, 14400, 14401)
LONG = (
    *STEPS,
    14_520,
    14_521,
    28_800,
    28_801,
    43_200,
    86_399,
    86_400,
    86_401,
    172_800,
    2_592_000,
    7_776_120,
    7_776_121,
)
ORDERED = ("pass", "check", "refuse", "hold")
IDS = ("p1", "p2", "p3")
DWELLINGS = ("", "3-1-502", "3-1-503", "3-2-101", "4-1-101")


def maybe(chance: random.Random, value: Any, share: float = 0.8) -> Any:
    """The value, or nothing."""
    return value if chance.random() < share else None


def ago(chance: random.Random, now: int, steps: tuple[int, ...] = LONG) -> int:
    """A moment before now, sometimes shortly after."""
    return now - chance.choice(steps) if chance.random() < 0.9 else now + chance.choice((1, 119, 120, 121, 300, 7200))


def window(chance: random.Random) -> dict[str, Any]:
    """Minutes of a day, some over midnight, some on few weekdays."""
    days = chance.sample(range(1, 8), chance.choice((0, 0, 0, 1, 3)))
    return {
        "start": chance.choice((0, 360, 599, 600, 840, 1320)),
        "end": chance.choice((0, 360, 600, 601, 900, 1440)),
        "days": days,
    }


def permit(chance: random.Random, now: int, name: str) -> dict[str, Any]:
    """A permit for whoever may come by."""
    holder = {"row": None, "idx": None, "household": None, "phone_hash": None, "plate": None}
    for key in chance.sample(sorted(holder), chance.choice((1, 1, 1, 2))):
        holder[key] = {"row": 11, "idx": 1, "household": 5, "phone_hash": "h1", "plate": "A1"}[key]  # type: ignore[assignment]
    begins = now - chance.choice((86_400, 3600, 1, 0, -1, -3600))
    return {
        "id": name,
        "kind": chance.choice(list(PermitKind)).value,
        "holder": holder,
        "valid_from": begins,
        "valid_until": max(begins + 1, now + chance.choice((-1, 0, 1, 3600, 86_400))),
        "directions": chance.choice((["in", "out"], ["in", "out"], ["in"], ["out"])),
        "purpose": chance.choice(("", "medical", "shopping")),
        "quota": chance.choice((None, None, None, 1, 2)),
        "interval_hours": chance.choice((0, 2, 24)),
        "windows": [window(chance) for _ in range(chance.choice((0, 0, 0, 1, 2)))],
        "stay_minutes": chance.choice((0, 0, 60, 120)),
        "host": chance.choice((None, None, 5, 6)),
        "confined": chance.random() < 0.3,
    }


def exception(chance: random.Random, now: int) -> dict[str, Any]:
    """A permission to pass of somebody who may come by, near its beginning or end."""
    begins = now - chance.choice((86_400, 3600, 1, 0, -1))
    place = chance.choice(((18_312, 1), (18_312, 2), (18_313, 1), (None, None)))
    return {
        "valid_from": begins,
        "valid_until": min(max(begins + 1, now + chance.choice((-1, 0, 1, 3600, 86_400))), begins + 259_200),
        "list": place[0],
        "idx": place[1],
        "row": chance.choice((11, 12)) if place[0] is None or chance.random() < 0.2 else None,
    }


def by_colour(chance: random.Random) -> dict[str, str]:
    """Outcomes that a row may have: never less for a worse colour."""
    red, yellow = sorted((chance.choice((2, 3)), chance.choice((2, 3))), reverse=True)
    grey = min(chance.choice((0, 1, 2, 3)), yellow)
    return {"green": "pass", "grey": ORDERED[grey], "yellow": ORDERED[yellow], "red": ORDERED[red]}


STANDARD = {
    "in_own": {"green": "pass", "grey": "check", "yellow": "hold", "red": "hold"},
    "in_other": {"green": "pass", "grey": "refuse", "yellow": "refuse", "red": "refuse"},
    "out_own": {"green": "pass", "grey": "refuse", "yellow": "refuse", "red": "hold"},
    "out_other": {"green": "pass", "grey": "check", "yellow": "hold", "red": "hold"},
}


def row(chance: random.Random, now: int, stage: str | None = None) -> dict[str, Any]:
    """A row that is allowed in its stage."""
    stage = stage or chance.choice(list(Stage)).value
    normal = stage == Stage.NORMAL_CONTROL
    access = [one.value for one in Access]
    people = [one for one in access if one != Access.GATE]
    names = ("visitors", "vehicles", "deliveries", "couriers")
    ahead = chance.random() < 0.05
    return {
        "version": "row",
        "rules": "rules",
        "compound": "c",
        "gate": "g",
        "stage": stage,
        "state": "s",
        "issued": now + chance.choice((120, 121)) if ahead else now - 3600,
        "expires": now + (86_400 if ahead or chance.random() < 0.95 else chance.choice((-1, 0, 1))),
        "musts": [must.value for must in Must]
        if chance.random() < 0.8
        else [m.value for m in Must if chance.random() < 0.6],
        "fever_tenths": 373,
        "second_reading_minutes": chance.choice((5, 5, 0, 10)),
        "lowest_tenths": 340,
        "highest_tenths": 430,
        "clock_tolerance": 120,
        "strip_max_age": 14_400,
        "card_max_age": 7_776_000,
        "lookup_max_age": 600,
        "utc_offset_minutes": chance.choice((480, 480, 480, 0, -330)),
        "freshness": {"normal": 120, "banner": 900, "stale": 14_400, "young": 3600, "roster": 28_800},
        "colours": STANDARD if normal or chance.random() < 0.6 else {name: by_colour(chance) for name in STANDARD},
        "hours": [] if normal or chance.random() < 0.6 else [window(chance) for _ in range(chance.choice((1, 2)))],
        "enter": dict.fromkeys(names, "yes")
        if normal
        else {name: chance.choice(people if name in names[:2] else access) for name in names},
        "exit": {
            "kind": "free" if normal else chance.choice(list(ExitKind)).value,
            "people": chance.choice((1, 1, 2)),
            "interval_hours": chance.choice((0, 2, 24, 48)),
            "interval_days": chance.choice((0, 1, 2)),
            "stay_minutes": chance.choice((0, 120)),
            "permit_kinds": [kind.value for kind in PermitKind if chance.random() < 0.6],
            "purposes": chance.choice(([], ["medical"], ["medical", "shopping"])),
        },
        "permits": [permit(chance, now, name) for name in IDS[: chance.choice((0, 0, 1, 2, 3))]],
        "barred_dwellings": [] if normal else chance.choice(([], [], ["3-1-502"], ["3-"], ["3-2-", "4-1-101"])),
        "confined_households": chance.choice(([], [], [], [5], [6])),
        "exceptions": [exception(chance, now) for _ in range(chance.choice((0, 0, 0, 1, 2)))],
        "earlier": [earlier(chance, now) for _ in range(chance.choice((0, 0, 1, 3)))],
        "not_measured": "check" if normal else chance.choice(("check", "refuse")),
    }


def person(chance: random.Random) -> dict[str, Any]:
    """Mostly green and of this compound."""
    colours = (0, 0, 0, 0, 1, 2, 3)
    claim = chance.choice(colours)
    status = claim if chance.random() < 0.7 else chance.choice(colours)
    return {
        "idx": maybe(chance, chance.choice((1, 2))),
        "claim": claim if chance.random() < 0.95 else chance.choice((None, 4, -1)),
        "status": status if chance.random() < 0.9 else chance.choice((None, 4)),
        "resident": chance.choice((True, True, True, False, None)),
        "row": maybe(chance, chance.choice((11, 12))),
        "household": maybe(chance, chance.choice((5, 5, 6)), 0.9),
        "dwelling": chance.choice(DWELLINGS),
    }


def earlier(chance: random.Random, now: int) -> dict[str, Any]:
    """A passage before."""
    at = ago(chance, now)
    return {
        "at": at,
        "direction": chance.choice(("in", "out", "out")),
        "household": maybe(chance, chance.choice((5, 5, 6))),
        "row": maybe(chance, chance.choice((11, 12))),
        "permit": chance.choice((None, None, *IDS)),
        "back": chance.choice((None, at + 1800)),
        "id": chance.choice((None, "a", "b", "c")),
    }


def question(chance: random.Random, stage: str | None = None) -> Given:
    """One random question."""
    at = NOW + chance.choice((0, 0, 3600 * 14, 86_400 * chance.randrange(7), chance.randrange(604_800)))
    offset = chance.choice((0, 0, 0, -1, 999, 1500, 600_000, -600_000))
    now = at + offset // 1000
    kind = chance.choice([one.value for one in Kind] + ["strip"] * 6)
    several = kind in {"family", "vehicle"}
    issued = ago(chance, now)
    state = "ok" if chance.random() < 0.9 else chance.choice(list(ReadingState)).value
    reading = {
        "state": state,
        "issued": maybe(chance, issued, 0.98),
        "expires": maybe(chance, issued + chance.choice((1, 600, 3600, 14_400, 86_400, 7_776_000)), 0.98),
        "of": chance.choice((kind, kind, "strip", "card", "lookup")),
    }
    feed = ago(chance, now)
    shown = kind != "roster" and chance.random() < 0.93
    tenths = (300, 339, 340, 365, 365, 365, 365, 372, 373, 374, 430, 431)
    traveller = {
        "kind": kind,
        "reading": reading if shown else None,
        "people": [
            person(chance)
            for _ in range(chance.choice((0, 1, 2, 4)) if several else chance.choice((1, 1, 1, 1, 1, 1, 0)))
        ],
        "status_at": chance.choice((feed, feed, feed, ago(chance, now), None)),
        "phone_hash": chance.choice((None, "h1", "h2")),
        "plate": chance.choice((None, "A1", "B2")),
        "host": chance.choice((None, 5, 6)),
        "host_dwelling": chance.choice(DWELLINGS),
        "courier": chance.random() < 0.5,
        "purpose": chance.choice(("", " ", "修电梯")),
        "identity": chance.choice((True, True, True, None, False)) if chance.random() < 0.5 else True,
        "mask": chance.choice((True, True, True, None, False)) if chance.random() < 0.5 else True,
        "temperatures": [
            {
                "tenths": chance.choice(tenths),
                "at": now - chance.choice((0, 0, 1, 299, 300, 301, 600, 900)),
                "position": chance.choice((0, 0, 1, 2)),
            }
            for _ in range(chance.choice((0, 1, 1, 1, 2, 3)))
        ],
        "earlier": [earlier(chance, now) for _ in range(chance.choice((0, 0, 1, 2, 4)))],
        "list": chance.choice((None, 18_312, 18_312, 18_313)),
        "not_measured": chance.random() < 0.1,
    }
    gate = {
        "compound": "c" if chance.random() < 0.98 else "other",
        "gate": "g",
        "ready": chance.random() < 0.97,
        "keys_loaded": chance.random() < 0.97,
        "feed_at": maybe(chance, feed, 0.97),
        "clock_offset_ms": maybe(chance, offset, 0.97),
        "roster_at": now - 3600,
        "roster_expires": chance.choice((now + 86_400, now + 86_400, now, None)),
    }
    return Given(row(chance, now, stage), traveller, gate, chance.choice(("in", "out")), at)


ALL_REASONS = frozenset(reason.value for reason in Reason)
