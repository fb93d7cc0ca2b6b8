"""A small town for the tests of bulletins: two districts, five places where people live, and facts told day by day."""

from __future__ import annotations

import contextlib
import re
import zlib
from datetime import UTC, date, datetime, time

from django.db.models import Max

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.bulletins import actions
from shouwang.health.models import HealthEvent
from shouwang.journal.actions import Actor
from shouwang.measures.compute import compute
from shouwang.residents.models import Household, Person

BY = Actor.operator("test")

TREE = [
    ("4201", "city", "", None),
    ("420102", "district", "4201", None),
    ("420102001", "street", "420102", None),
    ("420102001001", "community", "420102001", None),
    ("X1", "compound", "420102001001", 1000),
    ("X2", "compound", "420102001001", 1000),
    ("420102001002", "community", "420102001", None),
    ("X3", "compound", "420102001002", 2000),
    ("420103", "district", "4201", None),
    ("420103001", "street", "420103", None),
    ("420103001201", "village", "420103001", None),
    ("X4", "compound", "420103001201", 500),
    ("420104", "district", "4201", None),
]
"""Code, level, parent, stated residents. The third district has nothing below it, and so no residents."""


def plant(prefix: str = "") -> dict[str, Area]:
    """Write the tree; a place is called by its code, after `prefix`."""
    made: dict[str, Area] = {}
    for code, level, parent, residents in TREE:
        above = made.get(parent)
        path = f"{above.path if above else ''}{code}/"
        made[code] = Area.objects.create(
            code=code, path=path, parent=above, level=level, name=f"{prefix}{code}", residents=residents
        )
    return made


def house(area: Area, *refs: str, household: str = "", building: str = "", unit: str = "") -> list[Person]:
    """People who live in a compound, in one household if it is named."""
    home = None
    if household:
        home, _made = Household.objects.get_or_create(ref=household, area=area, defaults={"area_path": area.path})
    return [
        Person.objects.create(
            ref=ref, name_sealed=b"-", name_hash=b"-", household=home, area=area, area_path=area.path,
            building=building, unit=unit,
        )
        for ref in refs
    ]  # fmt: skip


def tell(
    person: Person, kind: str, day: date, *, hour: int = 12, note: str = "", ends: HealthEvent | None = None
) -> HealthEvent:
    """A health event of somebody on a local day, at the place they live in now."""
    number = (HealthEvent.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    return HealthEvent.objects.create(
        ref=f"E{number}", person=person, kind=kind, time=at(day, hour), ends=ends, note=note, source="hospital",
        area=person.area, area_path=person.area_path, author="test",
    )  # fmt: skip


def inflated(pdf: bytes) -> str:
    """A PDF with its packed parts opened, to look for names of fonts and languages."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(found[1]))
    return b"\n".join(parts).decode("latin-1")


def at(day: date, hour: int) -> datetime:
    """A moment of a local day."""
    return datetime.combine(day, time(hour), clock.ZONE).astimezone(UTC)


def run(day: date) -> dict[str, object]:
    """Count a day, propose its levels, draft its bulletins; answers how many of each level."""
    with clock.frozen(at(day, 23)):
        compute(day)
        told = actions.propose_risk(day, by=BY)
        actions.draft(day, by=BY)
    return told
