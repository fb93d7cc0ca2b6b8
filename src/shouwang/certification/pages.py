"""Pages of units: the list of an area, and a unit's own page with where it stands, what is missing, and the steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.certification import actions, desk, queries
from shouwang.certification.labels import ITEMS, LEVELS, RESULTS, STATES, STEPS, state_pill
from shouwang.certification.ladder import State, Step
from shouwang.certification.rules import days_certified, entered
from shouwang.certification.sentences import reason
from shouwang.command.labels import role_label
from shouwang.command.policy import WATCHERS, Role
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui.shell import Crumb
from shouwang.ui.tables import Column, Empty, Table
from shouwang.ui.tongue import tongue

ON_A_PAGE = 50
HISTORY = 100
APPLYING = (Step.FIRST_REVIEW, Step.ASSESSMENT, Step.NOTICE)
"""Steps whose lists are counted on the first page: units wait there; named ones are looked at when somebody goes."""


@require_GET
@access.posted(*WATCHERS)
def units(request: HttpRequest) -> HttpResponse:
    """The units at and under the post's area as they stand today, with the shares of each kind of unit."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    day = clock.today()
    level, state = request.GET.get("level", ""), request.GET.get("state", "")
    found = areas.of_ladder((level,) if level in LEVELS else queries.LEVELS, [scope.area_path]).order_by("path")
    if state == State.NONE:
        found = found.exclude(pk__in=list(queries.standings(scope.area_path, day)))
    elif state in set(State):
        found = found.filter(pk__in=list(queries.standings(scope.area_path, day, states=[State(state)])))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    changes = queries.of_units(area.pk for area in page)
    for area in page:
        known = changes.get(area.pk, [])
        now = known[-1] if known else None
        area.level_word = LEVELS[area.level]
        area.pill = state_pill(now.state if now else State.NONE)
        area.since_at = entered(known)
        area.days = days_certified(now, day)
    table = Table(
        caption=_("Units in %(area)s") % {"area": scope.area_name},
        columns=[
            Column(
                "name", _("Unit"), row_header=True, href=lambda area: reverse("certification:unit", args=[area.code])
            ),
            Column("level_word", _("Kind")),
            Column("pill", _("State"), "pill"),
            Column("since_at", _("Since"), "moment"),
            Column("days", _("Days certified"), "number"),
        ],
        page=page,
        empty=Empty(_("No unit here stands so. Choose another kind or state.")),
    )
    context = {
        "day": day,
        "table": table,
        "shares": [
            {"word": LEVELS[one.level], "balance": one.balance, "units": one.units, "percent": one.percent}
            for one in queries.shares(scope.area_path, day)
            if one.units
        ],
        "levels": [(name, word, name == level) for name, word in LEVELS.items()],
        "states": [(str(name), word, name == state) for name, (_tone, word) in STATES.items()],
        "queues": [(step, STEPS[step], len(ones)) for step, ones in desk.waiting(scope, *APPLYING).items() if ones],
        "objections": len(queries.open_objections(scope.area_path)),
    }
    return render(request, "certification/units.html", context)


@access.posted(*WATCHERS, area="code")
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its state, what stands against it, what its naming waits for, its history; and the viewer's steps."""
    area, scope = queries.unit(code), request.scope  # type: ignore[attr-defined]
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _do(request, area.code, scope)
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("certification:unit", code=code)
    key = tongue()
    day = clock.today()
    one = queries.explained(area, day)
    offers = desk.offers(scope, area)
    context = {
        "area": area,
        "day": day,
        "one": one,
        "pill": state_pill(one.state),
        "why": one.why(key),
        "standard": one.sentence(key),
        "missing": [reason(missing, (), key) for missing in one.missing],
        "named": one.state is State.NAMED,
        "facts": _facts(area, one),
        "offers": [offer for offer in offers if not offer.refused],
        "others": [
            {
                "step": STEPS[offer.step],
                "who": role_label(Role(offer.role)),
                "why": reason(offer.refused, (), key) if offer.refused != "not_your_step" else "",
            }
            for offer in offers
            if offer.refused
        ],
        "history": _history(area, key),
        "steps": [_step(row) for row in queries.steps_of(area.pk).order_by("-at", "-pk")[:HISTORY]],
        "seen": _seen(area),
        "notices": [
            {"id": notice.pk, "at": notice.at, "text": reason(notice.status.reason, tuple(notice.status.evidence), key)}
            for notice in queries.unseen_notices(area.path).filter(status__area_id=area.pk)[:HISTORY]
        ],
        "problem": problem,
        "crumbs": [Crumb(_("Certification"), reverse("certification:units")), Crumb(area.name)],
    }
    return render(request, "certification/unit.html", context, status=problem.status if problem else 200)


def _facts(area: Any, one: queries.Explained) -> list[tuple[str, Any]]:
    days = one.standard.days_without
    return [
        (_("Kind"), LEVELS[area.level]),
        (_("Days certified"), one.days_certified),
        (_("Days without a case"), days if days is not None else _("never had one")),
        (_("Next round"), one.next_round),
        (_("Rule"), one.policy_version),
    ]


def _history(area: Any, key: str) -> list[dict[str, Any]]:
    rows = sorted(queries.history(area.pk), key=lambda row: (row.since, row.pk), reverse=True)
    found = []
    for row in rows[:HISTORY]:
        tone, word = state_pill(row.state)
        text = reason(row.reason, tuple(row.evidence), key)
        if row.step_id and row.step.mend:
            text = f"{text} {row.step.mend}"
        found.append(
            {"at": row.since, "title": text, "state": tone, "word": word, "text": "", "who": row.policy_version}
        )
    return found


def _step(row: Any) -> dict[str, Any]:
    who = _("the system") if row.by == "system" or row.by.startswith("system:") else row.by
    title = f"{STEPS.get(row.step, row.step)}: {RESULTS[row.result]}"
    return {"at": row.at, "title": title, "text": row.mend, "who": who}


def _seen(area: Any) -> list[dict[str, Any]]:
    """What the latest assessment saw of each item."""
    row = queries.steps_of(area.pk).filter(step=Step.ASSESSMENT).last()
    items = {item.item: item for item in row.items.all()} if row else {}
    return [
        {"name": ITEMS[item][0], "passed": items[item].passed, "note": items[item].note, "photo": items[item].photo}
        for item in ITEMS
        if item in items
    ]


def _do(request: HttpRequest, code: str, scope: Scope) -> None:
    told, by = request.POST, Actor.of(request)
    step, mend, passed = told.get("step", ""), told.get("mend", ""), told.get("result", "") == "passed"
    if told.get("notice", "").isdigit():
        actions.see_notice(int(told["notice"]), by=by, scope=scope)
    elif step in desk.TAKEN:
        desk.TAKEN[Step(step)](code, passed, mend=mend, by=by, scope=scope)
    elif step == Step.DECLARED:
        actions.declare(code, by=by, scope=scope)
    elif step == Step.WITHDRAWAL:
        actions.withdraw(code, by=by, scope=scope)
    elif step == Step.REMOVAL:
        actions.remove(code, why=mend, by=by, scope=scope)
    else:
        raise Refusal("certification.no_deed", field="step")
