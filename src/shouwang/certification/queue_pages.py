"""The desks' lists: units that wait for a step, dealt with one by one or many at once; and objections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shouwang import access
from shouwang.certification import actions, desk, queries
from shouwang.certification.labels import LEVELS, STEPS, state_pill
from shouwang.certification.ladder import Step
from shouwang.command.policy import OFFICERS
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui.shell import Crumb

SHOWN = 200
"""Units on one page of a queue, the longest waiting; the others are counted."""


@access.posted(*OFFICERS)
def queue(request: HttpRequest, step: str) -> HttpResponse:
    """The units that wait for a step of the post's role; several ticked are passed, or returned with what to mend."""
    if step not in desk.QUEUES:
        raise Refusal("certification.no_such_queue", status=404)
    scope: Scope = request.scope  # type: ignore[attr-defined]
    refused: list[dict[str, Any]] = []
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            done, refused = _many(request, Step(step), scope)
        except Refusal as refusal:
            problem = refusal
        else:
            if done:
                messages.success(request, _("Done: %(count)s") % {"count": done})
            if not refused:
                return redirect("certification:queue", step=step)
    found = desk.waiting(scope, Step(step))[Step(step)]
    rows = [{"one": one, "level": LEVELS[one.area.level], "pill": state_pill(one.state)} for one in found[:SHOWN]]
    context = {
        "step": step,
        "word": STEPS[step],
        "rows": rows,
        "more": max(0, len(found) - SHOWN),
        "at_once": step in desk.TAKEN,
        "refused": refused,
        "problem": problem,
        "queues": [
            {
                "url": reverse("certification:queue", args=[name]),
                "label": STEPS[name],
                "active": name == step,
                "count": None,
            }
            for name in desk.QUEUES
        ],
        "crumbs": [Crumb(_("Certification"), reverse("certification:units")), Crumb(STEPS[step])],
    }
    status = problem.status if problem else 409 if refused else 200
    return render(request, "certification/queue.html", context, status=status)


def _many(request: HttpRequest, step: Step, scope: Scope) -> tuple[int, list[dict[str, Any]]]:
    """Take a step on every ticked unit, each by itself: one that is refused leaves the others done."""
    take = desk.TAKEN.get(step)
    codes = request.POST.getlist("unit")
    if take is None or not codes:
        raise Refusal("certification.nothing_ticked", field="unit")
    passed, mend = request.POST.get("result") == "passed", request.POST.get("mend", "")
    done, refused = 0, []
    for code in dict.fromkeys(codes[:SHOWN]):
        try:
            take(code, passed, mend=mend, by=Actor.of(request), scope=scope)
            done += 1
        except Refusal as refusal:
            refused.append({"code": code, "refusal": refusal})
    return done, refused


@access.posted(*OFFICERS)
def objections(request: HttpRequest) -> HttpResponse:
    """What was said against units under notice and is not decided; who said it is not kept."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            number = request.POST.get("objection", "")
            if not number.isdigit():
                raise Refusal("certification.no_such_objection", status=404)
            upheld = request.POST.get("result") == "upheld"
            why = request.POST.get("why", "")
            actions.decide_objection(int(number), upheld, why=why, by=Actor.of(request), scope=scope)
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Decided; it is in the journal under your name."))
            return redirect("certification:objections")
    found = queries.open_objections(scope.area_path)
    context = {
        "rows": [
            {"one": one, "mine": desk.is_desk_of(scope, Step.OBJECTION, one.area, "upheld")} for one in found[:SHOWN]
        ],
        "more": max(0, len(found) - SHOWN),
        "problem": problem,
        "crumbs": [Crumb(_("Certification"), reverse("certification:units")), Crumb(_("Objections"))],
    }
    return render(request, "certification/objections.html", context, status=problem.status if problem else 200)
