"""Pages of staff about appeals and exceptions, and the public count of exceptions."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.codes import appeal_rules, exception_rules, remedies, remedy_queries
from shouwang.codes.models import PassException
from shouwang.codes.remedy_queries import ShownAppeal
from shouwang.command.rules import Scope, refuse_deed
from shouwang.health.forms import local_text
from shouwang.health.panel import lines_of
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.residents.pages import for_carers

STATES: dict[str, tuple[str, str | Promise]] = {
    appeal_rules.RAISED: ("warn", gettext_lazy("waits for the community")),
    appeal_rules.REVIEWED: ("warn", gettext_lazy("waits for the district")),
    appeal_rules.UPHELD: ("ok", gettext_lazy("upheld: the record was corrected")),
    appeal_rules.REFUSED: ("neutral", gettext_lazy("not upheld")),
    appeal_rules.WITHDRAWN: ("neutral", gettext_lazy("taken back")),
}
"""State of an appeal → tone and word of its pill."""


@for_carers
@require_safe
def appeals(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open appeals of one's area, overdue ones on top."""
    waiting = remedy_queries.open_appeals_in(scope)
    known = residents.masked_by_id(scope, [one.appeal.person_id for one in waiting])
    rows = [(one, known.get(one.appeal.person_id), STATES[one.state]) for one in waiting]
    late = sum(one.overdue for one in waiting)
    return render(request, "codes/appeals.html", {"rows": rows, "late": late})


