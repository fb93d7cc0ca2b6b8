"""What health offers to be counted: cases, findings open at a day's end, events of a day, follow-up, corrections.

The SQL says set by set what rules.py and followup.py say person by person; the tests hold the two together. Thresholds
come from the health policy in force on the day at the root of the tree.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shouwang import clock
from shouwang.health.followup import ELSEWHERE, FOLLOWED, parts_of
from shouwang.health.policy import HealthPolicy
from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words

INSTANT = timedelta(microseconds=1)
"""The finest step of stored time: "before T" is the same as "at T less one instant"."""


def _policy(day: date) -> HealthPolicy:
    from shouwang.areas import queries as areas
    from shouwang.health import queries

    root = areas.root()
    return queries.policy_on(day, root.path if root else "")


def _thresholds(day: date) -> dict[str, Any]:
    policy = _policy(day)
    since = policy.clinically_diagnosed_from
    return {
        "fever_threshold": policy.fever_threshold,
        "negatives_apart": policy.negatives_apart,
        "self_reported": sorted(policy.self_reported_sources),
        "clinical_from": since and clock.day_bounds(since)[0],
    }


def _day_end(day: date) -> dict[str, Any]:
    return {"end_moment": [clock.day_bounds(day)[1]]}


def _asked(day: date) -> dict[str, Any]:
    """For each part of the day: its bounds, and the moment (exclusive) at which followup.parts asks who is followed."""
    policy, now = _policy(day), clock.now()
    bounds = parts_of(day, policy.followup_times_a_day)
    return {
        "part_starts": [start for start, _end in bounds],
        "part_ends": [end for _start, end in bounds],
        "asked_moments": [min(end - INSTANT, max(now, start)) + INSTANT for start, end in bounds],
        "followup": policy.followup,
        "followed_kinds": sorted(FOLLOWED),
        "elsewhere_kinds": sorted(ELSEWHERE),
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
       regexp_replace(lower(e.source), '^\\s+|\\s+$', '', 'g') = any(%(self_reported)s) as own
from health_healthevent e left join last l on l.old_id = e.ends_id
where e.time < %(day_end)s and e.kind <> 'withdrawn'
  and not exists (select 1 from health_healthevent s where s.supersedes_id = e.id)
""",
    columns={},
    parameters=_thresholds,
)
"""A part of the others: events that hold, up to the day's end. An `ends` that names a superseded row means its successor."""

