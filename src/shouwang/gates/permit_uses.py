"""What quotas and permits count, over all phones of a compound: uses of permits, and outings of households.

A phone that was changed, or stood elsewhere, remembers nothing; so each policy row says what the office knows. A use is
a passage, told by its key: a phone leaves out what it remembers itself, and nothing is counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from shouwang import clock
from shouwang.gates.models import Passage, PermitUse, Watermark
from shouwang.gates.outdated import look_again
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.gates.policy import Direction, Earlier, ExitKind, PassagePolicy, Permit, PermitKind
from shouwang.residents import queries as residents

EVERY = timedelta(seconds=5)
"""Uses are noted when a row is asked for, and not more often: one statement for all gates."""
LATE = timedelta(minutes=1)
"""A batch may become visible a moment after one that arrived later."""
RETURNS = timedelta(days=2)
"""So far back somebody who went out is looked for among those who came in."""
MOST_OUTINGS = 4_000
ONCE = frozenset({PermitKind.ONE_OFF, PermitKind.MOVE_OUT})

_NOTE = """
insert into gates_permituse (passage, permit_id, area_path, direction, at, "row")
select p.id, m.id, m.area_path, p.direction, p.at, p."row"
from gates_passage p
join gates_permit m on m.id::text = p.detail->>'permit' and m.area_path = p.area_path
where p.received_at > %(since)s and p.day between %(first)s and %(last)s and (p.verdict = 'pass' or p.overridden)
    and (m.quota is not null or m.kind in ('one_off', 'move_out') or m.interval_hours > 0 or m.stay_minutes > 0)
order by p.id
on conflict do nothing
returning area_path
"""


@transaction.atomic
def note(every: timedelta = EVERY) -> int:
    """Note the uses that arrived since the last time, at all gates; answers how many. Rows that they change are looked
    at anew when next asked for."""
    now = clock.now()
    Watermark.objects.get_or_create(job="permit_uses", defaults={"received_until": now - timedelta(days=DAYS_KEPT)})
    # Whoever comes second while somebody notes goes on with what is noted.
    mark = Watermark.objects.select_for_update(skip_locked=True).filter(job="permit_uses").first()
    if mark is None or now < mark.received_until + every:
        return 0
    days = {"first": clock.local_day(now) - timedelta(days=DAYS_KEPT), "last": clock.local_day(now) + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"since": mark.received_until - LATE, **days})
        paths = [path for (path,) in cursor.fetchall()]
    mark.received_until = now
    mark.save(update_fields=["received_until"])
    for path in sorted(set(paths)):
        look_again(path, "policy")
    return len(paths)


def forget(before: datetime) -> int:
    """Forget the uses of permits that were over before a moment."""
    return int(PermitUse.objects.filter(permit__until_at__lt=before).delete()[0])


def counted(
    row: PassagePolicy, area_path: str, since: datetime, until: datetime, *, every: bool = False
) -> tuple[Earlier, ...]:
    """What counts between two moments under a row: uses of its permits, and the outings of its quota. `every`: also the
    uses that are more than a permit needs to know."""
    return (*_uses(row.permits, area_path, until, every), *_outings(row, area_path, since, until))


def window(row: PassagePolicy, now: datetime) -> datetime:
    """From when outings may still count at a moment."""
    days = max(RETURNS, timedelta(days=row.exit.interval_days), timedelta(hours=row.exit.interval_hours))
    return now - days


def _uses(permits: Iterable[Permit], area_path: str, until: datetime, every: bool) -> list[Earlier]:
    """Of each permit as many of the latest uses as it may have in all; where only time counts, the last."""
    limits = {
        int(one.id): one.quota or 1
        for one in permits
        if one.id.isdigit()
        and (one.quota is not None or one.kind in ONCE or one.interval_hours > 0 or one.stay_minutes > 0)
    }
    if not limits:
        return []
    kept: dict[tuple[int, str], list[Earlier]] = defaultdict(list)
    rows = PermitUse.objects.filter(permit_id__in=list(limits), at__lt=until).order_by("-at", "-passage")
    for key, permit, direction, at, row in rows.values_list("passage", "permit_id", "direction", "at", "row"):
        if every or len(kept[permit, direction]) < limits[permit]:
            moment = int(at.timestamp())
            kept[permit, direction].append(
                Earlier(moment, Direction(direction), row=row, permit=str(permit), id=str(key))
            )
    found = [one for some in kept.values() for one in some]
    homes = _homes(area_path, {one.row for one in found if one.row is not None}, until)
    return sorted((_returned(one, homes, until) for one in found), key=lambda one: (one.at, one.id or ""))


def _returned(one: Earlier, homes: Mapping[int, list[int]], until: datetime) -> Earlier:
    """When they came home; of somebody who went out long ago nothing is known any more, and nobody is late."""
    if one.direction is Direction.IN or one.row is None:
        return one
    back = next((at for at in homes.get(one.row, ()) if at >= one.at), None)
    if back is None and one.at < int((until - RETURNS).timestamp()):
        back = one.at
    return replace(one, back=back)


def _homes(area_path: str, rows: set[int], until: datetime) -> dict[int, list[int]]:
    """When each line of the roster came in during the last days."""
    found: dict[int, list[int]] = defaultdict(list)
    if rows:
        seen = _let_through(area_path, until - RETURNS, until).filter(direction="in", row__in=rows)
        for row, at in seen.order_by("at").values_list("row", "at"):
            found[row].append(int(at.timestamp()))
    return found


def _let_through(area_path: str, since: datetime, until: datetime):  # type: ignore[no-untyped-def]
    return Passage.objects.filter(
        Q(verdict="pass") | Q(overridden=True), gate__area_path=area_path, at__gte=since, at__lt=until
    )


def _outings(row: PassagePolicy, area_path: str, since: datetime, until: datetime) -> list[Earlier]:
    """Where one of a household goes out at a time: who went without a permit, and who is back."""
    if row.exit.kind is not ExitKind.QUOTA:
        return []
    seen = _let_through(area_path, since, until).exclude(row=None).order_by("at", "id")
    gone: list[Earlier] = []
    out: dict[int, list[int]] = defaultdict(list)
    for key, line, direction, at, detail in seen.values_list("id", "row", "direction", "at", "detail"):
        moment = int(at.timestamp())
        if direction == "in":
            for place in out.pop(line, ()):
                gone[place] = replace(gone[place], back=moment)
        elif not (detail or {}).get("permit"):
            out[line].append(len(gone))
            gone.append(Earlier(moment, Direction.OUT, row=line, id=str(key)))
    gone = gone[-MOST_OUTINGS:]
    homes = residents.households_of({one.row for one in gone if one.row is not None})
    return [replace(one, household=homes[one.row]) for one in gone if one.row is not None and one.row in homes]
