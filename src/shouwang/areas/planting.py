"""Putting units into the tree: rows of any depth, in any order, each refused or taken on its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from shouwang.areas.models import Area
from shouwang.areas.rules import check_under, cycle_of, differences, in_parents_first, path_of, told_by
from shouwang.refusal import Refusal

TREE_LOCK = 0x5357_4152
"""Advisory lock of the tree's shape: two changes at once could make a circle that neither of them sees."""

ROWS_A_STATEMENT = 2000


@dataclass(frozen=True)
class AreaRow:
    """A unit as a file states it: code, name, level, the code of its parent ("" at the root)."""

    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True)
class CompoundRow:
    """A compound as a file states it. Numbers of households and residents are those stated, None when not."""

    code: str
    name: str
    area_code: str
    households: int | None = None
    residents: int | None = None
    managed_by: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass
class Planted:
    """What came of rows: codes that are new, codes that were there with the same content, refusals by code."""

    taken: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)
    named_villages: int = 0
    """Leaves stated as communities whose code or name says villagers' committee: kept as stated, and said."""


def lock_tree() -> None:
    """Wait until nobody else changes the shape of the tree; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TREE_LOCK])


def plant_areas(rows: Sequence[AreaRow], scope_path: str = "") -> Planted:
    """Put units into the tree, inside the caller's transaction. Codes are unique among `rows`.

    A refused row takes those that hang on it with it, each with its own reason.
    """
    lock_tree()
    planted = Planted()
    by_code = {row.code: row for row in rows}
    there = _there([code for row in rows for code in (row.code, row.parent_code)])
    parents = {row.code: row.parent_code for row in rows}
    order, circling = in_parents_first(parents)
    for code in (row.code for row in rows if row.code in circling):
        cycle = " → ".join(cycle_of(code, parents))
        planted.refused[code] = Refusal("areas.cycle", field="parent_code", code=code, cycle=cycle)
    fresh: dict[str, Area] = {}
    for code in order:
        row = by_code[code]
        try:
            parent = _parent(row, there, fresh, planted)
            if code in there:
                _in_sight(there[code], scope_path)
                _same_area(row, there[code], parent)
                planted.unchanged.append(code)
            else:
                fresh[code] = _new_area(row, parent, scope_path)
                planted.taken.append(code)
        except Refusal as refusal:
            planted.refused[code] = refusal
            continue
        kept = there[code].level if code in there else row.level
        planted.named_villages += kept == "community" and told_by(row.name, row.code).level == "village"
    # Rank by rank: a unit needs the number of its parent before it is stored.
    for depth in sorted({area.path.count("/") for area in fresh.values()}):
        tier = [area for area in fresh.values() if area.path.count("/") == depth]
        for area in tier:
            area.parent_id = area.parent.pk if area.parent else None
        Area.objects.bulk_create(tier, batch_size=ROWS_A_STATEMENT)
    return planted


def _there(codes: Iterable[str]) -> dict[str, Area]:
    return {area.code: area for area in Area.objects.filter(code__in=set(codes)).select_related("parent")}


def _parent(row: AreaRow, there: dict[str, Area], fresh: dict[str, Area], planted: Planted) -> Area | None:
    """The parent a row names. Raises Refusal when there is none, it has ended, or its level does not fit."""
    if not row.parent_code:
        check_under(row.level, None)
        return None
    if row.parent_code in planted.refused and row.parent_code not in there:
        raise Refusal("areas.parent_refused", field="parent_code", parent=row.parent_code)
    parent = there.get(row.parent_code) or fresh.get(row.parent_code)
    if parent is None:
        raise Refusal("areas.orphan", field="parent_code", parent=row.parent_code)
    if parent.valid_until is not None and row.code not in there:
        raise Refusal("areas.ended", field="parent_code", code=parent.code, name=parent.name, day=parent.valid_until)
    check_under(row.level, parent.level)
    return parent


def _new_area(row: AreaRow, parent: Area | None, scope_path: str) -> Area:
    path = path_of(parent.path if parent else "", row.code)
    if not path.startswith(scope_path):
        raise Refusal("areas.outside_area", field="code", code=row.code)
    return Area(
        code=row.code,
        path=path,
        parent=parent,
        level=row.level,
        name=row.name,
        kind=told_by(row.name, row.code).kind,
        stats_code=row.code if row.code.isdigit() and len(row.code) in {4, 6, 9, 12} else "",
    )


def _in_sight(area: Area, scope_path: str) -> None:
    """Raises Refusal for a unit that is neither in the scope nor above it: its content is not told to strangers."""
    if not (area.path.startswith(scope_path) or scope_path.startswith(area.path)):
        raise Refusal("areas.outside_area", field="code", code=area.code)


def _same_area(row: AreaRow, area: Area, parent: Area | None) -> None:
    """Raises Refusal when the unit that is there differs from the row: a file never renames or moves a unit.

    A village that the file calls a community is the same: the bureau's lists do not tell them apart, our tree may.
    """
    had = {"name": area.name, "level": area.level, "parent_code": area.parent.code if area.parent else ""}
    given = {"name": row.name, "level": row.level, "parent_code": parent.code if parent else ""}
    if (area.level, row.level) == ("village", "community"):
        given["level"] = "village"
    told = differences(had, given, ("name", "level", "parent_code"))
    if told:
        raise Refusal("areas.other_content", field="code", code=row.code, differences="；".join(told))


def plant_compounds(rows: Sequence[CompoundRow], scope_path: str = "") -> Planted:
    """Put compounds under their communities and villages, inside the caller's transaction."""
    lock_tree()
    planted = Planted()
    there = _there([code for row in rows for code in (row.code, row.area_code)])
    fresh: list[Area] = []
    for row in rows:
        try:
            parent = there.get(row.area_code)
            if parent is None or parent.code == row.code:
                raise Refusal("areas.orphan", field="area_code", parent=row.area_code)
            if not path_of(parent.path, row.code).startswith(scope_path):
                raise Refusal("areas.outside_area", field="area_code", code=row.code)
            check_under("compound", parent.level, field="area_code")
            if row.code in there:
                _same_compound(row, there[row.code], parent)
                planted.unchanged.append(row.code)
                continue
            if parent.valid_until is not None:
                facts = {"code": parent.code, "name": parent.name, "day": parent.valid_until}
                raise Refusal("areas.ended", field="area_code", **facts)
            fresh.append(_new_compound(row, parent))
            planted.taken.append(row.code)
        except Refusal as refusal:
            planted.refused[row.code] = refusal
    Area.objects.bulk_create(fresh, batch_size=ROWS_A_STATEMENT)
    return planted


def _new_compound(row: CompoundRow, parent: Area) -> Area:
    return Area(
        code=row.code,
        path=path_of(parent.path, row.code),
        parent=parent,
        level="compound",
        name=row.name,
        kind="rural" if parent.level == "village" else "urban",
        households=row.households,
        residents=row.residents,
        managed_by=row.managed_by,
        lon=row.lon,
        lat=row.lat,
    )


def _same_compound(row: CompoundRow, area: Area, parent: Area) -> None:
    """Raises Refusal when what is there under this code is something else than the row says."""
    names = ("name", "level", "area_code", "households", "residents", "managed_by", "lon", "lat")
    had = {name: getattr(area, name, None) for name in names} | {"area_code": area.parent.code if area.parent else ""}
    given = {name: getattr(row, name, None) for name in names} | {"level": "compound", "area_code": parent.code}
    told = differences(had, given, names)
    if told:
        raise Refusal("areas.other_content", field="code", code=row.code, differences="；".join(told))