CASES = Dataset(
    name="health.cases",
    title=Words("病例", "cases"),
    sql="""
with told as materialized (
    select id, person_id, kind, time, ends_id, area_id from {health.standing} s
    where not own and kind in ('confirmed', 'clinically_diagnosed', 'discharged', 'recovered', 'died', 'excluded')
),
excluding as (select id, person_id, ends_id, time from told where kind = 'excluded' and ends_id is not null),
withdrawal as (
    select x.ends_id as id, x.person_id, x.time as at, min(y.time) as until
    from excluding x left join excluding y on y.ends_id = x.id and y.person_id = x.person_id
    group by x.id, x.ends_id, x.person_id, x.time
),
gone as (
    select id, person_id, bool_or(until is null) as now,
           bool_or(at < %(day_start)s and (until is null or until >= %(day_start)s)) as before
    from withdrawal group by id, person_id
),
fact as materialized (
    select t.*, not coalesce(g.now, false) as stands,
           t.time < %(day_start)s and not coalesce(g.before, false) as stood,
           case t.kind when 'confirmed' then t.time
                       when 'clinically_diagnosed' then case when t.time < %(clinical_from)s::timestamptz then %(clinical_from)s
                            when t.time >= %(clinical_from)s then t.time end
           end as counts_from
    from told t left join gone g on g.id = t.id and g.person_id = t.person_id where t.kind <> 'excluded'
),
counted as (
    select distinct on (person_id) * from fact
    where stands and counts_from < %(day_end)s order by person_id, counts_from, time, id
),
counted_before as (
    select distinct on (person_id) * from fact
    where stood and counts_from < %(day_start)s order by person_id, counts_from, time, id
),
outcome as (
    select person_id, max(time) filter (where stands and kind <> 'died') as cured_at,
           max(time) filter (where stood and kind <> 'died') as cured_at_before,
           min(time) filter (where stands and kind = 'died') as died_at,
           min(time) filter (where stood and kind = 'died') as died_at_before
    from fact where kind in ('discharged', 'recovered', 'died') group by person_id
),
state as (
    select coalesce(n.person_id, b.person_id) as person_id, coalesce(n.area_id, b.area_id) as area_id,
           coalesce(n.id, b.id) as id, coalesce(n.kind, b.kind) as kind, coalesce(n.counts_from, b.counts_from) as counts_from,
           n.id is not null as counted, b.id is not null as counted_before,
           n.id is not null and coalesce(o.cured_at >= n.time, false) as cured,
           b.id is not null and coalesce(o.cured_at_before >= b.time, false) as cured_before,
           n.id is not null and o.died_at is not null as died,
           b.id is not null and o.died_at_before is not null as died_before,
           o.cured_at, o.died_at
    from counted n
    full join counted_before b on b.person_id = n.person_id and b.area_id = n.area_id
    left join outcome o on o.person_id = coalesce(n.person_id, b.person_id)
)
select s.area_id, 'health.HealthEvent:' || s.id as fact, p.ref as person, s.kind, s.counts_from, s.cured_at, s.died_at,
       s.counted, s.counted_before, s.cured, s.cured_before, s.died, s.died_before,
       s.counted::int - s.counted_before::int as change,
       %(day)s::date - (s.counts_from at time zone %(zone)s)::date as days_since, 'household ' || p.household_id as household,
       case when p.building <> '' then concat_ws(' ', 'stairwell', p.area_id, p.building, p.unit) end as stairwell
from state s left join residents_person p on p.id = s.person_id
""",
    columns={
        "person": "reference of the person",
        "kind": "confirmed or clinically_diagnosed: the first of the person that stands",
        "counts_from": "when that was; for a clinical diagnosis not before the day that class came into force",
        "cured_at": "last discharge or recovery that stands",
        "died_at": "death that stands",
        "counted": "a case at the day's end: a confirmation or clinical diagnosis that stands by then",
        "counted_before": "a case when the day began",
        "cured": "a case at the day's end with a standing discharge or recovery at or after the confirmation",
        "cured_before": "the same when the day began",
        "died": "a case at the day's end with a standing death",
        "died_before": "the same when the day began",
        "days_since": "days from the day it counts from until the day",
        "change": "1 newly counted, -1 no longer counted, 0 otherwise",
        "household": "the household the person belongs to now, a small unit in which cases cluster",
        "stairwell": "compound, building and unit where the person lives now, another",
        "household": "the household the person belongs to now, a small unit in which cases cluster",
        "stairwell": "compound, building and unit where the person lives now, another",
    },
    at="counts_from",
    shown=("person", "kind", "counts_from", "cured_at", "died_at"),
)

