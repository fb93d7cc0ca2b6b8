"""Pages of permits: asked for, approved by role, ended; and of dwellings barred."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwang import access, clock
from shouwang.command.policy import POWERS
from shouwang.command.rules import Scope
from shouwang.gates import permitting
from shouwang.gates.forms import AskForm, ConfineForm
from shouwang.gates.labels import PERMIT_KINDS, PERMIT_STATES
from shouwang.gates.models import Confinement, Permit
from shouwang.gates.permissions import refuse_permit_decision
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.ui import times
from shouwang.ui.tables import Column, Empty, Table

TONES = {"asked": "warn", "approved": "ok", "refused": "bad", "ended": "none"}
WHO = POWERS["gates.permits"]


def _pill(state: str) -> tuple[str, Any]:
    return TONES[state], PERMIT_STATES[state]


@access.posted(*WHO)
def permits(request: HttpRequest) -> HttpResponse:
    """The permits of the viewer's area, those that wait first; dwellings that are barred."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = permitting.permits_in(scope.area_path)
    waiting = found.filter(state="asked").count()
    if request.GET.get("state") in PERMIT_STATES:
        found = found.filter(state=request.GET["state"])
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    names = residents.masked_by_id(scope, [one.person_id for one in page if one.person_id])
    for permit in page:
        permit.pill = _pill(permit.state)  # type: ignore[attr-defined]
        permit.word = PERMIT_KINDS[permit.kind]  # type: ignore[attr-defined]
        permit.whom = _whom(permit, names)  # type: ignore[attr-defined]
    table = Table(
        caption=_("Permits in %(area)s") % {"area": scope.area_name},
        columns=[
            Column("word", _("Permit"), row_header=True, href=lambda one: reverse("gates:permit", args=[one.pk])),
            Column("pill", _("State"), "pill"),
            Column("whom", _("For")),
            Column("area", _("Compound")),
            Column("from_at", _("From"), "moment"),
            Column("until_at", _("Until"), "moment"),
        ],
        page=page,
        empty=Empty(_("No permit here."), _("Ask for a permit"), reverse("gates:ask")),
    )
    held = Confinement.objects.filter(area_path__startswith=scope.area_path, ended_at=None).select_related(
        "area", "household"
    )
    context = {
        "table": table,
        "waiting": waiting,
        "held": held.order_by("area_path", "pk")[:200],
        "form": ConfineForm(),
    }
    return render(request, "gates/permits.html", context)


def _whom(permit: Permit, names: dict[int, Any]) -> str:
    if permit.person_id is not None:
        return names[permit.person_id].name if permit.person_id in names else _("a resident")
    if permit.household is not None:
        return _("household %(ref)s") % {"ref": permit.household.ref}
    return permit.plate or _("a visitor by phone")


@access.posted(*WHO)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a permit."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = AskForm(request.POST or None)
    problem: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            permit = _asked(form.cleaned_data, request, scope)
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Asked for. It counts once it is approved."))
            return redirect("gates:permit", permit=permit.pk)
    wrong = problem or form.errors
    return render(request, "gates/ask.html", {"form": form, "problem": problem}, status=400 if wrong else 200)


def _asked(said: dict[str, Any], request: HttpRequest, scope: Scope) -> Permit:
    person = residents.person_in(scope, said["person"].strip()) if said["person"].strip() else None
    whole = said["whole_household"] and person is not None
    start = datetime.combine(said["from_day"], time(), tzinfo=clock.ZONE)
    wanted = permitting.Wanted(
        kind=said["kind"],
        from_at=start,
        until_at=datetime.combine(said["until_day"] + timedelta(days=1), time(), tzinfo=clock.ZONE),
        why=said["why"],
        person_id=person.pk if person and not whole else None,
        household_id=person.household_id if person and whole else None,
        phone=said["phone"],
        plate=said["plate"],
        directions=said["direction"],
        purpose=said["why"],
        quota=said["quota"],
        interval_hours=said["interval_hours"] or 0,
        windows=permitting.read_windows(said["windows"]),
        stay_minutes=said["stay_minutes"] or 0,
    )
    code = person.area.code if person else said["compound"].strip()
    return permitting.ask(code, wanted, by=Actor.of(request), scope=scope)


