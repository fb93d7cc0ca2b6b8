"""Deeds on places: planting them, closing and opening compounds. Merging, splitting and moving are in reshaping.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries
from shouwang.areas.events import AreasChanged, CompoundClosed, CompoundOpened
from shouwang.areas.models import Area, ClosureStatus, Entrance, EntranceStatus
from shouwang.areas.planting import AreaRow, CompoundRow, Planted, plant_areas, plant_compounds
from shouwang.areas.reshaping import Part, merge_units, move_unit, split_unit
from shouwang.journal import actions as journal
from shouwang.journal.actions import Actor
from shouwang.journal.events import announce
from shouwang.refusal import Refusal

__all__ = [
    "AreaRow",
    "CompoundRow",
    "Part",
    "Planted",
    "add_entrance",
    "bar_entrance",
    "close_compound",
    "import_areas",
    "import_compounds",
    "merge_units",
    "move_unit",
    "open_compound",
    "open_entrance",
    "split_unit",
]


@transaction.atomic
def import_areas(rows: Sequence[AreaRow], *, by: Actor, scope_path: str = "") -> Planted:
    """Put units into the tree: any depth, any order. Bad rows are in the answer; codes must be unique among `rows`.

    For files use the intake kind `areas`, which does the same and says which line a refusal belongs to.
    """
    planted = plant_areas(rows, scope_path)
    _recorded(planted, "areas.import", by, scope_path)
    return planted


@transaction.atomic
def import_compounds(rows: Sequence[CompoundRow], *, by: Actor, scope_path: str = "") -> Planted:
    """Put compounds under their communities and villages. Bad rows are in the answer."""
    planted = plant_compounds(rows, scope_path)
    _recorded(planted, "areas.import", by, scope_path)
    return planted


def _recorded(planted: Planted, deed: str, by: Actor, scope_path: str) -> None:
    if planted.taken:
        announce(AreasChanged(scope_path))
    counts = {"taken": len(planted.taken), "unchanged": len(planted.unchanged), "refused": len(planted.refused)}
    journal.record(by=by, deed=deed, on="areas.Area", area_path=scope_path, detail=counts)


@transaction.atomic
def close_compound(
    area: Area,
    *,
    by: Actor,
    why: str,
    since: datetime | None = None,
    entrance: Entrance | str | None = None,
) -> ClosureStatus:
    """Close a compound: `entrance` (one of its entrances, or the name of a new one) stays open, all others are barred.

    Without `entrance` the one that is open stays; when several are, the choice is asked for. Closing what is closed
    already raises Refusal areas.closed_already.
    """
    area, since = _locked(area), since or clock.now()
    _check_state(area, "closed", since, why)
    kept = _kept_open(area, entrance, by, since, why)
    for other in queries.entrances(area).filter(state="open").exclude(pk=kept.pk if kept else None):
        _set_entrance(other, "barred", by, since, why)
    if kept is not None and kept.state != "open":
        _set_entrance(kept, "open", by, since, why)
    status = _closure(area, "closed", by, since, why)
    announce(CompoundClosed(area.pk, area.path, since, kept.pk if kept else None))
    journal.record(
        by=by,
        deed="areas.close",
        on=f"areas.Area:{area.pk}",
        why=why,
        area_path=area.path,
        detail={"since": since.isoformat(), "entrance": kept.pk if kept else None},
    )
    return status


@transaction.atomic
def open_compound(area: Area, *, by: Actor, why: str, since: datetime | None = None) -> ClosureStatus:
    """End the closure of a compound. Its entrances stay as they are; each is opened on its own."""
    area, since = _locked(area), since or clock.now()
    _check_state(area, "open", since, why)
    status = _closure(area, "open", by, since, why)
    announce(CompoundOpened(area.pk, area.path, since))
    facts = {"since": since.isoformat()}
    journal.record(by=by, deed="areas.open", on=f"areas.Area:{area.pk}", why=why, area_path=area.path, detail=facts)
    return status


@transaction.atomic
def add_entrance(
    area: Area, name: str, *, by: Actor, state: str = "open", why: str = "", since: datetime | None = None
) -> Entrance:
    """Record an entrance of a compound, open or barred. Raises Refusal for a name that is taken, or a second open
    entrance of a closed compound."""
    area, since, name = _locked(area), since or clock.now(), name.strip()
    if not name:
        raise Refusal("areas.no_name", field="name")
    if queries.entrances(area).filter(name=name).exists():
        raise Refusal("areas.entrance_twice", field="name", name=name)
    if state == "open":
        _refuse_second(area, None)
    entrance = _new_entrance(area, name, state, by, since, why)
    _record_entrance(entrance, "areas.add_entrance", by, why)
    return entrance


@transaction.atomic
def open_entrance(entrance: Entrance, *, by: Actor, why: str, since: datetime | None = None) -> Entrance:
    """Open an entrance. Raises Refusal areas.second_entrance, naming the open one, while the compound is closed."""
    area = _locked(entrance.area)
    entrance = Entrance.objects.get(pk=entrance.pk)
    _needs_reason(why)
    if entrance.state == "open":
        raise Refusal("areas.entrance_open_already", name=entrance.name)
    _refuse_second(area, entrance)
    _set_entrance(entrance, "open", by, since or clock.now(), why)
    _record_entrance(entrance, "areas.open_entrance", by, why)
    return entrance


@transaction.atomic
def bar_entrance(entrance: Entrance, *, by: Actor, why: str, since: datetime | None = None) -> Entrance:
    """Bar an entrance. The last one may be barred too: some natural villages were closed altogether."""
    _locked(entrance.area)
    entrance = Entrance.objects.get(pk=entrance.pk)
    _needs_reason(why)
    if entrance.state == "barred":
        raise Refusal("areas.entrance_barred_already", name=entrance.name)
    _set_entrance(entrance, "barred", by, since or clock.now(), why)
    _record_entrance(entrance, "areas.bar_entrance", by, why)
    return entrance


def _locked(area: Area) -> Area:
    """The compound as it is now, held until the transaction ends: two people closing it at once take turns."""
    found = Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    if found.level != "compound":
        raise Refusal("areas.not_a_compound", name=found.name)
    return found


def _needs_reason(why: str) -> None:
    if not why.strip():
        raise Refusal("areas.no_reason", field="why")


def _check_state(area: Area, state: str, since: datetime, why: str) -> None:
    """Raises Refusal when the compound is in this state already, or the moment lies before its last change or ahead."""
    _needs_reason(why)
    if since > clock.now():
        raise Refusal("areas.in_the_future", field="since")
    last = queries.closures_of(area).first()
    if (last.state if last else "open") == state:
        raise Refusal(f"areas.{state}_already", name=area.name, since=_when(last.since) if last else "")
    if last is not None and since < last.since:
        raise Refusal("areas.before_last_change", field="since", since=_when(last.since))


def _when(moment: datetime) -> str:
    return moment.astimezone(clock.ZONE).strftime("%Y-%m-%d %H:%M")


def _closure(area: Area, state: str, by: Actor, since: datetime, why: str) -> ClosureStatus:
    facts = {"area": area, "area_path": area.path, "state": state, "since": since, "why": why, "by": by.name}
    return ClosureStatus.objects.create(**facts, recorded_at=clock.now())


def _kept_open(area: Area, chosen: Entrance | str | None, by: Actor, since: datetime, why: str) -> Entrance | None:
    """The entrance that stays open, made when it is named and new. Raises Refusal when several are open and none is
    chosen, or the chosen one is another compound's."""
    if isinstance(chosen, Entrance):
        return queries.entrance(chosen.pk, area)
    if isinstance(chosen, str) and chosen.strip():
        known = queries.entrances(area).filter(name=chosen.strip()).first()
        return known or _new_entrance(area, chosen.strip(), "barred", by, since, why)
    opened = list(queries.entrances(area).filter(state="open"))
    if len(opened) > 1:
        raise Refusal("areas.choose_entrance", field="entrance", names="、".join(one.name for one in opened))
    return opened[0] if opened else None


