"""Proposing risk levels and drafting bulletins: functions of the day that may run again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins import content, queries
from shouwang.bulletins.models import Bulletin, RiskProposal
from shouwang.bulletins.policy import CountyRisk
from shouwang.bulletins.rules import propose_risk as decide
from shouwang.bulletins.rules import propose_units
from shouwang.journal.actions import Actor, record


@transaction.atomic
def propose_risk(day: date, *, by: Actor) -> dict[str, Any]:
    """Propose the level of every district on a day and keep it with its facts. Answers how many of each level."""
    places = queries.districts() or [area for area in [areas.root()] if area]
    by_code = {area.code: area for area in places}
    proposals = []
    for facts in queries.facts_by_area(places, day):
        policy = queries.risk_policy(by_code[facts.area], day)
        if isinstance(policy, CountyRisk):
            proposals.append(decide(policy, facts))
        else:
            proposals.extend(propose_units(policy, [facts]))
    RiskProposal.objects.filter(day=day).delete()
    RiskProposal.objects.bulk_create(
        RiskProposal(
            day=day,
            area_id=by_code[proposal.facts.area].pk,
            area_path=by_code[proposal.facts.area].path,
            level=proposal.level,
            rule=proposal.rule,
            facts={
                "reason": {"zh": proposal.reason("zh"), "en": proposal.reason("en")},
                "facts": _plain(asdict(proposal.facts)),
            },
            policy_version=proposal.policy_version,
        )
        for proposal in proposals
    )
    counts: dict[str, Any] = {}
    for proposal in proposals:
        counts[proposal.level.value] = counts.get(proposal.level.value, 0) + 1
    record(by=by, deed="bulletins.propose_risk", on="bulletins.RiskProposal:*", detail={"day": day, **counts})
    return counts


@transaction.atomic
def draft(day: date, *, by: Actor) -> dict[str, Any]:
    """Draft the bulletin of the city and of each district, as it stands."""
    places = [area for area in [areas.root(), *queries.districts()] if area]
    now = clock.now()
    drafts = {
        area.pk: Bulletin(
            day=day, area_id=area.pk, area_path=area.path, content=content.compose(area, day), drafted_at=now
        )
        for area in places
    }
    Bulletin.objects.bulk_create(
        drafts.values(),
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
