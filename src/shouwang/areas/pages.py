"""Pages of a compound's closure and entrances, and of how a unit merged, split and moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import actions, permissions, queries
from shouwang.areas.forms import CloseForm, EntranceForm
from shouwang.areas.models import Area, Entrance
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui.tables import Column, Empty, Table


@require_GET
@access.posted(*permissions.VIEWERS, area="code")
def compound(request: HttpRequest, code: str) -> HttpResponse:
    """How a compound is closed, its entrances, and what was done to them; with the deeds for those who may."""
    area = _compound(code)
    status = queries.closure_state(area)
    may = request.scope.role in permissions.CLOSERS
    entrances = list(queries.entrances(area))
    for entrance in entrances:
        entrance.pill = _entrance_pill(entrance)
        entrance.deed = _("Bar") if entrance.state == "open" else _("Open it")
    columns = [Column("name", _("Entrance"), row_header=True), Column("pill", _("State"), "pill")]
    if may:
        columns.append(Column("deed", _("Change"), href=lambda one: _entrance_url(area, one)))
    context = {
        "area": area,
        "status": status,
        "closed": status is not None and status.state == "closed",
        "may": may,
        "table": Table(
            caption=_("Entrances"),
            columns=columns,
            rows=entrances,
            empty=Empty(_("No entrance has been recorded. Record the gates and paths that lead in, then choose one.")),
        ),
        "history": _history(area),
        "crumbs": _crumbs(request, area, _("Closure and entrances")),
        "at": clock.now(),
    }
    return render(request, "areas/compound.html", context)


@access.posted(*permissions.CLOSERS, area="code")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a compound: choose the entrance that stays open, give the reason."""
    area = _compound(code)
    form = CloseForm(area, request.POST or None)

    def deed(why: str) -> None:
        if not form.is_valid():
            raise Refusal("areas.no_such_entrance", status=404)
        kept: Entrance | str | None = form.cleaned_data["new_entrance"].strip() or None
        if kept is None and form.chosen():
            kept = queries.entrance(int(form.chosen()), area)
        actions.close_compound(area, by=Actor.of(request), why=why, entrance=kept)

    words = {
        "title": _("Close %(name)s") % {"name": area.name},
        "text": _("One entrance stays open; all others are recorded as barred."),
        "submit": _("Close"),
        "tone": "danger",
    }
    return _deed_page(request, area, deed, words, form)


@access.posted(*permissions.CLOSERS, area="code")
def open_(request: HttpRequest, code: str) -> HttpResponse:
    """End the closure of a compound."""
    area = _compound(code)
    words = {
        "title": _("End the closure of %(name)s") % {"name": area.name},
        "text": _("Barred entrances stay barred; open each on its own."),
        "submit": _("End the closure"),
        "tone": "primary",
    }
    return _deed_page(
        request, area, lambda why: actions.open_compound(area, by=Actor.of(request), why=why), words, None
    )


