"""Pages of command: switching posts, daily reports, who is posted where, stage and declared risk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwang import access, clock
from shouwang.accounts import actions as account_actions
from shouwang.accounts import queries as accounts
from shouwang.command import actions, queries
from shouwang.command.forms import PostForm, RiskForm, StageForm, StepForm
from shouwang.command.labels import risk_label, role_label, stage_label
from shouwang.command.models import DailyReport
from shouwang.command.policy import OFFICERS, POWERS, REPORT_MEASURES, WATCHERS, RiskLevel, Role, Stage
from shouwang.command.rules import REPORT_STEPS
from shouwang.journal.actions import Actor
from shouwang.measures import catalogue
from shouwang.measures import queries as measures
from shouwang.refusal import Refusal
from shouwang.ui.tables import Column, Empty, Table

STATE_PILLS = {
    None: ("warn", "Waiting for the community"),
    "confirmed": ("info", "Confirmed"),
    "accepted": ("ok", "Accepted"),
    "returned": ("bad", "Returned"),
}


def state_pill(state: str | None) -> tuple[str, str]:
    """Tone and word of a report's state."""
    words = {
        None: _("Waiting for the community"),
        "confirmed": _("Confirmed"),
        "accepted": _("Accepted"),
        "returned": _("Returned"),
    }
    return STATE_PILLS[state][0], words[state]


@access.signed_in
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Use another of one's own posts in this session."""
    chosen = request.POST.get("post", "")
    if any(str(post.pk) == chosen for post in request.posts):  # type: ignore[attr-defined]
        request.session["post"] = int(chosen)
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe else "/")


@access.posted(*OFFICERS, Role.OBSERVER, Role.INSPECTOR, Role.ADMINISTRATOR)
def reports(request: HttpRequest) -> HttpResponse:
    """The daily reports of the viewer's area on a day: which wait, which are confirmed, accepted, returned."""
    day = _day(request)
    found = queries.reports(request.scope.area_path, day)  # type: ignore[attr-defined]
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    for report in page:
        report.pill = state_pill(report.state)  # type: ignore[attr-defined]
    table = Table(
        caption=_("Daily reports of %(day)s") % {"day": day},
        columns=[
            Column("area", _("Community"), row_header=True, href=lambda r: reverse("command:report", args=[r.pk])),
            Column("pill", _("State"), "pill"),
            Column("filled_at", _("Filled at"), "moment"),
            Column("state_at", _("Last step at"), "moment"),
        ],
        page=page,
        empty=Empty(_("No report has been filled for this day. Reports are filled every morning at 06:30.")),
    )
    states = measures.figures(request.scope.area_path, day)  # type: ignore[attr-defined]
    context = {"table": table, "day": day, "states": states, "to_accept": _to_accept(request, day).count()}
    return render(request, "command/reports.html", context)


@access.posted(*POWERS["command.accept_report"])
@require_POST
def accept_all(request: HttpRequest) -> HttpResponse:
    """Accept every report of a day that is confirmed, for the street's officer."""
    day = _day(request)
    ready = list(_to_accept(request, day).values_list("pk", flat=True))
    scope = request.scope  # type: ignore[attr-defined]
    accepted = actions.step_reports(ready, "accepted", by=Actor.of(request), scope=scope)
    messages.success(
        request, _("%(count)s reports accepted; it is in the journal under your name.") % {"count": accepted}
    )
    return redirect(f"{reverse('command:reports')}?day={day}")


def _to_accept(request: HttpRequest, day: date) -> QuerySet[DailyReport]:
    """The confirmed reports that the viewer may accept; none for those who accept none."""
    scope = request.scope  # type: ignore[attr-defined]
    if scope.role not in POWERS["command.accept_report"]:
        return DailyReport.objects.none()
    return queries.reports(scope.area_path, day).filter(state="confirmed")


@access.posted(*OFFICERS, Role.OBSERVER, Role.INSPECTOR, Role.ADMINISTRATOR)
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report: its figures, what happened to it, and the next step if it is the viewer's to take."""
    scope = request.scope  # type: ignore[attr-defined]
    shown = (
        DailyReport.objects.filter(pk=report_id, area_path__startswith=scope.area_path).select_related("area").first()
    )
    if shown is None:
        raise Refusal("command.outside_area", status=404, area=scope.area_name)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            actions.step_report(
                report_id,
                request.POST.get("step", ""),
                by=Actor.of(request),
                scope=scope,
                why=request.POST.get("reason", ""),
            )
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("command:report", report_id=report_id)
    statuses = list(queries.report_statuses(shown))
    state = statuses[-1].state if statuses else "filled"
    steps = [
        (step, StepForm(initial={"step": step}, auto_id=f"{step}-%s"))
        for (now, step), deed in REPORT_STEPS.items()
        if now == state and scope.role in POWERS[deed]
    ]
    language = get_language() or "zh"
    figures = [
        {
            "title": catalogue.measure(name).title.say(language),
            "unit": catalogue.measure(name).unit.say(language),
            "value": shown.figures.get(name),
            "href": reverse("bulletins:facts", args=[name, shown.area.code, shown.day.isoformat()]),
        }
        for name in REPORT_MEASURES
    ]
    history = [
        {"at": status.at, "title": state_pill(status.state)[1], "text": status.why, "who": status.by}
        for status in statuses
    ]
    context = {
        "report": shown,
        "figures": figures,
        "history": history,
        "steps": steps,
        "state": state_pill(statuses[-1].state if statuses else None),
        "problem": problem,
    }
    return render(request, "command/report.html", context, status=400 if problem else 200)


