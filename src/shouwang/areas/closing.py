"""Closing many compounds by one decision: the night of 10 February 2020, or a list that a district sends in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shouwang import clock
from shouwang.areas.events import CompoundClosed
from shouwang.areas.models import Area, ClosureStatus, Entrance, EntranceStatus
from shouwang.journal import actions as journal
from shouwang.journal.actions import Actor
from shouwang.journal.events import announce
from shouwang.refusal import Refusal

ROWS_A_STATEMENT = 5000


@dataclass(frozen=True)
class Closing:
    """A compound to close: since when, the one entrance that stays open, and those that are barred.

    Entrances that nobody recorded before are made; those that stand recorded and are not named are barred too.
    """

    code: str
    since: datetime
    entrance: str
    barred: tuple[str, ...] = ()


@transaction.atomic
def close_many(closings: Sequence[Closing], *, by: Actor, why: str) -> int:
    """Close compounds by one decision, all or none; answers how many were closed now. What is closed is left alone.

    One entry in the journal for all. Raises Refusal for a code that is no compound, a name of an entrance that is
    empty or both open and barred, or a moment that lies ahead or before the last change.
    """
    if not why.strip():
        raise Refusal("areas.no_reason", field="why")
    by_code = {one.code: one for one in closings}
    units = {area.code: area for area in Area.objects.select_for_update(no_key=True).filter(code__in=by_code)}
    last = _last_changes([unit.pk for unit in units.values()])
    due: list[tuple[Area, Closing]] = []
    for one in by_code.values():
        unit = units.get(one.code)
        if unit is None:
            raise Refusal("areas.no_such_area", status=404, code=one.code)
        if _to_close(unit, one, last.get(unit.pk)):
            due.append((unit, one))
    kept = _set_entrances(due, by, why)
    now = clock.now()
    ClosureStatus.objects.bulk_create(
        [
            ClosureStatus(
                area=unit, area_path=unit.path, state="closed", since=one.since, why=why, by=by.name, recorded_at=now
            )
            for unit, one in due
        ],
        batch_size=ROWS_A_STATEMENT,
    )
    for unit, one in due:
        announce(CompoundClosed(unit.pk, unit.path, one.since, kept[unit.pk]))
    counts = {"closed": len(due), "closed_already": len(by_code) - len(due)}
    journal.record(by=by, deed="areas.close_many", on="areas.Area:*", why=why, detail=counts)
    return len(due)


def _last_changes(area_ids: Sequence[int]) -> dict[int, ClosureStatus]:
    statuses = ClosureStatus.objects.filter(area_id__in=area_ids).order_by("area_id", "-since", "-pk")
    return {status.area_id: status for status in statuses.distinct("area_id")}


def _to_close(unit: Area, closing: Closing, last: ClosureStatus | None) -> bool:
    """Whether the compound is yet to be closed. Raises Refusal when the order cannot be carried out."""
    if unit.level != "compound":
        raise Refusal("areas.not_a_compound", name=unit.name)
    names = (closing.entrance, *closing.barred)
    if not all(name.strip() for name in names):
        raise Refusal("areas.no_name", field="entrance")
    if len(set(names)) < len(names):
        raise Refusal("areas.entrance_twice", field="entrance", name=closing.entrance)
    if closing.since > clock.now():
        raise Refusal("areas.in_the_future", field="since")
    if last is None or last.state != "closed":
        if last is not None and closing.since < last.since:
            since = last.since.astimezone(clock.ZONE).strftime("%Y-%m-%d %H:%M")
            raise Refusal("areas.before_last_change", field="since", since=since)
        return True
    return False


def _set_entrances(due: Sequence[tuple[Area, Closing]], by: Actor, why: str) -> dict[int, int]:
    """Make and set the entrances; answers the open one of each compound. Bars before it opens, for the constraint."""
    known: dict[int, dict[str, Entrance]] = defaultdict(dict)
    for entrance in Entrance.objects.filter(area_id__in=[unit.pk for unit, _closing in due]):
        known[entrance.area_id][entrance.name] = entrance
    made: list[Entrance] = []
    changed: dict[str, list[Entrance]] = {"barred": [], "open": []}
    since: dict[int, datetime] = {}
    for unit, closing in due:
        since[unit.pk] = closing.since
        wanted = dict.fromkeys([*known[unit.pk], *closing.barred], "barred") | {closing.entrance: "open"}
        for name, state in wanted.items():
            entrance = known[unit.pk].get(name)
            if entrance is None:
                made.append(Entrance(area=unit, area_path=unit.path, name=name, state=state))
            elif entrance.state != state:
                entrance.state = state
                changed[state].append(entrance)
    for state in ("barred", "open"):
        Entrance.objects.bulk_update(changed[state], ["state"], batch_size=ROWS_A_STATEMENT)
    Entrance.objects.bulk_create(made, batch_size=ROWS_A_STATEMENT)
    now = clock.now()
    EntranceStatus.objects.bulk_create(
        [
            EntranceStatus(
                entrance=entrance,
                area_path=entrance.area_path,
                state=entrance.state,
                since=since[entrance.area_id],
                why=why,
                by=by.name,
                recorded_at=now,
            )
            for entrance in [*made, *changed["barred"], *changed["open"]]
        ],
        batch_size=ROWS_A_STATEMENT,
    )
    opened = Entrance.objects.filter(area_id__in=since, state="open").values_list("area_id", "pk")
    return dict(opened)
