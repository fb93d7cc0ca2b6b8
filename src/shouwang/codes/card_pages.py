"""Pages of staff about printed cards: a building's sheet, and one person's cards."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwang.codes import cards, issuing
from shouwang.codes.card_jobs import print_cards
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.residents.forms import tell
from shouwang.residents.inviting_pages import SheetForm, place_in
from shouwang.residents.pages import for_carers


@for_carers
def sheets(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Cards for a building: printed at once when few, by the worker when many."""
    form = SheetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            place = place_in(scope, form.cleaned_data["area"])
            sheet = cards.ask_sheet(place.path, form.cleaned_data["building"], scope=scope, by=Actor.of(request))
            if sheet.people <= cards.CARDS_A_FILE:
                cards.print_sheet(sheet.pk)
                messages.success(request, _("The cards are ready to print."))
            else:
                print_cards.defer(number=sheet.pk)
                messages.success(request, _("The cards are being made; load this page again in a few minutes."))
            return redirect("codes:card_sheets")
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            tell(form, refusal)
    rows = [(sheet, range(1, sheet.files + 1)) for sheet in cards.sheets_in(scope)]
    return render(request, "codes/card_sheets.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)


@for_carers
@require_safe
def sheet_file(request: HttpRequest, scope: Scope, number: int, pk: int) -> FileResponse:
    """One file of a sheet."""
    path = cards.sheet_file(number, pk, scope)
    return FileResponse(path.open("rb"), content_type="application/pdf", filename=f"cards-{number}-{pk}.pdf")


@for_carers
def person_cards(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """One person's cards: a new one, a lost one revoked, or both."""
    person = residents.masked(residents.person_in(scope, ref))
    problem: Refusal | None = None
    if request.method == "POST":
        by, why = Actor.of(request), request.POST.get("reason", "")
        try:
            number = _number(request.POST.get("card", ""))
            match request.POST.get("deed", ""):
                case "issue":
                    cards.issue(person.id, person.area_path, scope=scope, by=by)
                case "revoke":
                    cards.revoke(number, why, scope=scope, by=by)
                case "replace":
                    cards.replace(number, why, scope=scope, by=by)
            messages.success(request, _("Done; it is in the journal under your name."))
            return redirect("codes:person_cards", ref=ref)
        except Refusal as refusal:
            problem = refusal
    context = {"person": person, "cards": issuing.cards_of([person.id]), "problem": problem}
    return render(request, "codes/person_cards.html", context, status=problem.status if problem else 200)


@for_carers
@require_safe
def card(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """One card to print."""
    response = HttpResponse(cards.one(number, scope), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="card-{number}.pdf"'
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
