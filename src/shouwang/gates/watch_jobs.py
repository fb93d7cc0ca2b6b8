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
insert into gates_flag (kind, gate_id, area_path, passage, passage_day, other_passage, other_gate_id, at, detail,
    made_at, seen_by, outcome)
select distinct on (b.id) 'same_code', b.gate_id, b.area_path, b.id, b.day, a.id, a.gate_id, b.at,
    jsonb_build_object('seconds', round(extract(epoch from b.at - a.at))), %(now)s, '', ''
from gates_passage b join gates_passage a on a.idx = b.idx and a.cti = b.cti and a.list = b.list
    and a.gate_id <> b.gate_id and a.at between b.at - %(near)s and b.at
    and a.day between b.day - 1 and b.day + 1 and (a.at < b.at or a.id < b.id)
where (b.received_at > %(since)s or a.received_at > %(since)s)
    and b.received_at <= %(until)s and a.received_at <= %(until)s
    and b.cti is not null and b.day between %(first)s and %(last)s and a.day between %(first)s and %(last)s
order by b.id, a.at desc
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
        cursor.execute("select min(day), max(day) from gates_passage where received_at > %s", [since])
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
