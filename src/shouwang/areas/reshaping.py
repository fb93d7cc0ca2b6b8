"""Merging, splitting and moving units: dated, with the way back kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from shouwang import clock
from shouwang.areas import queries
from shouwang.areas.events import AreaMoved
from shouwang.areas.models import Area, Succession
from shouwang.areas.planting import lock_tree
from shouwang.areas.policy import LONGEST_CODE
from shouwang.areas.rules import check_code, check_under, kind_of, may_merge, path_of
from shouwang.journal import actions as journal
from shouwang.journal.actions import Actor
from shouwang.journal.events import announce
from shouwang.refusal import Refusal


@dataclass(frozen=True)
class Part:
    """A unit that a split makes: its code and name, and the codes of the children that go to it."""

    code: str
    name: str
    children: tuple[str, ...] = ()


@transaction.atomic
def move_unit(area: Area, to: Area, *, day: date | None = None, why: str, by: Actor) -> Succession:
    """Hang a unit, with everything under it, under another parent from a day on.

    Paths of the whole subtree are rewritten here; facts of other rooms keep the path of their day, and present rows
    follow by the announcement AreaMoved.
    """
    lock_tree()
    area, to, day = _fresh(area), _fresh(to), _checked_day(day, why)
    _must_stand(area, to)
    check_under(area.level, to.level, field=None)
    if to.path.startswith(area.path):
        raise Refusal("areas.under_itself", name=area.name)
    if area.parent_id == to.pk:
        raise Refusal("areas.there_already", name=area.name, parent=to.name)
    succession = _move(area, to, day, why, by)
    _record("areas.move", area, day, why, by, {"from": succession.old_path, "to": succession.new_path})
    return succession


@transaction.atomic
def merge_units(
    origins: Sequence[Area], into: Area, *, day: date | None = None, why: str, by: Actor
) -> list[Succession]:
    """Let units become part of another from a day on: their children hang under it, they themselves end.

    All must be of one level (a village and a community may merge). The ended units stay in the register, dated.
    """
    lock_tree()
    into, day = _fresh(into), _checked_day(day, why)
    ended = [_fresh(area) for area in origins]
    if not ended or into.pk in {area.pk for area in ended} or len({area.pk for area in ended}) < len(ended):
        raise Refusal("areas.merge_with_itself", name=into.name)
    _must_stand(into, *ended)
    if into.parent_id is None or not may_merge([into.level, *(area.level for area in ended)]):
        raise Refusal("areas.merge_levels", name=into.name)
    successions = []
    for area in ended:
        for child in queries.children(area, day):
            check_under(child.level, into.level, field=None)
            _move(child, into, day, why, by)
        successions.append(_succeed("merge", area, into, day, why, by))
        _end(area, day)
        announce(AreaMoved("merge", day, area.pk, into.pk, area.path, into.path))
        _record("areas.merge", area, day, why, by, {"from": area.path, "to": into.path})
    return successions


@transaction.atomic
def split_unit(area: Area, parts: Sequence[Part], *, day: date | None = None, why: str, by: Actor) -> list[Area]:
    """Let a unit become several from a day on: each part takes the children it names; the unit itself ends.

    Every child that stands must go to exactly one part. People and posts of the unit itself are not given away by
    this: nobody can tell which part they belong to, so whoever holds them is asked to place them anew.
    """
    lock_tree()
    area, day = _fresh(area), _checked_day(day, why)
    _must_stand(area)
    if area.parent is None or len(parts) < 2:
        raise Refusal("areas.split_parts", name=area.name)
    children = {child.code: child for child in queries.children(area, day)}
    given = [code for part in parts for code in part.children]
    left = sorted(set(children) - set(given))
    strange = sorted(set(given) - set(children))
    if left or strange or len(given) != len(set(given)):
        twice = sorted({code for code in given if given.count(code) > 1})
        raise Refusal("areas.split_children", left=", ".join(left), strange=", ".join(strange + twice))
    made = []
    for part in parts:
        check_code(part.code, LONGEST_CODE)
        if Area.objects.filter(code=part.code).exists():
            raise Refusal("areas.code_taken", field="code", code=part.code)
        new = Area.objects.create(
            code=part.code,
            path=path_of(area.parent.path, part.code),
            parent=area.parent,
            level=area.level,
            name=part.name,
            kind=kind_of(part.name, part.code) or area.kind,
            managed_by=area.managed_by,
            lon=area.lon,
            lat=area.lat,
            valid_from=day,
        )
        _succeed("split", area, new, day, why, by)
        for code in part.children:
            _move(children[code], new, day, why, by)
        made.append(new)
    _end(area, day)
    _record("areas.split", area, day, why, by, {"into": [part.code for part in parts]})
    return made


def _fresh(area: Area) -> Area:
    return Area.objects.select_related("parent").get(pk=area.pk)


def _checked_day(day: date | None, why: str) -> date:
    """The day of a change. Raises Refusal without a reason, or for a day ahead: the tree holds what is, not plans."""
    if not why.strip():
        raise Refusal("areas.no_reason", field="why")
    day = day or clock.today()
    if day > clock.today():
        raise Refusal("areas.in_the_future", field="day")
    return day


def _must_stand(*areas: Area) -> None:
    for area in areas:
        if area.valid_until is not None:
            raise Refusal("areas.ended", code=area.code, name=area.name, day=area.valid_until)


def _move(area: Area, to: Area, day: date, why: str, by: Actor) -> Succession:
    """Rewrite the paths of a subtree and write down where it stood."""
    old, new = area.path, path_of(to.path, area.code)
    Area.objects.filter(pk=area.pk).update(parent=to)
    with connection.cursor() as cursor:
        cursor.execute(
            "update areas_area set path = %s || substr(path, %s) where starts_with(path, %s)", [new, len(old) + 1, old]
        )
    area.path, area.parent = new, to
    succession = _succeed("move", area, area, day, why, by, old_path=old)
    announce(AreaMoved("move", day, area.pk, area.pk, old, new))
    return succession


def _succeed(kind: str, origin: Area, into: Area, day: date, why: str, by: Actor, old_path: str = "") -> Succession:
    return Succession.objects.create(
        kind=kind,
        day=day,
        origin=origin,
        into=into,
        old_path=old_path or origin.path,
        new_path=into.path,
        why=why,
        by=by.name,
        recorded_at=clock.now(),
    )


def _end(area: Area, day: date) -> None:
    Area.objects.filter(pk=area.pk).update(valid_until=day)


def _record(deed: str, area: Area, day: date, why: str, by: Actor, detail: dict[str, object]) -> None:
    on = f"areas.Area:{area.pk}"
    journal.record(by=by, deed=deed, on=on, why=why, area_path=area.path, detail={"day": day.isoformat(), **detail})
