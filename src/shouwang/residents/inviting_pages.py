"""Pages of staff by which residents get their invitations: one person's, a building's sheet, and taking them back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from shouwang.areas import queries as areas
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import own_access, queries
from shouwang.residents.forms import tell
from shouwang.residents.masking import mask_name
from shouwang.residents.pages import address, for_carers
from shouwang.residents.policy import INVITATION_DAYS
from shouwang.residents.sealing import sealer
from shouwang.ui import qr
from shouwang.ui.printing import pdf


class SheetForm(forms.Form):
    """For which building a sheet is printed."""

    area = forms.CharField(label=gettext_lazy("Compound"), help_text=gettext_lazy("Its code or its name"))
    building = forms.CharField(
        label=gettext_lazy("Building"), required=False, help_text=gettext_lazy("Empty for the whole compound")
    )


def place_in(scope: Scope, text: str) -> areas.Area:
    """The one unit of the viewer's area that a code or name means. Raises Refusal at field `area`."""
    fitting = areas.search(text.strip(), scope.area_path, limit=6)
    exact = [area for area in fitting if text.strip() in (area.code, area.name)]
    fitting = exact if len(exact) == 1 else fitting
    if not fitting:
        raise Refusal("residents.no_place", field="area", text=text[:40])
    if len(fitting) > 1:
        places = "; ".join(f"{area.name} {area.code}" for area in fitting)
        raise Refusal("residents.several_places", field="area", places=places)
    return fitting[0]


def _link(request: HttpRequest, code: str) -> str:
    """Where the code leads. What follows # stays in the browser: no server and no log is told the code."""
    return request.build_absolute_uri("/my/sign-in/") + f"#code={code}"


@for_carers
def invite(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """An invitation for one person; the code is shown this once."""
    masked = queries.masked(queries.person_in(scope, ref))
    context: dict[str, Any] = {"person": masked, "address": address(masked), "days": INVITATION_DAYS}
    if request.method == "POST":
        if request.POST.get("end"):
            own_access.end_sessions(ref, scope=scope, by=Actor.of(request))
            messages.success(request, _("Signed out on all devices."))
            return redirect("residents:invite", ref=ref)
        code = own_access.invite(ref, scope=scope, by=Actor.of(request))
        context |= {"code": own_access.written(code), "qr": qr.svg(_link(request, code), _("Invitation code"))}
    return render(request, "residents/invite.html", context)


@for_carers
def invitations(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open invitations of one's area; a sheet for a building as PDF."""
    form = SheetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _sheet(request, scope, form.cleaned_data)
        except Refusal as refusal:
            tell(form, refusal)
    waiting = own_access.open_invitations(scope)
    known = queries.masked_by_id(scope, [row.person_id for row in waiting])
    rows = [(row, known[row.person_id]) for row in waiting if row.person_id in known]
    context = {"form": form, "rows": rows, "most": len(waiting)}
    return render(request, "residents/invitations.html", context, status=422 if form.errors else 200)


def _sheet(request: HttpRequest, scope: Scope, given: dict[str, str]) -> HttpResponse:
    place = place_in(scope, given["area"])
    sheet, made = own_access.invite_all(scope, area_path=place.path, building=given["building"], by=Actor.of(request))
    lock = sealer()
    cards = [
        {
            "name": mask_name(lock.open("name", person.ref, person.name_sealed)),
            "dwelling": "-".join(part for part in (person.building, person.unit, person.dwelling) if part),
            "place": person.area.name,
            "code": own_access.written(code),
            "qr": qr.svg(_link(request, code), code),
        }
        for person, code in made
    ]
    pages = [cards[start : start + 8] for start in range(0, len(cards), 8)]
    body = pdf(
        "residents/invitation_sheet.html", {"pages": pages, "place": place, "sheet": sheet, "days": INVITATION_DAYS}
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="invitations-{sheet}.pdf"'
    return response


@for_carers
@require_POST
def revoke_invitation(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make an invitation, or all of a sheet that was lost, useless."""
    number = request.POST.get("number", "")
    revoked = own_access.revoke_invitations(
        scope,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0,
        sheet=request.POST.get("sheet", "")[:16],
        by=Actor.of(request),
    )
    messages.success(request, _("Revoked: %(count)s.") % {"count": revoked})
    return redirect("residents:invitations")
