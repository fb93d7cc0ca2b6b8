"""The part of the person page that shows the colour with its reasons, worked out from the evidence at that moment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from shouwang.codes import queries
from shouwang.codes.rules import NO_RULE
from shouwang.health.labels import anchor, kind_label
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal
from shouwang.residents.queries import MaskedPerson

SHOWN_BEFORE = 20
"""Earlier decisions listed; a person with more has a page of evidence that says it all."""


def render(request: HttpRequest, person: MaskedPerson) -> str:
    """The panel for a person whom the viewer may see."""
    language = get_language() or "zh"
    try:
        present = queries.colour_of(person.id, person.area_path)
    except Refusal as refusal:
        return render_to_string("codes/panel.html", {"problem": refusal}, request=request)
    decision = present.decision
    course = queries.course_of(person.id, person.area_path)
    context: dict[str, Any] = {
        "decision": decision,
        "present": present,
        "reason": decision.reason(language),
        "next_step": decision.next_step(language),
        "rule": rule_words(decision.policy_version, decision.rule, language),
        "evidence": [
            {"title": kind_label(one.kind), "since": one.since, "anchor": anchor(one.event), "event": one.event}
            for one in decision.evidence
        ],
        "before": [
            {
                "at": change.at,
                "state": str(change.decision.colour),
                "title": rule_words(change.decision.policy_version, change.decision.rule, language),
                "text": change.decision.reason(language),
            }
            for change in course[-SHOWN_BEFORE - 1 : -1][::-1]
        ],
    }
    return render_to_string("codes/panel.html", context, request=request)


def rule_words(version: str, rule: str, language: str) -> str:
    """A rule of a policy in plain words; empty for the decision that no rule applies."""
    if rule == NO_RULE:
        return ""
    shown = policybook.show(policybook.find(version), language)
    return next((line.text for line in shown.lines if line.field == f"body.rules.{rule}"), rule)
