"""Cases as a dataset: who counts as a case at a day's end and who did when it began, cured, died.

Each person once, by the first diagnosis that stands, and only by what others than the person reported. A diagnosis,
discharge or death stands until an `excluded` event names it, and again once that is named by another. The tests hold
this to case_rules.case_spans.
"""

from __future__ import annotations

from shouwang.measures.datasets import Dataset
from shouwang.measures.words import Words

CASES = Dataset(
    name="health.cases",
    title=Words("病例", "cases"),
    sql="""
with told as materialized (
    select id, person_id, kind, time, ends_id, area_id from {health.standing} s
    where kind = 'excluded'
       or (not own and kind in ('confirmed', 'clinically_diagnosed', 'discharged', 'recovered', 'died'))
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
                       when 'clinically_diagnosed' then
                           case when t.time < %(clinical_from)s::timestamptz then %(clinical_from)s
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
           coalesce(n.id, b.id) as id, coalesce(n.kind, b.kind) as kind,
           coalesce(n.counts_from, b.counts_from) as counts_from,
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
       %(day)s::date - (s.counts_from at time zone %(zone)s)::date as days_since,
       'household ' || p.household_id as household,
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
    },
    at="counts_from",
    shown=("person", "kind", "counts_from", "cured_at", "died_at"),
)
