"""What codes offers to be counted: every resident's colour at the end of a day and at its beginning."""

from __future__ import annotations

from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words

COLOURS = Dataset(
    name="codes.colours",
    title=Words("居民健康码颜色", "colours of residents' codes"),
    sql="""
with now as (
    select distinct on (person_id) person_id, colour, since, rule
    from codes_colourstatus
    where since < %(day_end)s and (%(under)s = '' or person_id in {residents.near})
    order by person_id, since desc, id desc
),
before as (
    -- Only of those who got a colour during the day: for all others it is the one they have now.
    select distinct on (person_id) person_id, colour
    from codes_colourstatus
    where since < %(day_start)s and person_id in (select person_id from now where since >= %(day_start)s)
    order by person_id, since desc, id desc
)
select coalesce(m.area_id, p.area_id) as area_id, 'residents.Person:' || p.id as fact, p.ref as person,
       coalesce(n.colour, 'green') as colour,
       coalesce(case when n.since >= %(day_start)s then b.colour else n.colour end, 'green') as colour_before,
       n.since, n.rule
from residents_person p
left join {residents.moved} m on m.person_id = p.id
left join now n on n.person_id = p.id
left join before b on b.person_id = p.id
where %(under)s = '' or p.id in {residents.near}
""",
    columns={
        "person": "reference of the person",
        "colour": "colour at the day's end; green without any status",
        "colour_before": "colour when the day began",
        "since": "since when",
        "rule": "the rule that gave it",
    },
    at="since",
    shown=("person", "colour", "colour_before", "rule"),
)

APPEALS = Dataset(
    name="codes.appeals",
    title=Words("对健康码的申诉", "appeals about health codes"),
    sql="""
select coalesce(m.area_id, p.area_id) as area_id, 'codes.Appeal:' || a.id as fact, p.ref as person, a.raised_at,
       a.due_at, s.state, s.state in ('raised', 'reviewed') as open, a.due_at < %(as_of)s as past_due
from codes_appeal a
join residents_person p on p.id = a.person_id
left join {residents.moved} m on m.person_id = p.id
join lateral (
    select state from codes_appealstep where appeal_id = a.id and at < %(as_of)s order by id desc limit 1
) s on true
where a.raised_at < %(as_of)s
""",
    columns={
        "person": "reference of the person",
        "raised_at": "when it was raised",
        "due_at": "by when the district owes the decision",
        "state": "where it stands: raised, reviewed, upheld, refused, withdrawn",
        "open": "whether it waits for somebody",
        "past_due": "whether the 48 hours are over",
    },
    at="due_at",
    shown=("person", "raised_at", "due_at", "state"),
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(COLOURS)
    offer(APPEALS)