@access.posted(*WHO)
def permit(request: HttpRequest, permit: int) -> HttpResponse:
    """One permit: for whom, what it allows, what was decided; the next step where it is the viewer's."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    shown = permitting.permits_in(scope.area_path).filter(pk=permit).first()
    if shown is None:
        raise Refusal("gates.no_such_permit", status=404)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            permitting.step(
                permit,
                request.POST.get("step", ""),
                by=Actor.of(request),
                scope=scope,
                why=request.POST.get("reason", ""),
            )
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Done; the gate hears of it within a minute."))
            return redirect("gates:permit", permit=permit)
    names = residents.masked_by_id(scope, [shown.person_id] if shown.person_id else [])
    steps = [
        {"at": one.at, "title": PERMIT_STATES[one.state], "text": one.why, "who": one.by}
        for one in shown.statuses.order_by("-at", "-pk")
    ]
    windows = ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b, _days in shown.windows)
    facts = [
        (_("For"), _whom(shown, names)),
        (_("Compound"), shown.area.name),
        (_("From"), times.moment(shown.from_at)),
        (_("Until"), times.moment(shown.until_at) if shown.until_at else None),
        (_("How many times"), shown.quota),
        (_("Hours between two times"), shown.interval_hours or None),
        (_("Hours of the day"), windows or None),
        (_("Longest minutes out"), shown.stay_minutes or None),
        (_("What for"), shown.why),
    ]
    may = refuse_permit_decision(scope, shown.kind, shown.area_path) is None
    context = {
        "permit": shown,
        "word": PERMIT_KINDS[shown.kind],
        "pill": _pill(shown.state),
        "facts": facts,
        "steps": steps,
        "next": sorted(after for before, after in permitting.STEPS if before == shown.state) if may else [],
        "problem": problem,
    }
    return render(request, "gates/permit.html", context, status=problem.status if problem else 200)


@access.posted(*WHO)
@require_POST
def confine(request: HttpRequest) -> HttpResponse:
    """Bar a dwelling, or have a household stay in."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    form = ConfineForm(request.POST)
    if not form.is_valid():
        return render(request, "gates/confine.html", {"form": form}, status=400)
    said = form.cleaned_data
    person = residents.person_in(scope, said["person"].strip()) if said["person"].strip() else None
    try:
        permitting.confine(
            said["compound"].strip(),
            by=Actor.of(request),
            scope=scope,
            why=said["why"],
            dwelling=said["dwelling"],
            household_id=person.household_id if person else None,
        )
    except Refusal as refusal:
        return render(request, "gates/confine.html", {"form": form, "problem": refusal}, status=refusal.status)
    messages.success(request, _("Done; the gate hears of it within a minute."))
    return redirect("gates:permits")


@access.posted(*WHO)
def end_confinement(request: HttpRequest, confinement: int) -> HttpResponse:
    """End it, with the reason."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = Confinement.objects.filter(pk=confinement, area_path__startswith=scope.area_path).select_related("area")
    shown = found.first()
    if shown is None:
        raise Refusal("gates.no_such_permit", status=404)
    error = ""
    if request.method == "POST":
        try:
            why = request.POST.get("reason", "")
            permitting.end_confinement(shown.pk, by=Actor.of(request), scope=scope, why=why)
        except Refusal as refusal:
            error = refusal.words(getattr(request, "LANGUAGE_CODE", "zh"))
        else:
            messages.success(request, _("Done; the gate hears of it within a minute."))
            return redirect("gates:permits")
    return render(request, "gates/end_confinement.html", {"held": shown, "error": error}, status=400 if error else 200)
