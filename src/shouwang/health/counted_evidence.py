"""Open evidence and follow-up as datasets: what rules.py and followup.py say of one person, said of everybody at once.

The lists of kinds, and what ends or turns which, are written into the SQL from the tables in rules.py; the tests hold
the result to rules.evidence_of and followup.parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.health import queries
from shouwang.health.followup import ELSEWHERE, FOLLOWED, parts_of
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import BEARS, CASE, CONVERTS, DISEASE, ENDS, FEVER_CHECK, SELF_REPORT_ENDS, Kind
from shouwang.measures.datasets import Dataset
from shouwang.measures.words import Words

INSTANT = timedelta(microseconds=1)
"""The finest step of stored time: "before T" is the same as "at T less one instant"."""


def policy_of(day: date) -> HealthPolicy:
    """The health policy in force on a day at the root of the tree, by which the whole city is counted."""
    root = areas.root()
    return queries.policy_on(day, root.path if root else "")


_TURNED_INTO = {"confirmed": "confirmed_at", "clinically_diagnosed": "diagnosed_at", "suspected": "suspected_at"}
_ENDED_BY = {kind: f"{kind}_at" for kind in ENDS}


def _words(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


def _latest(time: str, kind: str, columns: Mapping[str, str]) -> str:
    return ", ".join(f"max({time}) filter (where {kind} = '{name}') as {column}" for name, column in columns.items())


def _ended_at(kind: str, own: bool) -> str:
    """The last moment at which anything ended evidence of a kind, as SQL: what ENDS and CONVERTS say of it."""
    ends = [
        column
        for by, column in _ENDED_BY.items()
        if kind in ENDS[by] or (own and kind in DISEASE and by in SELF_REPORT_ENDS)
    ]
    turns = [column for by, column in _TURNED_INTO.items() if kind in CONVERTS[by]]
    return f"when '{kind}' then greatest({', '.join(ends + turns)})" if ends + turns else ""


def _ended(own: bool) -> str:
    kinds = [*sorted({*BEARS.values()} - {"symptom"}), FEVER_CHECK]
    return f"case b.kind {' '.join(filter(None, (_ended_at(kind, own) for kind in kinds)))} end"


_BORNE = {kind: bears for kind, bears in BEARS.items() if kind != Kind.SYMPTOM} | {Kind.TEMPERATURE: FEVER_CHECK}

_EVIDENCE_SQL = f"""
with moment as (select at, n from unnest(%(moments)s::timestamptz[]) with ordinality as m (at, n)),
told as materialized (
    select id, person_id, kind, time, ends_id, area_id, own from {{health.standing}} s
    where kind not in ('temperature', 'symptom') or (kind = 'temperature' and value >= %(fever_threshold)s)
),
borne as materialized (
    select id, person_id, time, area_id, own,
           case kind {" ".join(f"when '{kind}' then '{bears}'" for kind, bears in _BORNE.items())} end as kind
    from told where kind in ({_words(_BORNE)})
),
taking_back as (
    select person_id, ends_id, min(time) as time from told
    where kind = 'excluded' and ends_id is not null group by person_id, ends_id
),
holding as (
    select m.n, e.person_id, e.kind, e.time, case when e.kind <> 'died' then e.ends_id end as ends_id
    from moment m join told e on e.time < m.at
    left join taking_back x on x.ends_id = e.id and x.person_id = e.person_id
    where e.kind in ({_words([*ENDS, Kind.DIED])}) and (x.time is null or greatest(x.time, e.time) >= m.at)
),
named as (
    select n, person_id, ends_id as id, bool_or(kind = 'excluded') as withdrawn
    from holding where ends_id is not null group by n, person_id, ends_id
),
ended as (
    select n, person_id, bool_or(kind = 'died') as died,
           {_latest("time", "kind", _ENDED_BY)}
    from holding where ends_id is null group by n, person_id
),
turned as (
    select m.n, b.person_id,
           {_latest("b.time", "b.kind", _TURNED_INTO)}
    from moment m join borne b on b.time < m.at
    left join named x on x.n = m.n and x.id = b.id and x.person_id = b.person_id
                     and x.withdrawn and b.kind <> 'suspected'
    where not b.own and b.kind in ({_words(_TURNED_INTO)}) and x.id is null
    group by m.n, b.person_id
),
test as (select person_id, kind, time from told where kind in ('negative_test', 'positive_test')),
cleared as (
    select b.id, min(later.time) as at
    from borne b
    join test earlier on earlier.person_id = b.person_id and earlier.kind = 'negative_test' and earlier.time >= b.time
    join test later on later.person_id = b.person_id and later.kind = 'negative_test'
                   and later.time >= earlier.time + %(negatives_apart)s
    where b.kind in ({_words(DISEASE - CASE)})
      and not exists (select 1 from test p where p.person_id = b.person_id and p.kind = 'positive_test'
                      and p.time between earlier.time and later.time)
    group by b.id
)
select m.n, b.id, b.person_id, b.kind, b.time, b.area_id, b.own
from moment m
join borne b on b.time < m.at
left join named k on k.n = m.n and k.id = b.id and k.person_id = b.person_id
left join ended e on e.n = m.n and e.person_id = b.person_id
left join turned v on v.n = m.n and v.person_id = b.person_id
left join cleared c on c.id = b.id and c.at < m.at
where k.id is null and c.id is null and (b.kind = 'died' or e.died is not true)
  and (b.time <= case when b.own then {_ended(own=True)} else {_ended(own=False)} end) is not true
