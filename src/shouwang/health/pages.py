"""Pages of the health room: a community's day, and facts recorded, corrected and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.command.policy import CARERS
from shouwang.command.rules import Scope
from shouwang.health import actions, daylist, holding, queries
from shouwang.health.forms import CorrectForm, FindForm, RecordForm, local_text, tell
from shouwang.health.labels import kind_label
from shouwang.health.models import HealthEvent
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.residents.queries import MaskedPerson, Sought

WIDE = frozenset({"city", "district"})
"""Levels too wide to be followed up by one pair of hands: the page asks for a street or community first."""

FOUND_AT_ONCE = 20
"""People of one name shown at a time; with more, the search of people narrows them."""


def for_carers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for those who work with people by name, inside their own area; never kept by a browser."""

    @access.posted(*CARERS)
    @cache_control(private=True, no_store=True)
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, request.scope, *args, **kwargs)  # type: ignore[attr-defined]

    return shown


@for_carers
def today(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is due now: one line for each person to be asked, and one place to record anything about anybody."""
    context: dict[str, Any] = {}
    if chosen := request.GET.get("person", ""):
        context.update(_recording(scope, chosen))
    return _today(request, scope, context)


def _today(request: HttpRequest, scope: Scope, context: dict[str, Any], status: int = 200) -> HttpResponse:
    area = _area(scope, request.GET.get("area", ""))
    context = {"area": area, "find_form": FindForm(auto_id="find-%s"), **context}
    if area.level in WIDE:
        context["choose"] = areas.children(area)
    else:
        context["day"] = daylist.day_of(scope, area.path, clock.now())
    return render(request, "health/today.html", context, status=status)


def _area(scope: Scope, code: str) -> areas.Area:
    """The place whose day is asked for: the viewer's own area, or one inside it. Raises Refusal (404)."""
    area = areas.by_code(code or scope.area_code)
    if not scope.covers(area.path):
        raise Refusal("command.outside_area", status=404, area=scope.area_name)
    return area


@for_carers
@require_POST
def find(request: HttpRequest, scope: Scope) -> HttpResponse:
    """People of a name in the viewer's area, to record something about one of them. Names never stand in addresses."""
    form = FindForm(request.POST, auto_id="find-%s")
    context: dict[str, Any] = {"find_form": form, "sought": True, "found": []}
    if form.is_valid() and form.cleaned_data["name"].strip():
        found = residents.find(scope, Sought(name=form.cleaned_data["name"]), limit=FOUND_AT_ONCE)
        context.update(found=found.people, more=bool(found.next))
    return _today(request, scope, context)


def _masked(scope: Scope, ref: str) -> MaskedPerson:
    return residents.masked(residents.person_in(scope, ref))


def _recording(scope: Scope, ref: str) -> dict[str, Any]:
    person = _masked(scope, ref)
    form = RecordForm(open_events=daylist.open_choices(person), initial={"source": "community"}, auto_id="record-%s")
    return {"person": person, "record_form": form}


@for_carers
@require_POST
def save(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """One line of the day: a temperature, symptoms, or both. Answers the line anew, or the page without script."""
    person = _masked(scope, ref)
    degrees, symptom = request.POST.get("temperature", "").strip(), bool(request.POST.get("symptom"))
    problem: Refusal | None = None
    try:
        actions.record_visit(
            person.id, degrees, symptom, by=Actor.of(request), scope=scope, ref=request.POST.get("ref", "")[:40]
        )
    except Refusal as refusal:
        problem = refusal
    if not getattr(request, "htmx", False):
        if problem:
            messages.error(request, f"{person.name}: {problem.words(_language(request))}")
        else:
            messages.success(request, _("Saved for %(name)s.") % {"name": person.name})
        return redirect(f"{_next(request, reverse('health:today'))}#{daylist.row_id(person.id)}")
    area = _area(scope, request.POST.get("area", ""))
    day = daylist.day_of(scope, area.path, clock.now())
    line = day.line_of(person.id) or daylist.Line.saved(person)
    context = {
        "line": line,
        "area": area,
        "day": day,
        "problem": problem,
        "typed": degrees if problem else "",
        "saved": not problem,
    }
    return render(request, "health/today_saved.html", context, status=422 if problem else 200)


def _language(request: HttpRequest) -> str:
    return getattr(request, "LANGUAGE_CODE", "zh")


@for_carers
def record(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Record a fact about a person: a form of its own, also sent from the person page and the day's page."""
    person = _masked(scope, ref)
    choices = daylist.open_choices(person)
    if request.method != "POST":
        return render(request, "health/record.html", _recording(scope, ref))
    form = RecordForm(request.POST, open_events=choices, auto_id="record-%s")
    if form.is_valid():
        try:
            actions.record_event(
                person.id, by=Actor.of(request), scope=scope, ref=form.cleaned_data["ref"], **form.told()
            )
        except Refusal as refusal:
            tell(form, refusal)
        else:
            if holding.is_held(form.cleaned_data["ref"]):
                messages.warning(request, Refusal("health.held").words(_language(request)))
            else:
                messages.success(request, _("Recorded: %(what)s.") % {"what": kind_label(form.cleaned_data["kind"])})
            return redirect(_next(request, reverse("residents:person", args=[ref])))
    context = {"person": person, "record_form": form, "next": request.POST.get("next", "")}
    return render(request, "health/record.html", context, status=422)


@for_carers
def correct(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """Tell a fact as it should have been told. The wrong record stays, struck through, beside the reason."""
    event = queries.event_by_number(scope, number)
    person = _masked(scope, event.person.ref)
    choices = [choice for choice in daylist.open_choices(person) if choice[0] != event.ref]
    if event.ends and event.ends.ref not in [ref for ref, _words in choices]:
        choices.append((event.ends.ref, f"{kind_label(event.ends.kind)} {event.ends.ref}"))
    form = CorrectForm(request.POST or None, open_events=choices, initial=_as_told(event))
    form.fields["source"].choices = _with(form.fields["source"].choices, event.source)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_event(
                event.ref, why=form.cleaned_data["why"], by=Actor.of(request), scope=scope, **_told(form, event)
            )
        except Refusal as refusal:
            tell(form, refusal)
        else:
            if holding.waits_for_change(event.ref):
                messages.warning(request, Refusal("health.held").words(_language(request)))
            else:
                messages.success(request, _("Corrected. The colour follows from the corrected record."))
            return redirect("residents:person", ref=person.ref)
    context = {"person": person, "event": event, "form": form, "kind": kind_label(event.kind)}
    return render(request, "health/correct.html", context, status=422 if form.errors else 200)


def _told(form: CorrectForm, event: HealthEvent) -> dict[str, Any]:
    """What the form says; a moment that was left as it stood keeps its seconds, which the field cannot show."""
    told: dict[str, Any] = form.told()
    if told["time"] == local_text(event.time):
        told["time"] = event.time
    return told


def _as_told(event: HealthEvent) -> dict[str, str]:
    contact = event.kind == "close_contact_of"
    ends = event.ends.ref if event.ends else ""
    return {
        "kind": event.kind,
        "time": local_text(event.time),
        "ends": "" if contact else ends,
        "case": ends if contact else "",
        "source": event.source,
        "note": event.note,
    }


def _with(choices: Any, source: str) -> list[tuple[str, Any]]:
    """The offered sources, and the one a file wrote when it is none of them."""
    offered = list(choices)
    return offered if source in dict(offered) else [(source, source or "—"), *offered]


@for_carers
@require_POST
def withdraw(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """Take a fact back that never was one, with a reason."""
    event = queries.event_by_number(scope, number)
    actions.withdraw_event(event.ref, why=request.POST.get("reason", ""), by=Actor.of(request), scope=scope)
    if holding.waits_for_change(event.ref):
        messages.warning(request, Refusal("health.held").words(_language(request)))
    else:
        messages.success(request, _("Withdrawn. The record stays visible, struck through, with your reason."))
    return redirect("residents:person", ref=event.person.ref)


def _next(request: HttpRequest, otherwise: str) -> str:
    """Where the form wants to go back to, when that is a page of ours."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else otherwise
