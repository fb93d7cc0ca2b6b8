"""Pages of the register: finding people in one's own area, a person, a household, and the deeds done to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from shouwang import access
from shouwang.areas import queries as areas
from shouwang.command.policy import CARERS
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import actions, panels, queries
from shouwang.residents.forms import (
    CorrectForm,
    GuardianForm,
    IdentityForm,
    MoveForm,
    NeedsForm,
    PlaceForm,
    RegisterForm,
    tell,
)
from shouwang.residents.labels import need_labels, reason_choices, sex_label
from shouwang.residents.policy import SHORTEST_REVEAL_NOTE
from shouwang.residents.queries import Found, MaskedPerson, Sought
from shouwang.residents.sealing import FIELDS
from shouwang.ui.tables import Column, Empty, Table
from shouwang.ui.tongue import tongue

page = cache_control(private=True, no_store=True)
"""Nothing about people stays in a browser's cache on a shared machine."""


def for_carers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for those who work with people by name, inside their own area; never cached."""

    @access.posted(*CARERS)
    @page
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, request.scope, *args, **kwargs)  # type: ignore[attr-defined]

    return shown


@for_carers
def search(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Finding people. Who they are is posted and never stands in an address; where they live and needs may."""
    identity = IdentityForm(request.POST if request.method == "POST" else None)
    given = {key: value for key, value in request.GET.lists() if key in PlaceForm.base_fields}
    place = PlaceForm(request.GET if given else None)
    sought, narrowed = Sought(), False
    if request.method == "POST":
        if identity.is_valid():
            sought, narrowed = Sought(**identity.cleaned_data), True
    elif given and place.is_valid():
        try:
            sought, narrowed = _placed(place.cleaned_data, scope), True
        except Refusal as refusal:
            tell(place, refusal)
    wrong = bool(identity.errors or place.errors)
    after = request.POST.get("after", "") or request.GET.get("after", "")
    found = Found([]) if wrong else queries.find(scope, sought, after=after)
    context = {
        "identity": identity,
        "place": place,
        "table": None if wrong else _people_table(found, _("People"), empty=_nobody(narrowed)),
        "next": found.next,
        "next_url": "?" + urlencode({**given, "after": found.next}, doseq=True),
        "posted": request.method == "POST",
        "area": scope.area_name,
    }
    return render(request, "residents/search.html", context, status=400 if wrong else 200)


def _placed(cleaned: dict[str, Any], scope: Scope) -> Sought:
    """The place that a name or code means, inside the viewer's area."""
    path = ""
    if text := cleaned.pop("area"):
        fitting = areas.search(text, scope.area_path, limit=6)
        exact = [area for area in fitting if text in (area.code, area.name)]
        fitting = exact if len(exact) == 1 else fitting
        if not fitting:
            raise Refusal("residents.no_place", field="area", text=text)
        if len(fitting) > 1:
            places = "; ".join(f"{area.name} {area.code}" for area in fitting)
            raise Refusal("residents.several_places", field="area", places=places)
        path = fitting[0].path
    return Sought(area_path=path, **{**cleaned, "needs": tuple(cleaned["needs"])})


def _nobody(narrowed: bool) -> Empty:
    if narrowed:
        return Empty(
            _("Nobody in your area fits. Names, phones and ID numbers must be complete; look for one of them alone."),
            _("Show everybody"),
            reverse("residents:search"),
        )
    return Empty(
        _("Nobody is registered in your area yet. Import the community's list, or register people one by one."),
        _("Register somebody"),
        reverse("residents:register"),
    )


