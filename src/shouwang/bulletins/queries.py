"""Reading what the day made: proposed and declared risk levels, the policies in force, drafted bulletins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins.models import Bulletin, RiskProposal
from shouwang.bulletins.policy import Level, RankFormula, RiskPolicy, risk_from_policy
from shouwang.bulletins.rules import AreaFacts, propose_risk
from shouwang.command import queries as command
from shouwang.measures import datasets
from shouwang.measures import queries as measures
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside are slips of the pen, and near the ends of what a date can be nothing can be counted back."""


def require_figures(day: date) -> datetime:
    """When the day was counted. Raises Refusal when it was not: figures are never made up."""
    computed = measures.fresh(day)
    if computed is None:
        raise Refusal("bulletins.day_not_counted", status=404, day=day.isoformat())
    return computed


def is_counted(day: date) -> bool:
    """Whether a day has figures."""
    return measures.fresh(day) is not None


def refuse_to_count(day: date) -> Refusal | None:
    """Why a day that has no figures cannot be run now: it has not begun, or nothing is known of it or before it."""
    today = clock.today()
    if day < FIRST_DAY:
        return Refusal("bulletins.nothing_recorded_yet", day=day.isoformat())
    if day > today:
        return Refusal("bulletins.day_to_come", day=day.isoformat(), today=today.isoformat())
    if day == today or _anything_recorded(day):
        return None
    return Refusal("bulletins.nothing_recorded_yet", day=day.isoformat())


def _anything_recorded(day: date) -> bool:
    """Whether anything is known to have happened by the end of a day: a health event, or a compound closed."""
    events = f"select 1 from ({datasets.expanded('health.standing')}) s"  # nosec B608 - registered text
    closures = "select 1 from areas_closurestatus where since < %(day_end)s"
    with connection.cursor() as cursor:
        cursor.execute(f"select exists({events}) or exists({closures})", datasets.parameters("health.standing", day))
        return bool(cursor.fetchone()[0])


def risk_policy(path: str, day: date) -> tuple[RiskPolicy, date | None]:
    """The risk rule in force at a place on a day, and since when (None: always)."""
    policy = policybook.in_force("risk", day, path)
    return risk_from_policy(policy), policy.in_force_from


def rank_formula(path: str, day: date) -> RankFormula:
    """The ranking formula in force at a place on a day."""
    return RankFormula.from_policy(policybook.in_force("ranking", day, path))


def counties() -> list[Any]:
    """The places that have a risk level of their own: the districts that stand, by code; the root where none does."""
    root = areas.root()
    return list(areas.subtree("", "district")) or ([root] if root else [])


def risk_rows(path: str, day: date) -> list[dict[str, Any]]:
    """The levels proposed on a day for every county at or under a path, each with its reason and what was declared.

    Under a rule by compound a county carries `counts` (level → how many of its units) and `units`: those at high or
    medium risk, highest first. For a place inside a county that county is given, with the units at or under the place.
    """
    near = RiskProposal.objects.filter(day=day, area_path__startswith=path)
    above = RiskProposal.objects.filter(day=day, area_path__in=areas.paths_above(path)) if path else near.none()
    proposals = list((near | above).select_related("area").order_by("area_path"))
    declared = command.declared_risks(day, [proposal.area_id for proposal in proposals])
    rows: list[dict[str, Any]] = []
    for proposal in proposals:
        row = _row(proposal, declared.get(proposal.area_id))
        if "counts" in proposal.facts or not rows or not proposal.area_path.startswith(rows[-1]["path"]):
            rows.append({**row, "path": proposal.area_path, "counts": proposal.facts.get("counts"), "units": []})
        else:
            rows[-1]["units"].append(row)
    for row in rows:
        del row["path"]
        row["units"].sort(key=lambda unit: (unit["level"] != Level.HIGH, unit["code"]))
    return rows


def _row(proposal: RiskProposal, declaration: Any) -> dict[str, Any]:
    return {
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


def rest_of(county: dict[str, Any], path: str, day: date) -> dict[str, Any]:
    """Level, rule and reason of a unit that is neither high nor medium, given the row of its county (`risk_rows`)."""
    policy = risk_from_policy(policybook.find(county["policy_version"]))
    at_risk = county["level"] in (Level.HIGH, Level.MEDIUM)
    proposal = propose_risk(policy, AreaFacts(path, day, county_at_risk=at_risk))
    reason = {"zh": proposal.reason("zh"), "en": proposal.reason("en")}
    undeclared = {"declared": None, "declared_by": None}
    return {"level": str(proposal.level), "rule": proposal.rule, "reason": reason, **undeclared}


def proposals_of(area_id: int, since: date, until: date) -> Any:
    """What was proposed for a place from one day to another, the newest first."""
    return RiskProposal.objects.filter(area_id=area_id, day__gte=since, day__lte=until).order_by("-day")


def sentence_of(area_id: int, reason_zh: str, key: str) -> str:
    """A rule's reason, kept in Chinese with a declaration, in `zh` or `en`; as it is when no proposal gave it."""
    one = RiskProposal.objects.filter(area_id=area_id, facts__reason__zh=reason_zh).order_by("-day").first()
    return str(one.facts["reason"][key]) if one else reason_zh


def drafted(area_id: int, day: date) -> Bulletin | None:
    """The bulletin of an area as it was drafted."""
    return Bulletin.objects.filter(area_id=area_id, day=day).first()


def latest_day(limit: date | None = None) -> date | None:
    """The last day (up to `limit`, today) that has figures; None when nothing was counted yet."""
    days = measures.computed_days(FIRST_DAY, limit or clock.today())
    return days[-1] if days else None


def levels_by_code(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Code → row of `risk_rows`, counties and units alike."""
    return {row["code"]: row for county in rows for row in (county, *county["units"])}


def a_day(text: str) -> date:
    """The day somebody wrote, as 2020-02-14. Raises Refusal when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refusal("bulletins.no_such_day", status=404, day=text)
    return day
