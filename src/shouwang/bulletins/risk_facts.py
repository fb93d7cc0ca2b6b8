"""What the risk rules need to know of a place on a day: cases and clusters, infections, whole-area tests.

Read from the datasets that health and residents offer, as of the day's end, so that a day run again gives the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins.policy import CompoundRisk, CountyRisk
from shouwang.bulletins.rules import AreaFacts, Cluster, find_clusters
from shouwang.measures import datasets
from shouwang.measures.counting import prepare

STANDING = "health.standing"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A case that stands at the end of the day: where, when confirmed, and the small units the person belongs to."""

    path: str
    day: date
    household: str
    stairwell: str


@dataclass(frozen=True, slots=True)
class Infection:
    """A person found infected (confirmed or without symptoms): where they lived then, and on which local day."""

    path: str
    day: date


def confirmations(day: date, path: str = "") -> list[Confirmation]:
    """All cases that stand at the end of a day at or under a path, one a person, by day of confirmation."""
    sql = (
        f"select a.path, c.counts_from, c.household, c.stairwell from ({datasets.expanded('health.cases')}) c"  # nosec B608
        " join areas_area a on a.id = c.area_id where c.counted and a.path like %(under)s order by c.counts_from"
    )
    rows = _rows(sql, {**datasets.parameters("health.cases", day), "under": f"{path}%"})
    return [Confirmation(row[0], clock.local_day(row[1]), row[2] or "", row[3] or "") for row in rows]


def clusters_of(cases: Sequence[Confirmation], policy: CountyRisk, day: date) -> tuple[Cluster, ...]:
    """Clusters among some cases: several confirmed in one household or on one stairwell inside the rule's window.

    A stairwell whose cases all live in one household that is itself a cluster is told once, as the household.
    """
    families: defaultdict[str, list[Confirmation]] = defaultdict(list)
    stairs: defaultdict[str, list[Confirmation]] = defaultdict(list)
    for case in cases:
        families[case.household].append(case)
        stairs[case.stairwell].append(case)
    days, size = policy.cluster_days, policy.cluster_size
    found = find_clusters([(case.household, case.day) for case in cases], day=day, window_days=days, size=size)
    told = {cluster.unit for cluster in found}
    wider = find_clusters([(case.stairwell, case.day) for case in cases], day=day, window_days=days, size=size)
    return (*found, *(cluster for cluster in wider if not _one_told_household(cluster, stairs[cluster.unit], told)))


def _one_told_household(cluster: Cluster, cases: Sequence[Confirmation], told: set[str]) -> bool:
    homes = {case.household for case in cases if cluster.days[0] <= case.day <= cluster.days[-1]}
    return len(homes) == 1 and homes <= told


def county_facts(counties: Mapping[str, CountyRisk], codes: Mapping[str, str], day: date) -> list[AreaFacts]:
    """What the county rule needs to know. `counties`: path → the rule in force there; `codes`: path → code."""
    by_path: defaultdict[str, list[Confirmation]] = defaultdict(list)
    depths = {path.count("/") for path in counties}
    for case in confirmations(day) if counties else []:
        steps = case.path.split("/")
        for depth in depths:
            by_path["/".join(steps[:depth]) + "/"].append(case)
    return [
        AreaFacts(
            area=codes[path],
            day=day,
            cumulative=len(by_path[path]),
            last_new=max((case.day for case in by_path[path]), default=None),
            clusters=clusters_of(by_path[path], policy, day),
        )
        for path, policy in counties.items()
    ]


def unit_facts(
    county: Any, policy: CompoundRisk, day: date, begun: date | None
) -> tuple[list[AreaFacts], dict[str, Any]]:
    """What the compound rule needs to know of every compound and hamlet of a county, and code → area of them.

    A person found infected makes the place they lived in then high. Infections of the time before the rule (`begun`,
    the first day it is in force) count when their days of waiting reach into it. A place outside any compound stands
    for itself. Nothing records where the infected merely stayed, so no place has the role "medium".
    """
    units = {area.path: area for area in areas.compounds(county.path, day)}
    earliest = begun - timedelta(days=policy.high_days) if begun else None
    found: defaultdict[str, list[date]] = defaultdict(list)
    elsewhere = set()
    for infection in infections(county.path, day):
        if earliest is None or infection.day > earliest:
            unit = _unit_of(infection.path, units)
            found[unit].append(infection.day)
            if unit not in units:
                elsewhere.add(unit)
    units |= {area.path: area for area in areas.subtree(county.path, day=day) if area.path in elsewhere}
    waiting = {path: max(days) + timedelta(days=policy.high_days) for path, days in found.items() if path in units}
    tested = whole_area_tests({path: due for path, due in waiting.items() if due <= day}, day)
    facts = [
        AreaFacts(
            area=area.code,
            day=day,
            cumulative=len(found[path]) if path in found else 0,
            last_new=max(found[path]) if path in found else None,
            role="high" if path in found else None,
            negative_tests=tested.get(path, ()),
        )
        for path, area in sorted(units.items())
    ]
    return facts, {area.code: area for area in units.values()}


def _unit_of(path: str, units: Mapping[str, Any]) -> str:
    """The path of the compound that a place belongs to; of the place itself when it belongs to none."""
    return next((above for above in reversed(areas.paths_above(path)) if above in units), path)