@for_carers
def appeal(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """One appeal: what was said, what is recorded, and the step that is next."""
    one = remedy_queries.appeal_in(scope, number)
    if one is None:
        raise Refusal("codes.no_such_appeal", status=404)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _take_step(request, scope, number)
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("codes:appeal", number=number)
        except Refusal as refusal:
            problem = refusal
    context = _appeal_context(request, scope, one)
    return render(
        request, "codes/appeal.html", {**context, "problem": problem}, status=problem.status if problem else 200
    )


def _take_step(request: HttpRequest, scope: Scope, number: int) -> None:
    given, by = request.POST, Actor.of(request)
    why = given.get("why", "")
    match given.get("step", ""):
        case "review":
            remedies.review_appeal(number, why=why, scope=scope, by=by)
        case "uphold":
            remedies.uphold_appeal(
                number,
                why=why,
                withdraw=given.getlist("withdraw")[:50],
                made=given.getlist("made")[:50],
                scope=scope,
                by=by,
            )
        case "refuse":
            remedies.refuse_appeal(number, why=why, next_step=given.get("next_step", ""), scope=scope, by=by)


def _appeal_context(request: HttpRequest, scope: Scope, one: ShownAppeal) -> dict[str, Any]:
    person = residents.masked_by_id(scope, [one.appeal.person_id]).get(one.appeal.person_id)
    path = person.area_path if person else ""
    lines = [line for line in lines_of(person) if not line.gone] if person else []
    made = [line for line in lines if line.row.recorded_at >= one.appeal.raised_at]
    return {
        "one": one,
        "person": person,
        "pill": STATES[one.state],
        "steps": [(step, STATES[step.state][1]) for step in one.steps],
        "lines": [line for line in lines if line not in made],
        "made": made,
        "may_review": one.state == appeal_rules.RAISED and refuse_deed(scope, remedies.REVIEW, path) is None,
        "may_decide": one.state == appeal_rules.REVIEWED and refuse_deed(scope, remedies.DECIDE, path) is None,
    }


@for_carers
def raise_appeal(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """An appeal entered for somebody who telephoned or came."""
    person = residents.masked(residents.person_in(scope, ref))
    problem: Refusal | None = None
    if request.method == "POST":
        said = request.POST.get("said", "")
        try:
            made = remedies.raise_appeal(
                person.id, person.area_path, said, raised_by="community", by=Actor.of(request), scope=scope
            )
            return redirect("codes:appeal", number=made.pk)
        except Refusal as refusal:
            problem = refusal
    context = {"person": person, "problem": problem, "said": request.POST.get("said", "")}
    return render(request, "codes/raise_appeal.html", context, status=problem.status if problem else 200)


# Exceptions


def reason_words(one: PassException) -> str:
    """The reason of a permission in the words of the policy it was asked under."""
    policy = remedies.exception_policy(clock.local_day(one.asked_at), one.area_path)
    words = policy.reasons.get(one.reason)
    return words.text(get_language() or "zh") if words else one.reason


def standing(one: PassException) -> tuple[str, str]:
    """Tone and word of a permission's pill."""
    now = clock.now()
    if one.granted is None:
        return (
            ("warn", _("waits for a second signature")) if one.ends_at > now else ("neutral", _("not signed in time"))
        )
    if not one.granted:
        return "neutral", _("not granted")
    if exception_rules.holds(one.begins_at, one.ends_at, one.granted, one.ended_at, now):
        return "ok", _("holds now")
    return ("neutral", _("over")) if one.ended_at or one.ends_at <= now else ("neutral", _("not begun"))


@for_carers
@require_safe
def exceptions(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Permissions of one's area that wait for a signature or hold."""
    listed = remedy_queries.exceptions_in(scope)
    known = residents.masked_by_id(scope, [one.person_id for one in listed])
    rows = [(one, known.get(one.person_id), reason_words(one), standing(one)) for one in listed]
    return render(request, "codes/exceptions.html", {"rows": rows})


@for_carers
def exception(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """One permission: the second signature, or its end."""
    rows = PassException.objects.filter(pk=number, person__area_path__startswith=scope.area_path)
    one = rows.first() if scope.area_path else None
    if one is None:
        raise Refusal("codes.no_such_exception", status=404)
    problem: Refusal | None = None
    if request.method == "POST":
        why, by = request.POST.get("why", ""), Actor.of(request)
        try:
            if request.POST.get("step") == "end":
                remedies.end_exception(number, why=why, scope=scope, by=by)
            else:
                granted = request.POST.get("step") == "grant"
                remedies.decide_exception(number, granted=granted, why=why, scope=scope, by=by)
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("codes:exception", number=number)
        except Refusal as refusal:
            problem = refusal
    person = residents.masked_by_id(scope, [one.person_id]).get(one.person_id)
    state = standing(one)
    context = {
        "one": one,
        "person": person,
        "reason": reason_words(one),
        "pill": state,
        "waits": one.granted is None and one.ends_at > clock.now(),
        "holds": one.granted and not one.ended_at and one.ends_at > clock.now(),
        "problem": problem,
    }
    return render(request, "codes/exception.html", context, status=problem.status if problem else 200)


@for_carers
def ask_exception(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Asking for a permission: a reason of the list, and until when."""
    person = residents.masked(residents.person_in(scope, ref))
    policy = remedies.exception_policy(clock.today(), person.area_path)
    given = request.POST
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            made = remedies.ask_exception(
                person.id,
                person.area_path,
                reason=given.get("reason", ""),
                note=given.get("note", ""),
                begins=_moment(given.get("begins", "")),
                ends=_moment(given.get("ends", "")),
                scope=scope,
                by=Actor.of(request),
            )
            return redirect("codes:exception", number=made.pk)
        except Refusal as refusal:
            problem = refusal
    now = clock.now()
    language = get_language() or "zh"
    context = {
        "person": person,
        "reasons": [(code, words.text(language)) for code, words in policy.reasons.items()],
        "chosen": given.get("reason", ""),
        "begins": given.get("begins") or local_text(now),
        "ends": given.get("ends") or local_text(now + timedelta(hours=24)),
        "hours": int(policy.longest.total_seconds() // 3600),
        "problem": problem,
    }
    return render(request, "codes/ask_exception.html", context, status=problem.status if problem else 200)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("codes.exception_times", field="ends") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.ZONE)


@access.public
@require_safe
def exception_counts(request: HttpRequest) -> HttpResponse:
    """How many permissions were granted each month, by reason: for everybody to read, without any personal data."""
    root = areas.root()
    policy = remedies.exception_policy(clock.today(), root.path if root else "")
    language = get_language() or "zh"
    months = []
    for month, rows in groupby(remedy_queries.exceptions_by_month(), key=lambda row: row[0]):
        listed = [
            (policy.reasons[reason].text(language) if reason in policy.reasons else reason, count)
            for _month, reason, count in rows
        ]
        months.append((month, listed, sum(count for _words, count in listed)))
    shell = "ui/base.html" if getattr(request, "scope", None) is not None else "ui/public_base.html"
    return render(request, "codes/exception_counts.html", {"months": months, "shell": shell})
