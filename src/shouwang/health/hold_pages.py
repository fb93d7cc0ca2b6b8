"""Pages of the second look: what waits in one's area, and the decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from shouwang.command.rules import Scope
from shouwang.health import alarm, holding, releasing
from shouwang.health.labels import kind_label, source_label
from shouwang.health.models import Hold
from shouwang.health.pages import for_carers
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents

SHOWN = 200
"""Records of one hold listed on its page; the figures above them are of all."""

WHY: dict[str, str | Promise] = {
    alarm.MANY_PEOPLE: gettext_lazy("one account, many people"),
    alarm.UNRELATED_PEOPLE: gettext_lazy("one account, people with no exposure in common"),
    alarm.MANY_DAYS: gettext_lazy("one account, many people over many days"),
    alarm.MANY_ACCOUNTS: gettext_lazy("many accounts of one place, many people"),
}
DEEDS: dict[str, str | Promise] = {
    holding.RECORD: gettext_lazy("new record"),
    holding.CORRECT: gettext_lazy("correction"),
    holding.WITHDRAW: gettext_lazy("withdrawal"),
}


def why_words(why: str) -> str | Promise:
    """Why records wait, in words."""
    return WHY.get(why, why)


@for_carers
@require_safe
def holds(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What waits for a second pair of eyes in one's area."""
    rows = [(hold, why_words(hold.why), releasing.refuse_release(scope, hold)) for hold in holding.holds_in(scope)]
    return render(request, "health/holds.html", {"rows": rows})


@for_carers
def hold(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """One hold with its records; releasing it or not, with a reason."""
    found = Hold.objects.filter(pk=number, area_path__startswith=scope.area_path).first()
    if found is None:
        raise Refusal("health.no_such_hold", status=404)
    problem: Refusal | None = None
    if request.method == "POST":
        note = request.POST.get("reason", "")
        by = Actor.of(request)
        try:
            if request.POST.get("decision") == "release":
                done = releasing.release(number, scope=scope, by=by, note=note)
                said = _("Released: %(count)s records. Colours follow from them.") % {"count": done.recorded}
                if done.refused:
                    said += " " + _("%(count)s could no longer be recorded.") % {"count": done.refused}
                messages.success(request, said)
            else:
                releasing.refuse(number, scope=scope, by=by, note=note)
                messages.success(request, _("Not released. Nothing follows from these records."))
            return redirect("health:holds")
        except Refusal as refusal:
            problem = refusal
    rows = list(found.facts.order_by("id")[:SHOWN])
    known = residents.masked_by_id(scope, [row.person_id for row in rows])
    records = found.facts.count()
    context = {
        "hold": found,
        "why": why_words(found.why),
        "records": records,
        "seconds": releasing.seconds_for(records),
        "lines": [
            (
                row,
                known.get(row.person_id),
                kind_label(row.kind),
                DEEDS.get(row.deed, row.deed),
                source_label(row.source),
            )
            for row in rows
        ],
        "refused": releasing.refuse_release(scope, found),
        "problem": problem,
    }
    return render(request, "health/hold.html", context, status=problem.status if problem else 200)