@access.posted(*POWERS["command.post"])
def staff(request: HttpRequest) -> HttpResponse:
    """Who is posted in the viewer's area; posting somebody."""
    scope = request.scope  # type: ignore[attr-defined]
    form = PostForm(request.POST or None)
    problem: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _grant(form.cleaned_data, request)
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("The post was given; it is in the journal under your name."))
            return redirect("command:staff")
    page = Paginator(queries.staff(scope), 50).get_page(request.GET.get("page"))
    for post in page:
        post.role_word = role_label(post.role)  # type: ignore[attr-defined]
        post.end_label = _("End")  # type: ignore[attr-defined]
    table = Table(
        caption=_("Posts in %(area)s") % {"area": scope.area_name},
        columns=[
            Column("account", _("Name"), row_header=True),
            Column("role_word", _("Role")),
            Column("area", _("Area")),
            Column("from_day", _("First day"), "day"),
            Column("until_day", _("Last day"), "day"),
            Column("end_label", _("Change"), href=lambda p: reverse("command:end_post", args=[p.pk])),
        ],
        page=page,
        empty=Empty(_("Nobody is posted here yet. Give the first post with the form below.")),
    )
    context = {"table": table, "form": form, "problem": problem}
    return render(request, "command/staff.html", context, status=400 if problem or form.errors else 200)


def _grant(data: dict[str, Any], request: HttpRequest) -> None:
    by = Actor.of(request)
    try:
        account = accounts.by_username(data["username"])
    except Refusal:
        account = account_actions.create_account(data["username"], data["display_name"], data["password"], by=by)
    actions.grant_post(
        account,
        Role(data["role"]),
        data["area_code"],
        data["from_day"],
        until_day=data["until_day"],
        by=by,
        granter=request.scope,  # type: ignore[attr-defined]
    )


@access.posted(*POWERS["command.post"])
def end_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post, with the reason."""
    scope = request.scope  # type: ignore[attr-defined]
    post = queries.staff(scope).filter(pk=post_id).first()
    if post is None:
        raise Refusal("command.outside_area", status=404, area=scope.area_name)
    error = ""
    if request.method == "POST":
        why = request.POST.get("reason", "").strip()
        if len(why) >= 4:
            actions.end_post(post_id, clock.today(), by=Actor.of(request), granter=scope, why=why)
            messages.success(request, _("The post ends today."))
            return redirect("command:staff")
        error = Refusal("command.reason_needed").words(get_language() or "zh")
    context = {"post": post, "role_word": role_label(post.role), "error": error}
    return render(request, "command/end_post.html", context, status=400 if error else 200)


@access.posted(*WATCHERS)
def stage(request: HttpRequest) -> HttpResponse:
    """The stage and declared risk of the viewer's area, their history, and declaring them."""
    scope = request.scope  # type: ignore[attr-defined]
    initial = {"area_code": scope.area_code, "from_day": clock.today()}
    which = request.POST.get("which", "")
    stage_form = StageForm(request.POST if which == "stage" else None, initial=initial, prefix="stage")
    risk_form = RiskForm(request.POST if which == "risk" else None, initial=initial, prefix="risk")
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            if _declare(stage_form, risk_form, which, request):
                messages.success(request, _("Declared; it is in the journal under your name."))
                return redirect("command:stage")
        except Refusal as refusal:
            problem = refusal
    stages = [
        {
            "at": status.recorded_at,
            "title": f"{status.area.name} · {stage_label(status.stage)} · {status.from_day}",
            "text": status.why,
            "who": status.by,
        }
        for status in queries.stages(scope.area_path)[:50]
    ]
    risks = [
        {
            "at": declaration.recorded_at,
            "title": f"{declaration.area.name} · {risk_label(declaration.level)} · {declaration.from_day}",
            "text": declaration.why,
            "who": declaration.by,
        }
        for declaration in queries.risk_declarations(scope.area_path)[:50]
    ]
    now = queries.stage_of(scope.area_path)
    context = {
        "now": now,
        "now_word": stage_label(now.stage) if now else None,
        "stages": stages,
        "risks": risks,
        "stage_form": stage_form,
        "risk_form": risk_form,
        "may_declare_stage": scope.role in POWERS["command.stage"],
        "may_declare_risk": scope.role in POWERS["command.declare_risk"],
        "problem": problem,
    }
    wrong = problem or stage_form.errors or risk_form.errors
    return render(request, "command/stage.html", context, status=400 if wrong else 200)


def _declare(stage_form: StageForm, risk_form: RiskForm, which: str, request: HttpRequest) -> bool:
    by, scope = Actor.of(request), request.scope  # type: ignore[attr-defined]
    if which == "stage" and stage_form.is_valid():
        data = stage_form.cleaned_data
        actions.declare_stage(
            data["area_code"], Stage(data["stage"]), data["from_day"], by=by, why=data["why"], scope=scope
        )
        return True
    if which == "risk" and risk_form.is_valid():
        data = risk_form.cleaned_data
        actions.declare_risk(
            data["area_code"], RiskLevel(data["level"]), data["from_day"], by=by, why=data["why"], scope=scope
        )
        return True
    return False


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        return clock.today()
