"""What health offers to be counted: cases, findings open at a day's end, events of a day, follow-up, corrections.

Cases are in counted_cases.py, open evidence and follow-up in counted_evidence.py. Thresholds come from the health
policy in force on the day at the root of the tree.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from shouwang import clock
from shouwang.health.counted_cases import CASES
from shouwang.health.counted_evidence import EVIDENCE_AT, FOLLOW_UP, OPEN_EVIDENCE, policy_of
from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words


def _thresholds(day: date) -> dict[str, Any]:
    policy = policy_of(day)
    since = policy.clinically_diagnosed_from
    return {
        "fever_threshold": policy.fever_threshold,
        "negatives_apart": policy.negatives_apart,
        "self_reported": sorted(policy.self_reported_sources),
        "clinical_from": since and clock.day_bounds(since)[0],
    }


STANDING = Dataset(
    name="health.standing",
    title=Words("有效健康事件", "health events that stand"),
    sql="""
with recursive succession (old_id, id) as (
    select supersedes_id, id from health_healthevent where supersedes_id is not null
    union all
    select s.old_id, e.id from succession s join health_healthevent e on e.supersedes_id = s.id
),
last as (
    select s.old_id, s.id from succession s
    where not exists (select 1 from health_healthevent e where e.supersedes_id = s.id)
)
select e.id, e.person_id, e.kind, e.time, coalesce(l.id, e.ends_id) as ends_id, e.area_id, e.value, e.source,
       e.source <> '' and lower(btrim(e.source, E' \\t\\n\\r')) = any(%(self_reported)s) as own
from health_healthevent e left join last l on l.old_id = e.ends_id
where e.time < %(day_end)s and e.kind <> 'withdrawn'
  and not exists (select 1 from succession s where s.old_id = e.id)
  and (%(under)s = '' or e.person_id in (
      select id from {residents.near} n union all
      select h.person_id from health_healthevent h where h.area_path like %(under)s))
""",
    columns={},
    parameters=_thresholds,
)
"""A part of the others: events that hold, up to the day's end. `ends` at a superseded row means its successor."""

EVENTS = Dataset(
    name="health.events",
    title=Words("当日健康事件", "health events of the day"),
    sql="""
select s.area_id, 'health.HealthEvent:' || s.id as fact, p.ref as person, s.kind, s.time, s.value, s.own,
       s.ends_id is not null as names_another,
       s.kind = 'temperature' and coalesce(s.value >= %(fever_threshold)s, false) as high
from {health.standing} s left join residents_person p on p.id = s.person_id
where s.time >= %(day_start)s
""",
    columns={
        "person": "reference of the person",
        "kind": "kind of event",
        "time": "when",
        "value": "degrees Celsius, for temperatures",
        "own": "reported by the resident",
        "names_another": "ends or concerns an event it names",
        "high": "a temperature at or above the policy's fever threshold",
    },
    at="time",
    shown=("person", "kind", "time", "value"),
)

CORRECTIONS = Dataset(
    name="health.corrections",
    title=Words("当日作出的更正", "corrections made on the day"),
    sql="""
select e.area_id, 'health.HealthEvent:' || e.id as fact, p.ref as person, e.kind, e.time, e.recorded_at
from health_healthevent e left join residents_person p on p.id = e.person_id
where e.supersedes_id is not null and e.recorded_at >= %(day_start)s and e.recorded_at < %(day_end)s
""",
    columns={
        "person": "reference of the person",
        "kind": "kind of the row that replaces another; withdrawn when nothing takes its place",
        "time": "when the corrected fact happened",
        "recorded_at": "when the correction was recorded",
    },
    at="recorded_at",
    shown=("person", "kind", "time", "recorded_at"),
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(STANDING, EVIDENCE_AT, CASES, OPEN_EVIDENCE, EVENTS, CORRECTIONS, FOLLOW_UP)