def _people_table(found: Found, caption: str, empty: Empty | None = None) -> Table:
    rows = [
        {
            "ref": person.ref,
            "name": person.name,
            "sex": sex_label(person.sex),
            "age": person.age,
            "phone": person.phone,
            "id_number": person.id_number,
            "place": address(person),
            "needs": "、".join(need_labels(person.needs)) if tongue() == "zh" else ", ".join(need_labels(person.needs)),
        }
        for person in found.people
    ]
    columns = [
        Column("name", _("Name"), row_header=True, href=lambda row: reverse("residents:person", args=[row["ref"]])),
        Column("sex", _("Sex")),
        Column("age", _("Age"), "number"),
        Column("place", _("Home address")),
        Column("phone", _("Phone")),
        Column("id_number", _("ID number")),
        Column("needs", _("Needs")),
    ]
    return Table(caption=caption, columns=columns, rows=rows, empty=empty)


def address(person: MaskedPerson) -> str:
    """Compound and dwelling in one line: 江汉花园 3-2-501."""
    dwelling = "-".join(part for part in (person.building, person.unit, person.dwelling) if part)
    return f"{person.area_name} {dwelling}".strip()


@for_carers
def person(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """One person: masked identity, where they live, their household and guardians, and what upper rooms add."""
    return _person_page(request, scope, ref)


def _person_page(request: HttpRequest, scope: Scope, ref: str, shown: dict[str, str] | None = None) -> HttpResponse:
    """The page of a person; `shown` holds the one value that was just revealed, when there is no script to do it."""
    found = queries.person_in(scope, ref)
    masked = queries.masked(found)
    members = queries.household_in(scope, found.household_id)[1] if found.household_id else []
    doubles, elsewhere = queries.same_id_number(scope, found)
    context = {
        "person": masked,
        "address": address(masked),
        "sex": sex_label(masked.sex),
        "needs": need_labels(masked.needs),
        "fields": [_field(ref, *field, revealed=(shown or {}).get(field[0], "")) for field in _identity(masked)],
        "reasons": reason_choices(),
        "shortest": SHORTEST_REVEAL_NOTE,
        "birth_date": found.birth_date,
        "panels": panels.rendered(request, masked),
        "household": _people_table(Found([each for each in members if each.ref != ref]), _("Household")),
        "has_household": len(members) > 1,
        "guardians": queries.guardians_of(scope, found),
        "wards": queries.wards_of(scope, found),
        "residences": queries.residences_of(found),
        "doubles": doubles,
        "elsewhere": elsewhere,
    }
    return render(request, "residents/person.html", context)


def _identity(masked: MaskedPerson) -> list[tuple[str, str, str]]:
    return [
        ("name", _("Name"), masked.name),
        ("id_number", _("ID number"), masked.id_number),
        ("phone", _("Phone"), masked.phone),
    ]


def _field(ref: str, name: str, label: str, value: str, **more: Any) -> dict[str, Any]:
    return {"ref": ref, "name": name, "label": label, "value": value, **more}


@for_carers
@require_POST
def reveal(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Show one field of one person, for a reason that goes into the journal. The answer is a fragment for a page with
    script and the person page without."""
    name = request.POST.get("field", "")
    is_fragment = getattr(request, "htmx", False)
    try:
        value = actions.reveal(
            ref,
            name,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            scope=scope,
            by=Actor.of(request),
        )
    except Refusal as refusal:
        if not is_fragment or refusal.status in (403, 404) or name not in FIELDS:
            raise
        masked = queries.masked(queries.person_in(scope, ref))
        field = next(_field(ref, *each) for each in _identity(masked) if each[0] == name)
        language = tongue()
        field["problem"] = f"{refusal.words(language)} {refusal.next_step(language)}"
        field |= {"note": request.POST.get("note", ""), "reason": request.POST.get("reason", "")}
        # 200, since the script on the page puts only such answers into it.
        context = {"field": field, "reasons": reason_choices(), "shortest": SHORTEST_REVEAL_NOTE}
        return render(request, "residents/field.html", context)
    if is_fragment:
        return render(request, "residents/revealed.html", {"value": value})
    return _person_page(request, scope, ref, {name: value})


@for_carers
@require_GET
def household(request: HttpRequest, scope: Scope, household_id: int) -> HttpResponse:
    """The members of a household."""
    found, members = queries.household_in(scope, household_id)
    table = _people_table(Found(members), _("Members"))
    return render(request, "residents/household.html", {"household": found, "table": table, "count": len(members)})


@for_carers
def register(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Registering one person by hand."""
    form = RegisterForm(request.POST or None, initial={"compound_code": request.GET.get("area", "")})
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "needs": ";".join(form.cleaned_data["needs"])}
        try:
            made = actions.register(values, scope=scope, by=Actor.of(request))
        except Refusal as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("Registered; it is in the journal under your name."))
            return redirect("residents:person", ref=made.ref)
    context = {"form": form, "title": _("Register somebody"), "submit": _("Register"), "person": None}
    return render(request, "residents/deed.html", context, status=400 if form.errors else 200)