def _refuse_second(area: Area, entrance: Entrance | None) -> None:
    if not queries.is_closed(area):
        return
    opened = queries.entrances(area).filter(state="open").exclude(pk=entrance.pk if entrance else None).first()
    if opened is not None:
        raise Refusal("areas.second_entrance", status=409, name=area.name, entrance=opened.name)


def _new_entrance(area: Area, name: str, state: str, by: Actor, since: datetime, why: str) -> Entrance:
    entrance = Entrance.objects.create(area=area, area_path=area.path, name=name, state=state)
    _entrance_status(entrance, by, since, why)
    return entrance


def _set_entrance(entrance: Entrance, state: str, by: Actor, since: datetime, why: str) -> None:
    entrance.state = state
    entrance.save(update_fields=["state"])
    _entrance_status(entrance, by, since, why)


def _entrance_status(entrance: Entrance, by: Actor, since: datetime, why: str) -> None:
    EntranceStatus.objects.create(
        entrance=entrance,
        area_path=entrance.area_path,
        state=entrance.state,
        since=since,
        why=why,
        by=by.name,
        recorded_at=clock.now(),
    )


def _record_entrance(entrance: Entrance, deed: str, by: Actor, why: str) -> None:
    on = f"areas.Entrance:{entrance.pk}"
    journal.record(by=by, deed=deed, on=on, why=why, area_path=entrance.area_path, detail={"state": entrance.state})
