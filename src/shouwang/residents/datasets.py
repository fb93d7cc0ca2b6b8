"""What residents offers to be counted: people and households where they live on a day.

The register has no history of who was registered when: a day long past counts the people who are in it now, each where
they lived on that day.
"""

from __future__ import annotations

from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words
from shouwang.residents.policy import NEEDS

MOVED = Dataset(
    name="residents.moved",
    title=Words("当日住在别处的人", "people who lived elsewhere on that day"),
    sql="""
select distinct on (person_id) person_id, area_id
from residents_residence where until_day > %(day)s order by person_id, until_day, id
""",
    columns={},
)
"""A part of other datasets: where people lived on the day who have moved since."""

NEAR = Dataset(
    name="residents.near",
    title=Words("所问区域的人", "people of the place asked about"),
    sql="""
select id from residents_person where area_path like %(under)s
union all select person_id from residents_residence where area_path like %(under)s
""",
    columns={},
)
"""A part of other datasets: people who live, or ever lived, where only facts of one place are wanted."""

_NEED_COLUMNS = ",\n       ".join(f"'{need}' = any(p.needs) as {need}" for need in NEEDS)

PEOPLE = Dataset(
    name="residents.people",
    title=Words("登记居民", "registered residents"),
    sql=f"""
select coalesce(m.area_id, p.area_id) as area_id, 'residents.Person:' || p.id as fact, p.ref as person,
       coalesce(p.birth_date <= %(day)s::date - interval '80 years', false) as aged_80,
       {_NEED_COLUMNS}
from residents_person p left join {{residents.moved}} m on m.person_id = p.id
where %(under)s = '' or p.id in {{residents.near}}
""",  # nosec B608 - the needs are our own vocabulary
    columns={
        "person": "reference of the person",
        "aged_80": "80 completed years on the day, by birth date",
        **{need: f"need: {en}" for need, (_zh, en) in NEEDS.items()},
    },
    shown=("person",),
)

HOUSEHOLDS = Dataset(
    name="residents.households",
    title=Words("住户", "households"),
    sql="select area_id, 'residents.Household:' || id as fact, ref as household, building, unit, dwelling"
    " from residents_household",
    columns={
        "household": "reference of the household in its compound",
        "building": "building",
        "unit": "stairwell",
        "dwelling": "dwelling",
    },
    shown=("household", "building", "unit", "dwelling"),
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(MOVED, NEAR, PEOPLE, HOUSEHOLDS)