_EVIDENCE_AT = """
with moment as (select at, n from unnest(%(MOMENTS)s::timestamptz[]) with ordinality as m (at, n)),
told as materialized (
    select id, person_id, kind, time, ends_id, area_id, own from {health.standing} s
    where kind not in ('temperature', 'symptom') or (kind = 'temperature' and value >= %(fever_threshold)s)
),
borne as materialized (
    select id, person_id, time, area_id, own, kind as event_kind,
           case kind when 'close_contact_of' then 'close_contact' when 'temperature' then 'fever_check'
                     when 'central_isolation_start' then 'central_isolation'
                     when 'home_isolation_start' then 'home_isolation' else kind end as kind
    from told where kind in ('confirmed', 'clinically_diagnosed', 'suspected', 'fever', 'temperature', 'close_contact',
                             'close_contact_of', 'secondary_contact', 'asymptomatic', 'died',
                             'central_isolation_start', 'home_isolation_start')
),
excluding as (
    select person_id, ends_id, min(time) as time from told
    where kind = 'excluded' and ends_id is not null group by person_id, ends_id
),
ending as (
    select t.person_id, t.kind, t.time, t.ends_id, greatest(t.time, x.time) as until, x.time is not null as taken_back
    from told t left join excluding x on x.ends_id = t.id and x.person_id = t.person_id
    where t.kind in ('excluded', 'released', 'discharged', 'recovered', 'central_isolation_end', 'home_isolation_end',
                     'died')
),
holding as (
    select m.n, e.person_id, e.kind, e.time, case when e.kind <> 'died' then e.ends_id end as ends_id
    from moment m join ending e on e.time < m.at and (not e.taken_back or e.until >= m.at)
),
named as (select distinct n, person_id, ends_id as id from holding where ends_id is not null),
ended as (
    select n, person_id, bool_or(kind = 'died') as died,
           max(time) filter (where kind = 'excluded') as excluded_at,
           max(time) filter (where kind = 'released') as released_at,
           max(time) filter (where kind in ('discharged', 'recovered')) as cured_at,
           max(time) filter (where kind = 'central_isolation_end') as central_at,
           max(time) filter (where kind = 'home_isolation_end') as home_at
    from holding where ends_id is null group by n, person_id
),
converted as (
    select m.n, b.person_id, max(b.time) filter (where b.kind = 'confirmed') as confirmed_at,
           max(b.time) filter (where b.kind = 'clinically_diagnosed') as diagnosed_at,
           max(b.time) filter (where b.kind = 'suspected') as suspected_at
    from moment m join borne b on b.time < m.at
    left join excluding x on x.ends_id = b.id and x.person_id = b.person_id and b.kind <> 'suspected'
    where not b.own and b.kind in ('confirmed', 'clinically_diagnosed', 'suspected')
      and (x.time is null or greatest(x.time, b.time) >= m.at)
    group by m.n, b.person_id
),
test as (select person_id, kind, time from told where kind in ('negative_test', 'positive_test')),
cleared as (
    select b.id, min(second.time) as at
    from borne b
    join test first on first.person_id = b.person_id and first.kind = 'negative_test' and first.time >= b.time
    join test second on second.person_id = b.person_id and second.kind = 'negative_test'
                    and second.time >= first.time + %(negatives_apart)s
    where b.kind in ('suspected', 'fever', 'fever_check', 'asymptomatic')
      and not exists (select 1 from test p where p.person_id = b.person_id and p.kind = 'positive_test'
                      and p.time between first.time and second.time)
    group by b.id
)
select m.n, b.id, b.person_id, b.kind, b.event_kind, b.time, b.area_id, b.own
from moment m
join borne b on b.time < m.at
left join named k on k.n = m.n and k.id = b.id and k.person_id = b.person_id
left join ended e on e.n = m.n and e.person_id = b.person_id
left join converted v on v.n = m.n and v.person_id = b.person_id
left join cleared c on c.id = b.id and c.at < m.at
where k.id is null and c.id is null
  and not (b.kind <> 'died' and coalesce(e.died, false))
  and not coalesce(case when b.kind in ('suspected', 'fever', 'fever_check') or
                             (b.own and b.kind in ('confirmed', 'clinically_diagnosed', 'asymptomatic'))
                        then b.time <= e.excluded_at end, false)
  and not coalesce(case when b.kind in ('close_contact', 'secondary_contact', 'central_isolation', 'home_isolation',
                                        'asymptomatic') or
                             (b.own and b.kind in ('confirmed', 'clinically_diagnosed', 'suspected', 'fever',
                                                   'fever_check'))
                        then b.time <= e.released_at end, false)
  and not coalesce(case when b.kind in ('confirmed', 'clinically_diagnosed', 'asymptomatic', 'suspected', 'fever',
                                        'fever_check')
                        then b.time <= e.cured_at end, false)
  and not coalesce(b.kind = 'central_isolation' and b.time <= e.central_at, false)
  and not coalesce(b.kind = 'home_isolation' and b.time <= e.home_at, false)
  and not coalesce(case when b.kind in ('suspected', 'fever', 'fever_check', 'close_contact', 'secondary_contact',
                                        'asymptomatic', 'clinically_diagnosed')
                        then b.time <= v.confirmed_at end, false)
  and not coalesce(case when b.kind in ('suspected', 'fever', 'fever_check', 'close_contact', 'secondary_contact',
                                        'asymptomatic')
                        then b.time <= v.diagnosed_at end, false)
  and not coalesce(b.kind = 'fever' and b.time <= v.suspected_at, false)
"""
"""Evidence open just before each of some moments, numbered `n` from 1: rules.evidence_of for everybody at once."""

