"""What gates offer to be counted: gates with their watch and phones, and passages by their hourly counters."""

from __future__ import annotations

from shouwang.gates.queries import UNATTENDED
from shouwang.measures.datasets import Dataset, as_of, offer
from shouwang.measures.words import Words

GATES = Dataset(
    name="gates.gates",
    title=Words("门岗", "gates"),
    sql="""
with watch as (
    select distinct on (gate_id) gate_id, kind, at from gates_shiftevent
    where kind in ('check_in', 'check_out', 'unattended') and at < %(as_of)s
    order by gate_id, at desc, received_at desc
), phone as (
    select distinct gate_id from gates_device
    where enrolled_at < %(as_of)s and expires_at > %(as_of)s and (revoked_at is null or revoked_at >= %(as_of)s)
)
select g.area_id, 'gates.Gate:' || g.id as fact, g.name, g.since, w.kind as watch, w.at as watch_at,
       p.gate_id is not null as has_phone,
       case when w.kind is null then g.since < %(unattended_since)s
            else w.kind <> 'check_in' and w.at < %(unattended_since)s end as unattended
from gates_gate g
left join watch w on w.gate_id = g.id
left join phone p on p.gate_id = g.id
where g.since < %(as_of)s and (g.ended_at is null or g.ended_at >= %(as_of)s)
""",
    columns={
        "name": "name of the gate",
        "since": "guarded since",
        "watch": "last word of the watch: check_in, check_out, unattended; empty when there was none",
        "watch_at": "when that was",
        "has_phone": "a phone is enrolled there, neither revoked nor expired",
        "unattended": "nobody on guard for more than ten minutes",
    },
    at="watch_at",
    shown=("name", "watch", "watch_at", "has_phone", "unattended"),
    parameters=lambda day: {"unattended_since": as_of(day) - UNATTENDED},
)

PASSAGES = Dataset(
    name="gates.passages",
    title=Words("通行（每小时计数）", "passages, counted by the hour"),
    sql="""
select g.area_id, 'gates.PassageCount:' || c.id as fact, g.name, c.hour, c.direction, c.kind, c.verdict, c.reason,
       c.count::bigint as passages, c.verdict = 'pass' or c.overridden as through
from gates_passagecount c join gates_gate g on g.id = c.gate_id
where c.day = %(day)s
""",
    columns={
        "name": "name of the gate",
        "hour": "hour of the day",
        "direction": "in or out",
        "kind": "how they came: strip, card, family, roster, lookup, visitor, vehicle, delivery",
        "verdict": "pass, refuse, hold or check",
        "reason": "reason code of the decision",
        "passages": "how many in that hour",
        "through": "let through, by verdict or against it with a reason",
    },
    shown=("name", "hour", "direction", "kind", "verdict", "reason", "passages"),
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(GATES, PASSAGES)
