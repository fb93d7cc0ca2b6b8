"""What is looked at behind the gates' backs: one code at two gates, forgotten rows, gates without a phone's word.

Run by the day's schedule and by every tick; each may run again at any time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from shouwang import clock
from shouwang.gates import actions, partitions, permit_uses, policy_rows
from shouwang.gates.models import EnrolmentCode, Flag, Incident, Lookup, Quarantine, SignedPaper, Watermark
from shouwang.gates.second_look import flag_verdicts
from shouwang.journal.actions import Actor

SAME_CODE = timedelta(minutes=10)
"""One code at two gates of different compounds within so many minutes is shown to an officer. *Assumed.*"""
LATE = timedelta(minutes=1)
"""A batch may become visible a moment after one that arrived later."""

_TWO_GATES = """
with fresh as materialized (
    -- What is new leads: of the fourteen days before only what shares its code is read.
    select id, day, gate_id, area_path, at, list, idx, cti from gates_passage
    where received_at > %(since)s and received_at <= %(until)s and cti is not null
        and day between %(first)s and %(last)s
), beside as materialized (
    select f.id as fresh_id, o.id, o.day, o.gate_id, o.area_path, o.at
    from fresh f join gates_passage o on o.idx = f.idx and o.cti = f.cti and o.list = f.list
        and o.gate_id <> f.gate_id and o.at between f.at - %(near)s and f.at + %(near)s
        and o.day between f.day - 1 and f.day + 1 and o.day between %(first)s::date - 1 and %(last)s::date + 1
        and o.received_at <= %(until)s
), pairs as (
    select f.id, f.day, f.gate_id, f.area_path, f.at, o.id as other, o.gate_id as other_gate, o.at as other_at
    from beside o join fresh f on f.id = o.fresh_id where (o.at, o.id) < (f.at, f.id)
    union all
    select o.id, o.day, o.gate_id, o.area_path, o.at, f.id, f.gate_id, f.at
    from beside o join fresh f on f.id = o.fresh_id where (f.at, f.id) < (o.at, o.id)
)
insert into gates_flag (kind, gate_id, area_path, passage, passage_day, other_passage, other_gate_id, at, detail,
    made_at, seen_by, outcome)
select distinct on (id) 'same_code', gate_id, area_path, id, day, other, other_gate, at,
    jsonb_build_object('seconds', round(extract(epoch from at - other_at))), %(now)s, '', ''
from pairs order by id, other_at desc
on conflict do nothing
"""


@transaction.atomic
def flag_two_gates() -> int:
    """Flag codes that were shown at two gates within minutes, among passages that arrived since the last look."""
    now = clock.now()
    mark, _new = Watermark.objects.select_for_update().get_or_create(
        job="two_gates", defaults={"received_until": now - timedelta(days=partitions.DAYS_KEPT)}
    )
    until = now - LATE
    if until <= mark.received_until:
        return 0
    first, last = _days_of(mark.received_until)
    with connection.cursor() as cursor:
        cursor.execute(
            _TWO_GATES,
            {"now": now, "near": SAME_CODE, "since": mark.received_until, "until": until, "first": first, "last": last},
        )
        made = int(cursor.rowcount)
    mark.received_until = until
    mark.save(update_fields=["received_until"])
    return made


def _days_of(since: datetime) -> tuple[date, date]:
    """The days of the passages that arrived since a moment, with a day around them: of most parts nothing is read."""
    with connection.cursor() as cursor:
        # Kept apart, or the first and last day would be looked for along the keys, through all fourteen days.
        cursor.execute(
            "with fresh as materialized (select day from gates_passage where received_at > %s)"
            " select min(day), max(day) from fresh",
            [since],
        )
        first, last = cursor.fetchone()
    today = clock.today()
    return (first or today) - timedelta(days=1), (last or today) + timedelta(days=1)


def sweep(day: date) -> dict[str, int]:
    """Let go of what is past its time beside the parts of passages: quarantine, incidents, flags, look-ups, codes."""
    now = clock.now()
    oldest = now - timedelta(days=partitions.DAYS_KEPT)
    counts = {
        "quarantined": Quarantine.objects.filter(received_at__lt=oldest).delete()[0],
        "incidents": Incident.objects.filter(received_at__lt=oldest).delete()[0],
        "flags": Flag.objects.filter(made_at__lt=oldest).delete()[0],
        "lookups": Lookup.objects.filter(at__lt=oldest).delete()[0],
        "codes": EnrolmentCode.objects.filter(expires_at__lt=now - timedelta(days=1), device=None).delete()[0],
        "rows": policy_rows.forget_kept(oldest),
        "uses": permit_uses.forget(oldest),
        "papers": SignedPaper.objects.filter(expires_at__lt=now).delete()[0],
    }
    return {f"{name}_forgotten": count for name, count in counts.items()}


def tend(day: date, by: Actor) -> dict[str, Any]:
    """The step of the day: gates in step with closure, parts made ahead and dropped behind, the rest swept."""
    today = clock.today()
    return {
        **actions.keep_in_step(),
        "parts_made": partitions.make_ahead(today),
        "parts_dropped": partitions.drop_old(today),
        **sweep(today),
        "flagged": flag_two_gates() + flag_verdicts(),
    }


def look_often() -> dict[str, int]:
    """What every tick of the clockwork does, every five minutes."""
    return {**actions.keep_in_step(), "flagged": flag_two_gates() + flag_verdicts()}