_INFECTIONS = """
with told as materialized (
    select id, person_id, kind, time, ends_id, area_id from ({standing}) s
    where not own and kind in ('confirmed', 'clinically_diagnosed', 'asymptomatic', 'discharged', 'recovered',
                               'released', 'excluded')
      and (kind <> 'clinically_diagnosed' or time >= %(clinical_from)s)
),
excluding as (select id, person_id, ends_id from told where kind = 'excluded' and ends_id is not null),
gone as (
    select x.ends_id as id, x.person_id from excluding x
    where not exists (select 1 from excluding y where y.ends_id = x.id and y.person_id = x.person_id)
),
course as (
    select t.*, lag(t.kind) over (partition by t.person_id order by t.time, t.id) as before
    from told t left join gone g on g.id = t.id and g.person_id = t.person_id
    where t.kind <> 'excluded' and g.id is null
)
select a.path, c.time from course c join areas_area a on a.id = c.area_id
where c.kind in ('confirmed', 'clinically_diagnosed', 'asymptomatic') and a.path like %(under)s
  and (c.before is null or c.before in ('discharged', 'recovered', 'released'))
order by c.time
"""


def infections(path: str, day: date) -> list[Infection]:
    """Everybody found infected up to the end of a day at or under a path, by time.

    One a course of illness: a finding without symptoms that is later confirmed is the same infection, one after a
    discharge, recovery or release is a new one. Findings taken back and a resident's own reports are none.
    """
    sql = _INFECTIONS.format(standing=datasets.expanded(STANDING))
    rows = _rows(sql, {**datasets.parameters(STANDING, day), "under": f"{path}%"})
    return [Infection(row[0], clock.local_day(row[1])) for row in rows]


_WHOLE_AREA_TESTS = """
with place as (
    select p.unit, p.due, a.id as area_id, a.path
    from unnest(%(units)s::text[], %(dues)s::date[]) as p (unit, due)
    join areas_area a on a.path collate "C" >= p.unit collate "C" and a.path collate "C" < (p.unit || '~') collate "C"
),
told as materialized (
    select s.id, s.person_id, s.kind, s.time, s.ends_id, s.area_id, (s.time at time zone %(zone)s)::date as on_day
    from ({standing}) s
    where not s.own and s.kind in ('negative_test', 'confirmed', 'clinically_diagnosed', 'asymptomatic', 'discharged',
                                   'recovered', 'released', 'died', 'central_isolation_start', 'central_isolation_end',
                                   'excluded')
),
fact as materialized (
    select t.* from told t left join told x on x.kind = 'excluded' and x.ends_id = t.id and x.person_id = t.person_id
    where t.kind <> 'excluded' and x.id is null
),
test as (
    select distinct p.unit, t.person_id, t.on_day from fact t join place p on p.area_id = t.area_id
    where t.kind = 'negative_test' and t.on_day >= p.due
),
asked as (select distinct unit, on_day from test),
ever as (
    select p.unit, r.id as person_id, r.area_id from place p join residents_person r on r.area_path = p.path
    union
    select p.unit, m.person_id, r.area_id from place p join residents_residence m on m.area_id = p.area_id
    join residents_person r on r.id = m.person_id
),
resident as (
    select a.unit, a.on_day, e.person_id from asked a join ever e on e.unit = a.unit
    where coalesce((
        select m.area_id from residents_residence m where m.person_id = e.person_id and m.until_day > a.on_day
        order by m.until_day, m.id limit 1
    ), e.area_id) in (select p.area_id from place p where p.unit = a.unit)
),
untested as (
    select r.* from resident r
    left join test t on t.unit = r.unit and t.on_day = r.on_day and t.person_id = r.person_id
    where t.person_id is null
),
missing as (
    select u.unit, u.on_day from untested u
    where coalesce((
        select t.kind from fact t
        where t.person_id = u.person_id and t.on_day <= u.on_day and t.kind <> 'negative_test'
        order by t.kind = 'died' desc, t.time desc, t.id desc limit 1
    ), '') not in ('confirmed', 'clinically_diagnosed', 'asymptomatic', 'central_isolation_start', 'died')
)
select unit, on_day from asked a
where not exists (select 1 from missing m where m.unit = a.unit and m.on_day = a.on_day)
order by unit, on_day
"""


def whole_area_tests(due: Mapping[str, date], day: date) -> dict[str, tuple[date, ...]]:
    """Path of a unit → the days from the one it is `due` to `day` on which the whole unit tested negative.

    *Assumed*, since the record does not say what a whole-area test is: every registered resident who lived in the unit
    on that day has a negative test recorded on that local day, except those who were away as infected or in central
    isolation, or had died. A day without any test is none.
    """
    if not due:
        return {}
    sql = _WHOLE_AREA_TESTS.format(standing=datasets.expanded(STANDING))
    rows = _rows(sql, {**datasets.parameters(STANDING, day), "units": list(due), "dues": list(due.values())})
    found: defaultdict[str, list[date]] = defaultdict(list)
    for unit, on_day in rows:
        found[unit].append(on_day)
    return {unit: tuple(days) for unit, days in found.items()}


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            prepare(cursor)
        cursor.execute(sql, parameters)
        found: list[Any] = cursor.fetchall()
        return found
