"""What certification offers to be counted: every unit of the ladder on a day, as it closes and as it began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shouwang.areas import queries as areas
from shouwang.certification import families
from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words


def outside_on(day: date) -> Mapping[str, Any]:
    """The kinds of unit that stand outside the ladder on a day, by the policy at the root of the tree."""
    root = areas.root()
    return {"outside": sorted(families.policy_on(day, root.path if root else "").outside)}


UNITS = Dataset(
    name="certification.units",
    title=Words("无疫情创建单元", "units of the certification ladder"),
    sql="""
with now as (
    select distinct on (area_id) area_id, state, held, since, named_day
    from certification_status where since < %(day_end)s order by area_id, since desc, id desc
),
before as (
    -- Only of those that changed during the day: for all others it is what they have now.
    select distinct on (area_id) area_id, state, named_day
    from certification_status
    where since < %(day_start)s and area_id in (select area_id from now where since >= %(day_start)s)
    order by area_id, since desc, id desc
),
unit as (
    select a.id as area_id, a.code, a.name, a.level, coalesce(n.state, 'none') as state,
           coalesce(n.held, false) as held,
           n.since, n.named_day,
           coalesce(case when n.since >= %(day_start)s then b.state else n.state end, 'none') as state_before,
           case when n.since >= %(day_start)s then b.named_day else n.named_day end as named_before,
           (a.valid_from is null or a.valid_from <= %(day)s) and (a.valid_until is null or a.valid_until > %(day)s)
               and not a.kind = any(%(outside)s) as stands
    from areas_area a
    left join now n on n.area_id = a.id
    left join before b on b.area_id = a.id
    where a.level in ('compound', 'community', 'village', 'street', 'district', 'city')
)
select area_id, 'areas.Area:' || area_id as fact, code, name, level, state, state_before, held, since, named_day,
       stands, (state = 'named')::int - (state_before = 'named')::int as gained,
       state = 'named' and state_before = 'suspended' and named_day = named_before as restored
from unit where stands or state = 'named' or state_before = 'named'
""",
    columns={
        "code": "code of the unit",
        "name": "its name",
        "level": "its level",
        "state": "where it stands at the day's end; none when it never declared",
        "state_before": "where it stood when the day began",
        "held": "whether its application is held by somebody who is not released",
        "since": "since when it stands so",
        "named_day": "the day of naming that counts while it is named or suspended",
        "stands": "whether it exists on the day and takes part",
        "gained": "1: named at the day's end and not when it began; -1: the other way; 0: neither",
        "restored": "whether it was restored during the day, its earlier naming still counting",
    },
    at="since",
    shown=("code", "name", "level", "state", "state_before", "named_day"),
    parameters=outside_on,
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(UNITS)
