"""What a resident does about their code: appeals, and being told of permissions to pass."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwang.codes import remedies, remedy_queries
from shouwang.codes.remedy_pages import STATES, reason_words, standing
from shouwang.refusal import Refusal
from shouwang.residents import own_access, own_view
from shouwang.residents.own_pages import for_resident, shell


def notices_of(person_ids: list[int]) -> dict[str, Any]:
    """Appeals and permissions of people, for their page."""
    return {
        "appeals": [(one, STATES[one.state]) for one in remedy_queries.appeals_of(person_ids)],
        "exceptions": [(one, reason_words(one), standing(one)) for one in remedy_queries.exceptions_of(person_ids)],
    }


@for_resident
def appeal(request: HttpRequest, resident: Any, ref: str) -> HttpResponse:
    """Appealing for oneself or a ward, at any colour; what became of earlier appeals."""
    person = own_view.one_of(resident, ref)
    if not person.may_speak_for:
        raise Refusal("residents.no_such_person", status=404)
    problem: Refusal | None = None
    if request.method == "POST":
        said = request.POST.get("said", "")
        how = "resident" if person.is_self else "guardian"
        try:
            remedies.raise_appeal(
                person.id, person.area_path, said, raised_by=how, by=own_access.actor(resident), scope=None
            )
            messages.success(request, _("Your appeal is with the community. It is decided within 48 hours."))
            return redirect("my:appeal", ref=ref)
        except Refusal as refusal:
            problem = refusal
    context = shell(
        request,
        person=person,
        appeals=[
            (one, STATES[one.state], [(step, STATES[step.state][1]) for step in one.steps])
            for one in remedy_queries.appeals_of([person.id])
        ],
        waiting=remedy_queries.open_appeal_of(person.id),
        problem=problem,
        said=request.POST.get("said", ""),
        signed_in_resident=True,
    )
    return render(request, "codes/my/appeal.html", context, status=problem.status if problem else 200)


@for_resident
@require_POST
def withdraw(request: HttpRequest, resident: Any, ref: str) -> HttpResponse:
    """Taking an appeal back."""
    person = own_view.one_of(resident, ref)
    if not person.may_speak_for:
        raise Refusal("residents.no_such_person", status=404)
    waiting = remedy_queries.open_appeal_of(person.id)
    if waiting is None:
        raise Refusal("codes.no_such_appeal", status=404)
    remedies.withdraw_appeal(waiting.pk, [person.id], by=own_access.actor(resident))
    messages.success(request, _("Your appeal was taken back."))
    return redirect("my:appeal", ref=ref)
