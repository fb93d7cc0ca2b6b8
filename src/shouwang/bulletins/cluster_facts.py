"""The clusters of a place on a day: cases of the window with the small units they belong to, as facts hold them.

The family is the household, the stairwell a building's unit of one compound, both as registered now. Nothing records
where somebody works or stays, so no cluster of the kind `site` is found until something does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.bulletins import cluster_rules, queries
from shouwang.bulletins.cluster_rules import Case, Found
from shouwang.bulletins.policy import CountyRisk, risk_from_policy
from shouwang.measures import datasets
from shouwang.measures.counting import prepare
from shouwang.policybook import queries as policybook

_CASES = """
select c.person, c.counts_from, c.household, c.stairwell, p.id, home.code, home.name, p.building, p.unit
from ({cases}) c join areas_area a on a.id = c.area_id
left join residents_person p on p.ref = c.person
left join areas_area home on home.id = p.area_id
where c.counted and a.path like %(under)s and c.days_since < %(window)s
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A person of a cluster: row number, and where they live now."""

    person_id: int | None
    code: str
    place: str
    building: str
    unit: str


def rule_of(path: str, day: date) -> CountyRisk:
    """Window and size of a cluster: of the rule in force, or the defaults where that rule knows no clusters."""
    policy, _since = queries.risk_policy(path, day)
    if isinstance(policy, CountyRisk):
        return policy
    default: Any = risk_from_policy(policybook.find("generic/risk-always"))
    return default  # type: ignore[no-any-return]


def clusters(path: str, day: date) -> tuple[tuple[Found, ...], dict[str, Placed]]:
    """The clusters among the cases diagnosed at or under a path, and person → who and where."""
    rule = rule_of(path, day)
    sql = _CASES.format(cases=datasets.expanded("health.cases"))  # nosec B608 - registered text
    asked = {**datasets.parameters("health.cases", day), "under": f"{path}%", "window": rule.cluster_days}
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            prepare(cursor)
        cursor.execute(sql, asked)
        rows = cursor.fetchall()
    cases, placed = [], {}
    for person, found, household, stairwell, person_id, code, name, building, unit in rows:
        cases.append(Case(person or "", clock.local_day(found), family=household or "", stairwell=stairwell or ""))
        placed[person or ""] = Placed(person_id, code or "", name or "", building or "", unit or "")
    told = cluster_rules.find(cases, day=day, window_days=rule.cluster_days, size=rule.cluster_size)
    return told, placed
