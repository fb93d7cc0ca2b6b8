"""What command offers to be counted: posts in office, guards at closed compounds, communities and their reports."""

from __future__ import annotations

from datetime import date, datetime, time

from shouwang import clock
from shouwang.command.policy import OFFICERS, REPORT_DUE_HOUR
from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words

IN_OFFICE = "p.from_day <= %(day)s and (p.until_day is null or p.until_day >= %(day)s)"
"""Both days of a post count, as in rules.in_office."""

POSTS = Dataset(
    name="command.posts",
    title=Words("在岗岗位", "posts in office"),
    sql=f"""
select p.area_id, 'command.Post:' || p.id as fact, p.role, p.role = any(%(officers)s) as officer,
       p.from_day, p.until_day
from command_post p where {IN_OFFICE}
""",  # nosec B608 - our own text
    columns={
        "role": "role of the post",
        "officer": "whether the role runs an area (city, district, street or community officer)",
        "from_day": "first day",
        "until_day": "last day, if any",
    },
    shown=("role", "from_day", "until_day"),
    parameters=lambda day: {"officers": sorted(OFFICERS)},
)

WATCH = Dataset(
    name="command.watch",
    title=Words("封闭小区的值守", "the watch at closed compounds"),
    sql=f"""
with guard as (select distinct p.area_id from command_post p where p.role = 'gate_guard' and {IN_OFFICE})
select u.area_id, 'areas.Area:' || u.area_id as fact, u.code, u.name, u.closure_since, u.open_entrances,
       (own.area_id is not null or above.area_id is not null) as guarded
from {{areas.units}} u
left join guard own on own.area_id = u.area_id
left join guard above on above.area_id = u.parent_id
where u.level = 'compound' and u.closed
""",  # nosec B608 - our own text
    columns={
        "code": "code of the compound",
        "name": "its name",
        "closure_since": "closed since",
        "open_entrances": "open entrances at the day's end",
        "guarded": "a gate guard is in office that day at the compound or at the community or village above it",
    },
    at="closure_since",
    shown=("code", "name", "open_entrances", "guarded"),
)

COMMUNITIES = Dataset(
    name="command.communities",
    title=Words("社区（村）及其日报", "communities and villages with their daily reports"),
    sql=f"""
with officer as (select distinct p.area_id from command_post p where p.role = 'community_officer' and {IN_OFFICE}),
status as (
    select distinct on (s.report_id) s.report_id, s.state, s.at
    from command_dailyreportstatus s join command_dailyreport r on r.id = s.report_id
    where r.day = %(day)s and s.at < %(day_end)s order by s.report_id, s.at desc, s.id desc
),
in_time as (
    select distinct s.report_id
    from command_dailyreportstatus s join command_dailyreport r on r.id = s.report_id
    where r.day = %(day)s and s.state = 'confirmed' and s.at <= %(report_due)s
)
select u.area_id, coalesce('command.DailyReport:' || r.id, 'areas.Area:' || u.area_id) as fact,
       u.code, u.name, u.level,
       o.area_id is not null as has_officer, r.id is not null as filled,
       coalesce(s.state, '') as state, s.at as state_at,
       (i.report_id is null and %(as_of)s > %(report_due)s) as late
from {{areas.units}} u
left join officer o on o.area_id = u.area_id
left join command_dailyreport r on r.area_id = u.area_id and r.day = %(day)s
left join status s on s.report_id = r.id
left join in_time i on i.report_id = r.id
where u.level in ('community', 'village')
""",  # nosec B608 - our own text
    columns={
        "code": "code of the community or village",
        "name": "its name",
        "level": "community or village",
        "has_officer": "a community officer is in office there that day",
        "filled": "its report of the day was filled",
        "state": "last state of the report by the day's end: confirmed, accepted, returned, or empty",
        "state_at": "when it came into that state",
        "late": "not confirmed by the hour reports are due, and that hour is over",
    },
    at="state_at",
    shown=("code", "name", "level", "has_officer", "filled", "state", "late"),
    parameters=lambda day: {"report_due": report_due(day)},
)


def report_due(day: date) -> datetime:
    """The moment by which a day's report is to be confirmed."""
    return datetime.combine(day, time(REPORT_DUE_HOUR), tzinfo=clock.ZONE)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(POSTS, WATCH, COMMUNITIES)
