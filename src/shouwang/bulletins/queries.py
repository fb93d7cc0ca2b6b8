"""Risk and ranking read from the day: the facts a rule needs, the levels it proposed, and drafted bulletins."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins.models import Bulletin, RiskProposal
from shouwang.bulletins.policy import CountyRisk, RankFormula, RiskPolicy, risk_from_policy
from shouwang.bulletins.rules import AreaFacts, Cluster, find_clusters
from shouwang.command import queries as command
from shouwang.measures import datasets
from shouwang.measures import queries as measures
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A case that stands at the end of the day: where, when confirmed, and the small units the person belongs to."""

    path: str
    day: date
    household: str
    stairwell: str


def require_figures(day: date) -> datetime:
    """When the day was counted. Raises Refusal when it was not: figures are never made up."""
    computed = measures.fresh(day)
    if computed is None:
        raise Refusal("bulletins.day_not_counted", status=404, day=day.isoformat())
    return computed


def risk_policy(area: Any, day: date) -> RiskPolicy:
    """The risk rule in force at a place on a day."""
    return risk_from_policy(policybook.in_force("risk", day, area.path))


def rank_formula(area: Any, day: date) -> RankFormula:
    """The ranking formula in force at a place on a day."""
    return RankFormula.from_policy(policybook.in_force("ranking", day, area.path))


def confirmations(day: date, path: str = "") -> list[Confirmation]:
    """All cases that stand at the end of a day at or under a path, one a person, by day of confirmation."""
    sql = (
        f"select a.path, c.counts_from, c.household, c.stairwell from ({datasets.expanded('health.cases')}) c"  # noqa: S608
        " join areas_area a on a.id = c.area_id where c.counted and a.path like %(under)s order by c.counts_from"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**datasets.parameters("health.cases", day), "under": f"{path}%"})
        return [
            Confirmation(row[0], clock.local_day(row[1]), row[2] or "", row[3] or "") for row in cursor.fetchall()
        ]


def clusters_of(cases: list[Confirmation], policy: RiskPolicy, day: date) -> tuple[Cluster, ...]:
    """Clusters among some cases: several confirmed in one household or on one stairwell inside the rule's window.

    A household inside a stairwell that is itself a cluster is told once, as the household, when no other household of
    the stairwell adds a case.
    """
    if not isinstance(policy, CountyRisk):
        return ()
    window = {"day": day, "window_days": policy.cluster_days, "size": policy.cluster_size}
    families = find_clusters([(case.household, case.day) for case in cases], **window)
    known = {cluster.days for cluster in families}
    stairs = find_clusters([(case.stairwell, case.day) for case in cases], **window)
    return (*families, *(cluster for cluster in stairs if cluster.days not in known))


def facts_by_area(parents: list[Any], day: date) -> list[AreaFacts]:
    """What the risk rule needs to know about each of some areas, at the end of a day."""
    by_area: defaultdict[str, list[Confirmation]] = defaultdict(list)
    paths = {area.path: area for area in parents}
    depth = {path.count("/") for path in paths}
    for case in confirmations(day):
        codes = case.path.split("/")
        for level in depth:
            by_area["/".join(codes[:level]) + "/"].append(case)
    found = []
    for path, area in paths.items():
        cases = by_area[path]
        policy = risk_policy(area, day)
        found.append(
            AreaFacts(
                area=area.code,
                day=day,
                cumulative=len(cases),
                last_new=max((case.day for case in cases), default=None),
                clusters=clusters_of(cases, policy, day),
            )
        )
    return found


def risk_rows(path: str, day: date) -> list[dict[str, Any]]:
    """The levels proposed on a day for districts at or under a path, each with its reason and what was declared."""
    proposals = list(
        RiskProposal.objects.filter(day=day, area_path__startswith=path).select_related("area").order_by("area_path")
    )
    declared = command.declared_risks(day, [proposal.area_id for proposal in proposals])
    rows = []
    for proposal in proposals:
        declaration = declared.get(proposal.area_id)
        rows.append(
            {
                "code": proposal.area.code,
                "name": proposal.area.name,
                "level": proposal.level,
                "rule": proposal.rule,
                "reason": proposal.facts["reason"],
                "facts": proposal.facts["facts"],
                "policy_version": proposal.policy_version,
                "declared": declaration.level if declaration else None,
                "declared_by": declaration.by if declaration else None,
            }
        )
    return rows


def drafted(area_id: int, day: date) -> Bulletin | None:
    """The bulletin of an area as it was drafted."""
    return Bulletin.objects.filter(area_id=area_id, day=day).first()


def latest_day(limit: date | None = None) -> date | None:
    """The last day (up to `limit`, today) that has figures; None when nothing was counted yet."""
    last = limit or clock.today()
    days = measures.computed_days(last - timedelta(days=400), last)
    return days[-1] if days else None


def districts() -> list[Any]:
    """The districts of the tree that stand, in the order of their codes."""
    return list(areas.subtree("", "district"))
