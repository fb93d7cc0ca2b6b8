"""What areas offers to be counted: the tree itself, and every unit that stands on a day with its closure."""

from __future__ import annotations

from shouwang.measures.datasets import Dataset, offer, offer_tree
from shouwang.measures.words import Words

TREE = "select id as area_id, path, level, code, name from areas_area"

UNITS = Dataset(
    name="areas.units",
    title=Words("区域单元", "units of the tree"),
    sql="""
with closure as (
    select distinct on (area_id) area_id, state, since
    from areas_closurestatus where since < %(day_end)s order by area_id, since desc, id desc
),
entrance as (
    select distinct on (s.entrance_id) e.area_id, s.state
    from areas_entrancestatus s join areas_entrance e on e.id = s.entrance_id
    where s.since < %(day_end)s order by s.entrance_id, s.since desc, s.id desc
),
entrances as (select area_id, count(*) as open_entrances from entrance where state = 'open' group by area_id)
select a.id as area_id, 'areas.Area:' || a.id as fact, a.code, a.name, a.level, coalesce(p.level, '') as parent_level,
       a.parent_id, coalesce(c.state = 'closed', false) as closed, c.since as closure_since,
       coalesce(e.open_entrances, 0) as open_entrances, a.households, a.residents
from areas_area a
left join areas_area p on p.id = a.parent_id
left join closure c on c.area_id = a.id
left join entrances e on e.area_id = a.id
where (a.valid_from is null or a.valid_from <= %(day)s) and (a.valid_until is null or a.valid_until > %(day)s)
""",
    columns={
        "code": "code of the unit",
        "name": "its name",
        "level": "its level",
        "parent_level": "level of the unit above; empty at the root",
        "parent_id": "number of the unit above",
        "closed": "whether its last closure status by the day's end is closed",
        "closure_since": "since when that status holds",
        "open_entrances": "entrances whose last status by the day's end is open",
        "households": "stated households",
        "residents": "stated residents",
    },
    at="closure_since",
    shown=("code", "name", "level", "closed", "open_entrances", "households", "residents"),
)


def register() -> None:
    """Offer the tree and the datasets of this room to measures."""
    offer_tree(TREE)
    offer(UNITS)