@access.posted(*permissions.CLOSERS, area="code")
def entrance(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Bar an open entrance, or open a barred one."""
    area = _compound(code)
    shown = queries.entrance(number, area)
    is_open = shown.state == "open"
    change = actions.bar_entrance if is_open else actions.open_entrance
    title = _("Bar the entrance “%(name)s”") if is_open else _("Open the entrance “%(name)s”")
    words = {
        "title": title % {"name": shown.name},
        "text": area.name,
        "submit": _("Bar") if is_open else _("Open it"),
        "tone": "danger" if is_open else "primary",
    }
    return _deed_page(request, area, lambda why: change(shown, by=Actor.of(request), why=why), words, None)


@access.posted(*permissions.CLOSERS, area="code")
def add_entrance(request: HttpRequest, code: str) -> HttpResponse:
    """Record an entrance of a compound."""
    area = _compound(code)
    form = EntranceForm(request.POST or None)

    def deed(why: str) -> None:
        name, state = request.POST.get("name", ""), request.POST.get("state", "open")
        state = state if state in {"open", "barred"} else "open"
        actions.add_entrance(area, name, by=Actor.of(request), state=state, why=why)

    words = {
        "title": _("Record an entrance of %(name)s") % {"name": area.name},
        "text": _("Gates, and every path or gap that people really use."),
        "submit": _("Record"),
        "tone": "primary",
    }
    return _deed_page(request, area, deed, words, form)


@require_GET
@access.posted(*permissions.VIEWERS, area="code")
def history(request: HttpRequest, code: str) -> HttpResponse:
    """How a unit came to be what it is: merges, splits and moves, dated."""
    area = queries.by_code(code)
    kinds = {"merge": _("Merged"), "split": _("Split"), "move": _("Moved")}
    steps = [
        {
            "day": step.day,
            "kind": kinds[step.kind],
            "origin": step.origin.name,
            "into": step.into.name,
            "paths": f"{step.old_path} → {step.new_path}",
            "why": step.why,
            "by": step.by,
        }
        for step in queries.successions(area)
    ]
    table = Table(
        caption=_("Merges, splits and moves"),
        columns=[
            Column("day", _("From"), "day", row_header=True),
            Column("kind", _("Event")),
            Column("origin", _("Unit")),
            Column("into", _("Stands for it now")),
            Column("paths", _("Place in the tree")),
            Column("why", _("Reason")),
            Column("by", _("By")),
        ],
        rows=steps,
        empty=Empty(_("This unit has not been merged, split or moved.")),
    )
    crumbs = _crumbs(request, area, _("Merges, splits and moves"))
    return render(request, "areas/history.html", {"area": area, "table": table, "crumbs": crumbs})


def _compound(code: str) -> Area:
    area = queries.by_code(code)
    if area.level != "compound":
        raise Refusal("areas.not_a_compound", status=404, name=area.name)
    return area


def _entrance_url(area: Area, one: Entrance) -> str:
    return reverse("areas:entrance", args=[area.code, one.pk])


def _entrance_pill(one: Entrance) -> tuple[str, str]:
    return ("info", _("open")) if one.state == "open" else ("neutral", _("barred"))


def _crumbs(request: HttpRequest, area: Area, here: str) -> list[dict[str, Any]]:
    steps = [
        {"label": step.name, "url": reverse("bulletins:area", args=[step.code])}
        for step in queries.breadcrumb(area, request.scope.area_path)
    ]
    return [*steps, {"label": here}]


def _history(area: Area) -> list[dict[str, Any]]:
    """Closures and what was done to entrances, the last first, for the timeline."""
    closures = {"closed": _("Closed"), "open": _("Closure ended")}
    entrances = {"open": _("Entrance opened: %(name)s"), "barred": _("Entrance barred: %(name)s")}
    steps = [
        {"at": row.since, "title": closures[row.state], "text": row.why, "who": row.by}
        for row in queries.closures_of(area)
    ]
    steps += [
        {"at": row.since, "title": entrances[row.state] % {"name": row.entrance.name}, "text": row.why, "who": row.by}
        for row in queries.entrance_history(area)[:200]
    ]
    return sorted(steps, key=lambda step: step["at"], reverse=True)


def _deed_page(
    request: HttpRequest, area: Area, deed: Callable[[str], object], words: dict[str, str], form: Any
) -> HttpResponse:
    """The page of one deed: asks for the reason; a refusal is shown above what was filled in."""
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            deed(request.POST.get("reason", ""))
        except Refusal as refusal:
            problem = refusal
        else:
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("areas:compound", code=area.code)
    context = {
        "area": area,
        "words": words,
        "form": form,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "back": reverse("areas:compound", args=[area.code]),
        "crumbs": _crumbs(request, area, words["title"]),
    }
    return render(request, "areas/deed.html", context, status=problem.status if problem else 200)