OPEN_EVIDENCE = Dataset(
    name="health.open_evidence",
    title=Words("当日结束时的在管情形", "findings open at the day's end"),
    sql="with open as ("
    + _EVIDENCE_AT.replace("MOMENTS", "end_moment")
    + """),
classed as (
    select o.*, case when o.own and o.kind not in ('close_contact', 'secondary_contact', 'central_isolation',
                                                   'home_isolation') then 'self_reported'
                     when o.kind = 'clinically_diagnosed' then 'confirmed' else o.kind end as class
    from open o where o.kind <> 'died'
),
latest as (
    select distinct on (person_id, class) person_id, class, id, kind, time, own
    from classed order by person_id, class, time desc, id desc
)
select coalesce(m.area_id, p.area_id) as area_id, 'health.HealthEvent:' || l.id as fact, p.ref as person, l.class, l.kind,
       l.time as since,
       row_number() over (partition by l.person_id order by case l.class when 'confirmed' then 1 when 'suspected' then 2
                          when 'fever' then 3 when 'close_contact' then 4 else 5 end, l.class) = 1 as gravest
from latest l
join residents_person p on p.id = l.person_id
left join {residents.moved} m on m.person_id = l.person_id
""",
    columns={
        "person": "reference of the person",
        "class": "confirmed (with clinically diagnosed), suspected, fever, close_contact, secondary_contact,"
        " asymptomatic, fever_check, central_isolation, home_isolation, or self_reported",
        "kind": "kind of the latest finding of that class",
        "since": "when it was found",
        "gravest": "the person's gravest class: confirmed, suspected, fever, close_contact, then the others",
    },
    at="since",
    shown=("person", "kind", "since"),
    parameters=_day_end,
)

EVENTS = Dataset(
    name="health.events",
    title=Words("当日健康事件", "health events of the day"),
    sql="""
select s.area_id, 'health.HealthEvent:' || s.id as fact, p.ref as person, s.kind, s.time, s.value, s.own,
       s.ends_id is not null as names_another, s.kind = 'temperature' and coalesce(s.value >= %(fever_threshold)s, false) as high
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

FOLLOW_UP = Dataset(
    name="health.follow_up",
    title=Words("居家随访（每人每时段）", "home follow-up, one row a person and part of the day"),
    sql="with open as ("
    + _EVIDENCE_AT.replace("MOMENTS", "asked_moments")
    + """),
part as (
    select n, starts, ends, asked from
    unnest(%(part_starts)s::timestamptz[], %(part_ends)s::timestamptz[], %(asked_moments)s::timestamptz[])
    with ordinality as p (starts, ends, asked, n)
),
followed as (
    select o.person_id, o.n, max(o.time) as since from open o join part p on p.n = o.n
    group by o.person_id, o.n
    having not bool_or(o.kind = any(%(elsewhere_kinds)s))
       and bool_or(o.kind = any(%(followed_kinds)s) and p.asked <= o.time + %(followup)s)
),
taken as (
    select distinct s.person_id, p.n from {health.standing} s join part p on s.time >= p.starts and s.time < p.ends
    where s.kind = 'temperature' and s.time >= %(day_start)s
)
select coalesce(m.area_id, q.area_id) as area_id, 'residents.Person:' || q.id || '#' || f.n as fact, q.ref as person,
       p.starts as part_start, f.since, t.person_id is not null as done, t.person_id is null and %(as_of)s >= p.ends as late
from followed f
join part p on p.n = f.n
join residents_person q on q.id = f.person_id
left join taken t on t.person_id = f.person_id and t.n = f.n
left join {residents.moved} m on m.person_id = f.person_id
""",
    columns={
        "person": "reference of the person",
        "part_start": "beginning of the part of the day in which a temperature is due",
        "since": "latest finding that the person is followed for",
        "done": "a temperature was taken in that part",
        "late": "the part is over without one",
    },
    at="part_start",
    shown=("person", "part_start", "done", "late"),
    parameters=_asked,
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(STANDING, CASES, OPEN_EVIDENCE, EVENTS, CORRECTIONS, FOLLOW_UP)