Deed = Callable[[dict[str, Any], Scope, Actor], object]


def _deed_page(
    request: HttpRequest, scope: Scope, ref: str, form: forms.Form, title: str, submit: str, deed: Deed
) -> HttpResponse:
    """A form about one person, and what it does. Afterwards back to the person, if they are still in the area."""
    masked = queries.masked(queries.person_in(scope, ref))
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.cleaned_data, scope, Actor.of(request))
        except Refusal as refusal:
            if refusal.status in (403, 404) and refusal.code != "residents.no_such_person":
                raise
            tell(form, refusal)
        else:
            messages.success(request, _("Done; it is in the journal under your name."))
            stays = queries.people_in(scope).filter(ref=ref).exists()
            return redirect("residents:person", ref=ref) if stays else redirect("residents:search")
    context = {"form": form, "title": title, "submit": submit, "person": masked, "address": address(masked)}
    return render(request, "residents/deed.html", context, status=400 if form.errors else 200)


@for_carers
def needs(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Saying what a person needs now."""
    # A form without a single need is empty, and still a form that was sent.
    given = request.POST if request.method == "POST" else None
    form = NeedsForm(given, initial={"needs": list(queries.person_in(scope, ref).needs)})

    def deed(given: dict[str, Any], scope: Scope, by: Actor) -> object:
        return actions.change_needs(ref, given["needs"], why=given["why"], scope=scope, by=by)

    return _deed_page(request, scope, ref, form, _("Needs"), _("Keep"), deed)


@for_carers
def correct(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Correcting phone, name, ID number, birth date or sex."""

    def deed(given: dict[str, Any], scope: Scope, by: Actor) -> object:
        try:
            return actions.correct(ref, given["column"], given["text"], why=given["why"], scope=scope, by=by)
        except Refusal as refusal:
            if refusal.field == given["column"]:
                refusal.field = "text"
            raise

    form = CorrectForm(request.POST or None, initial={"column": request.GET.get("column", "phone")})
    return _deed_page(request, scope, ref, form, _("Correct the register"), _("Correct"), deed)


@for_carers
def move(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Recording a move."""

    def deed(given: dict[str, Any], scope: Scope, by: Actor) -> object:
        given = dict(given)
        try:
            return actions.move_person(ref, given.pop("to"), given.pop("day"), scope=scope, by=by, **given)
        except Refusal as refusal:
            if refusal.field == "compound_code":
                refusal.field = "to"
            raise

    return _deed_page(request, scope, ref, MoveForm(request.POST or None), _("Moved house"), _("Record the move"), deed)


@for_carers
def guardian(request: HttpRequest, scope: Scope, ref: str) -> HttpResponse:
    """Recording who looks after a person."""

    def deed(given: dict[str, Any], scope: Scope, by: Actor) -> object:
        try:
            return actions.set_guardian(ref, given["guardian"], given["kind"], scope=scope, by=by)
        except Refusal as refusal:
            if refusal.code == "residents.no_such_person":
                refusal.field = "guardian"
            raise

    return _deed_page(request, scope, ref, GuardianForm(request.POST or None), _("Who looks after"), _("Record"), deed)
