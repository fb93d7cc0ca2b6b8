"""Pages of the rules: every dated policy in plain words, what is in force now, and what was before. They only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.codes.labels import TOPICS, topic_label
from shouwang.policybook import queries as policybook
from shouwang.policybook.policy import Policy
from shouwang.policybook.show import Shown


@dataclass(frozen=True)
class Entry:
    """A policy in a topic's list: `state` is in_force, before, to_come, or elsewhere (not for this place)."""

    version: str
    state: str
    shown: Shown


@dataclass(frozen=True)
class Topic:
    """A topic with its policies for a place, the latest first, and those written for elsewhere."""

    name: str | Promise
    entries: list[Entry]
    elsewhere: list[Entry]


@access.public
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """All rules by topic: in force on a day (today) at the viewer's place, before and to come. Open to everybody."""
    day = _day(request)
    path, place = _place(request)
    book = policybook.policies()
    names = [*TOPICS, *sorted({policy.topic for policy in book} - set(TOPICS))]
    topics = [_topic(name, day, path) for name in names if any(policy.topic == name for policy in book)]
    context = {"topics": topics, "day": day, "place": place, "today": clock.today(), "shell": _shell(request)}
    return render(request, "codes/policies.html", context)


def _topic(name: str, day: date, path: str) -> Topic:
    steps = policybook.changes(name, path)
    present = [policy.version for begins, policy in steps if begins <= day][-1:]
    here: dict[str, Entry] = {}
    for begins, policy in reversed(steps):
        state = "in_force" if policy.version in present else "before" if begins <= day else "to_come"
        here.setdefault(policy.version, Entry(policy.version, state, _shown(policy)))
    others = [policy for policy in policybook.policies() if policy.topic == name and policy.version not in here]
    elsewhere = [Entry(policy.version, "elsewhere", _shown(policy)) for policy in others]
    return Topic(topic_label(name), list(here.values()), elsewhere)


@access.public
@require_safe
def policy(request: HttpRequest, version: str) -> HttpResponse:
    """One policy: its dates, authority and reason, every rule in plain words, and what in it is assumed."""
    found = policybook.find(version)
    context: dict[str, Any] = {
        "policy": _shown(found),
        "topic": topic_label(found.topic),
        "in_force": found.covers_day(clock.today()),
        "shell": _shell(request),
    }
    return render(request, "codes/policy.html", context)


def _shown(policy: Policy) -> Shown:
    return policybook.show(policy, get_language() or "zh")


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def _place(request: HttpRequest) -> tuple[str, str]:
    """Path and name of the place whose rules are asked for: the viewer's area, otherwise the whole city."""
    scope = getattr(request, "scope", None)
    if scope is not None:
        return scope.area_path, scope.area_name
    root = areas.root()
    return (root.path, root.name) if root else ("", "")


def _shell(request: HttpRequest) -> str:
    """Staff see the page inside their navigation, everybody else by itself."""
    return "ui/base.html" if getattr(request, "scope", None) is not None else "ui/public_base.html"
