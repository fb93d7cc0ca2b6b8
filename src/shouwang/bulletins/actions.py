"""Proposing risk levels and drafting bulletins: functions of the day that may run again."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins import content, queries, risk_facts
from shouwang.bulletins.models import Bulletin, RiskProposal
from shouwang.bulletins.policy import CompoundRisk, CountyRisk, Level
from shouwang.bulletins.rules import AreaFacts, propose_units, roll_up
from shouwang.bulletins.rules import RiskProposal as Proposed
from shouwang.bulletins.rules import propose_risk as decide
from shouwang.journal.actions import Actor, record

AT_RISK = (Level.HIGH, Level.MEDIUM)
ROLL_UP = "roll_up"
"""The `rule` of a county whose level is the highest of its units."""
CLUSTERS_KEPT = 20
"""How many clusters are kept with the facts of a county; the rest is a number."""


@transaction.atomic
def propose_risk(day: date, *, by: Actor) -> dict[str, Any]:
    """Propose the level of every county on a day and keep it with its facts; answers how many of each level.

    Under a rule by compound every compound and hamlet is judged: those at high or medium risk are kept with their facts
    (the rest of a county are alike), and the county carries the highest of its units with how many stand at each level.
    """
    by_county: dict[str, CountyRisk] = {}
    by_unit: list[tuple[Any, CompoundRisk, date | None]] = []
    counties = {county.path: county for county in queries.counties()}
    for path, county in counties.items():
        policy, begun = queries.risk_policy(path, day)
        if isinstance(policy, CountyRisk):
            by_county[path] = policy
        else:
            by_unit.append((county, policy, begun))
    rows = []
    codes = {path: counties[path].code for path in by_county}
    for (path, policy), facts in zip(by_county.items(), risk_facts.county_facts(by_county, codes, day), strict=True):
        rows.append(_kept(day, counties[path], decide(policy, facts)))
    counts = Counter(row.level for row in rows)
    units: Counter[str] = Counter()
    for county, unit_policy, begun in by_unit:
        of_county = _county_of_units(day, county, unit_policy, begun)
        counts[of_county[0].level] += 1
        units.update(row.level for row in of_county[1:])
        rows += of_county
    _keep(day, rows)
    told = dict(counts) | {f"units_{level}": count for level, count in units.items()}
    record(by=by, deed="bulletins.propose_risk", on="bulletins.RiskProposal:*", detail={"day": day, **told})
    return told


def _county_of_units(day: date, county: Any, policy: CompoundRisk, begun: date | None) -> list[RiskProposal]:
    """The row of a county, then those of its units at high or medium risk."""
    facts, by_code = risk_facts.unit_facts(county, policy, day, begun)
    proposed = propose_units(policy, facts)
    summed = roll_up(county.code, day, proposed)
    infected = [one.last_new for one in facts if one.last_new]
    whole = AreaFacts(
        county.code, day, cumulative=sum(one.cumulative for one in facts), last_new=max(infected, default=None),
        county_at_risk=summed.level in AT_RISK,
    )  # fmt: skip
    row = RiskProposal(
        day=day, area_id=county.pk, area_path=county.path, level=str(summed.level), rule=ROLL_UP,
        policy_version=policy.version,
        facts={
            "reason": {"zh": summed.reason("zh"), "en": summed.reason("en")},
            "facts": _plain(asdict(whole)),
            "counts": {str(level): count for level, count in summed.counts.items()},
        },
    )  # fmt: skip
    return [row, *(_kept(day, by_code[one.facts.area], one) for one in proposed if one.level in AT_RISK)]


def _kept(day: date, area: Any, proposal: Proposed) -> RiskProposal:
    return RiskProposal(
        day=day,
        area_id=area.pk,
        area_path=area.path,
        level=str(proposal.level),
        rule=proposal.rule,
        facts={
            "reason": {"zh": proposal.reason("zh"), "en": proposal.reason("en")},
            "facts": _told(proposal.facts),
        },
        policy_version=proposal.policy_version,
    )


def _told(facts: AreaFacts) -> dict[str, Any]:
    """The facts of a place as they are kept: all of them, but of a county's thousands of clusters the latest.

    Any one of them makes the level; every one would make a city's bulletin a megabyte that each page has to read.
    """
    latest = sorted(facts.clusters, key=lambda cluster: max(cluster.days), reverse=True)[:CLUSTERS_KEPT]
    left_out = len(facts.clusters) - len(latest)
    told: dict[str, Any] = _plain(asdict(replace(facts, clusters=tuple(latest)) if left_out else facts))
    return {**told, "clusters_left_out": left_out} if left_out else told


def _keep(day: date, rows: list[RiskProposal]) -> None:
    """Put the proposals of a day in place of those that were there; two runs at once follow each other."""
    RiskProposal.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["day", "area"],
        update_fields=["area_path", "level", "rule", "facts", "policy_version"],
    )
    RiskProposal.objects.filter(day=day).exclude(area_id__in=[row.area_id for row in rows]).delete()


@transaction.atomic
def draft(day: date, *, by: Actor) -> dict[str, Any]:
    """Draft the bulletin of the city and of each district, as it stands. Raises Refusal when it was not counted."""
    root = areas.root()
    places = {area.pk: area for area in [*([root] if root else []), *queries.counties()]}
    now = clock.now()
    drafts = [
        Bulletin(day=day, area_id=area.pk, area_path=area.path, content=content.compose(area, day), drafted_at=now)
        for area in places.values()
    ]
    Bulletin.objects.bulk_create(
        drafts,
        update_conflicts=True,
        unique_fields=["day", "area"],
        update_fields=["content", "drafted_at", "area_path"],
    )
    record(by=by, deed="bulletins.draft", on="bulletins.Bulletin:*", detail={"day": day, "bulletins": len(drafts)})
    return {"bulletins": len(drafts)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