"""  # nosec B608 - our own tables of kinds


def _moments(day: date) -> dict[str, Any]:
    """The moments (exclusive) at which evidence is looked at: when followup.parts asks, and last the day's end."""
    policy, now, end_of_day = policy_of(day), clock.now(), clock.day_bounds(day)[1]
    bounds = parts_of(day, policy.followup_times_a_day)
    asked = [min(end - INSTANT, max(now, start)) + INSTANT for start, end in bounds]
    moments = asked if asked[-1] == end_of_day else [*asked, end_of_day]
    return {
        "moments": moments,
        "day_end_n": len(moments),
        "part_starts": [start for start, _end in bounds],
        "part_ends": [end for _start, end in bounds],
        "asked_moments": asked,
        "followup": policy.followup,
        "followed_kinds": sorted(FOLLOWED),
        "elsewhere_kinds": sorted(ELSEWHERE),
    }


EVIDENCE_AT = Dataset(
    name="health.evidence_at",
    title=Words("各时刻在管情形", "evidence open at some moments"),
    sql=_EVIDENCE_SQL,
    columns={},
    parameters=_moments,
    shared=True,
)
"""A part of the two below: evidence open just before each moment (`n` from 1): rules.evidence_of of everybody."""

OPEN_EVIDENCE = Dataset(
    name="health.open_evidence",
    title=Words("当日结束时的在管情形", "findings open at the day's end"),
    sql="""
with classed as (
    select o.*, case when o.own and o.kind not in ('close_contact', 'secondary_contact', 'central_isolation',
                                                   'home_isolation') then 'self_reported'
                     when o.kind = 'clinically_diagnosed' then 'confirmed' else o.kind end as class
    from {health.evidence_at} o where o.n = %(day_end_n)s and o.kind <> 'died'
),
latest as (
    select distinct on (person_id, class) person_id, class, id, kind, time, own
    from classed order by person_id, class, time desc, id desc
)
select coalesce(m.area_id, p.area_id) as area_id, 'health.HealthEvent:' || l.id as fact, p.ref as person,
       l.class, l.kind, l.time as since,
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
)

FOLLOW_UP = Dataset(
    name="health.follow_up",
    title=Words("居家随访（每人每时段）", "home follow-up, one row a person and part of the day"),
    sql="""
with part as (
    select n, starts, ends, asked from
    unnest(%(part_starts)s::timestamptz[], %(part_ends)s::timestamptz[], %(asked_moments)s::timestamptz[])
    with ordinality as p (starts, ends, asked, n)
),
followed as (
    select o.person_id, o.n, max(o.time) filter (where o.kind = any(%(followed_kinds)s)) as since
    from {health.evidence_at} o join part p on p.n = o.n
    group by o.person_id, o.n
    having not bool_or(o.kind = any(%(elsewhere_kinds)s))
       and bool_or(o.kind = any(%(followed_kinds)s) and p.asked <= o.time + %(followup)s)
),
taken as (
    select distinct s.person_id, p.n from {health.standing} s join part p on s.time >= p.starts and s.time < p.ends
    where s.kind = 'temperature' and s.time >= %(day_start)s
)
select coalesce(m.area_id, q.area_id) as area_id, 'residents.Person:' || q.id || '#' || f.n as fact, q.ref as person,
       p.starts as part_start, f.since, t.person_id is not null as done,
       t.person_id is null and %(as_of)s >= p.ends as late
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
)
