"""A resident's way in and out: sign-in by invitation or telephone, consent, large text, devices, sign-out.

These pages know residents' sessions only. An account of staff is nobody here, and a resident is nobody elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from shouwang import access
from shouwang.accounts.lockout import caller
from shouwang.refusal import Refusal
from shouwang.residents import consent, own_access, own_view, sms
from shouwang.residents.forms import tell
from shouwang.residents.jobs import send_phone_code
from shouwang.residents.models import Person
from shouwang.residents.own_forms import InvitationForm, PhoneCodeForm, PhoneForm
from shouwang.residents.policy import SESSION_DAYS
from shouwang.residents.sealing import sealer

COOKIE = "shouwang_my"
"""The resident's session. Sent to /my/ only, so that no page of staff ever sees it."""
LARGE = "shouwang_large"
"""Whether letters are large."""
HERE = "/my/"

View = Callable[..., HttpResponse]
page = cache_control(private=True, no_store=True)


def for_resident(view: View, *, agreed: bool = True) -> View:
    """A page for a signed-in resident, who is its second argument; others go to the sign-in page, whoever has not
    agreed to the text in force to the page that asks them."""

    @access.public
    @page
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = own_access.session_of(request.COOKIES.get(COOKIE, ""))
        if session is None:
            response = redirect("own:sign_in")
            response.delete_cookie(COOKIE, path=HERE)
            return response
        if agreed and not consent.agreed(session.person_id, consent.PAGE):
            return redirect("own:consent")
        request.resident_session = session  # type: ignore[attr-defined]
        return view(request, session.person, *args, **kwargs)

    return shown


def for_resident_without_consent(view: View) -> View:
    """As `for_resident`, for the pages by which one agrees or leaves."""
    return for_resident(view, agreed=False)


def shell(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What every page of a resident shows."""
    return {"home_url": HERE, "large": request.COOKIES.get(LARGE) == "1", **more}


def _language() -> str:
    return get_language() or "zh"


@access.public
@page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Two ways in: an invitation code, or a code by telephone."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            token = own_access.accept_invitation(form.cleaned_data["code"], address=caller(request))
        except Refusal as refusal:
            tell(form, refusal)
        else:
            return _signed_in(token)
    return _sign_in(request, form, PhoneForm(), 422 if form.errors else 200)


def _sign_in(request: HttpRequest, form: InvitationForm, phone_form: PhoneForm, status: int) -> HttpResponse:
    context = shell(request, form=form, phone_form=phone_form, sms=sms.is_on())
    return render(request, "residents/own/sign_in.html", context, status=status)


@access.public
@page
@require_POST
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for a code by telephone. The answer is the same whether the number is known or not."""
    form = PhoneForm(request.POST)
    if form.is_valid():
        number = form.cleaned_data["phone"]
        try:
            asked = own_access.ask_phone_code(number, address=caller(request), language=_language())
        except Refusal as refusal:
            tell(form, refusal)
        else:
            send_phone_code.defer(number=asked.pk)
            return _ask_code(request, PhoneCodeForm(initial={"phone": number}))
    return _sign_in(request, InvitationForm(), form, 422)


def _ask_code(request: HttpRequest, form: PhoneCodeForm, status: int = 200) -> HttpResponse:
    return render(request, "residents/own/phone_code.html", shell(request, form=form), status=status)


@access.public
@page
@require_POST
def phone_code(request: HttpRequest) -> HttpResponse:
    """Use a code that was sent; ask whose page is meant when several people share the telephone."""
    form = PhoneCodeForm(request.POST)
    if not form.is_valid():
        return _ask_code(request, form, 422)
    given = form.cleaned_data
    chosen = request.POST.get("person", "")
    try:
        answer = own_access.accept_phone_code(
            given["phone"],
            given["code"],
            address=caller(request),
            person_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None,
        )
    except Refusal as refusal:
        tell(form, refusal)
        return _ask_code(request, form, 422)
    if isinstance(answer, str):
        return _signed_in(answer)
    lock = sealer()
    people = [(each.pk, own_view.own_mask(lock.open("name", each.ref, each.name_sealed))) for each in answer]
    return _ask_code(request, PhoneCodeForm(initial={"phone": given["phone"], "code": given["code"]}, people=people))


def _signed_in(token: str) -> HttpResponse:
    response = redirect(HERE)
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_DAYS * 86400,
        path=HERE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@for_resident_without_consent
@require_POST
def sign_out(request: HttpRequest, resident: Person) -> HttpResponse:
    """Leave on this device, or with `everywhere` on all. What the device kept is wiped by the page's own script."""
    own_access.end_session(request.resident_session)  # type: ignore[attr-defined]
    if request.POST.get("everywhere"):
        own_access.end_sessions_of([resident.pk])
    response = redirect("own:sign_in")
    response.delete_cookie(COOKIE, path=HERE)
    return response


@for_resident_without_consent
def agreement(request: HttpRequest, resident: Person) -> HttpResponse:
    """What one agrees to, in the words in force, and what was agreed; agreeing and taking it back."""
    version, language = consent.current_version(), _language()
    if request.method == "POST":
        about, given = request.POST.get("about", ""), request.POST.get("given") == "yes"
        whom = own_view.one_of(resident, request.POST.get("ref") or resident.ref)
        if not whom.may_speak_for:
            raise Refusal("residents.no_such_person", status=404)
        person = Person.objects.get(pk=whom.id)
        consent.say(
            person,
            about,
            given,
            by_person=resident,
            version=version,
            language=language,
            by=own_access.actor(resident),
        )
        if about == consent.PAGE and whom.is_self:
            return redirect(HERE if given else "own:consent")
        messages.success(request, _("Kept."))
        return redirect("own:consent")
    lead, points = consent.text(version, language)
    own = [each for each in own_view.people_of(resident) if each.may_speak_for]
    shown = consent.state_of([each.id for each in own], consent.HOUSEHOLD)
    context = shell(
        request,
        version=version,
        lead=lead,
        points=points,
        agreed=consent.agreed(resident.pk, consent.PAGE),
        last=consent.state_of([resident.pk], consent.PAGE).get(resident.pk),
        own=[(each, each.id in shown and shown[each.id].given) for each in own],
        signed_in_resident=True,
    )
    return render(request, "residents/own/consent.html", context)


@access.public
@require_POST
def large_text(request: HttpRequest) -> HttpResponse:
    """Large letters, or not; kept on the device in a cookie that says nothing else."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = redirect(target if safe and target.startswith(HERE) else HERE)
    response.set_cookie(
        LARGE,
        "1" if request.POST.get("large") == "1" else "0",
        max_age=365 * 86400,
        path=HERE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@for_resident_without_consent
@require_GET
def account(request: HttpRequest, resident: Person) -> HttpResponse:
    """How one is signed in here, and the ways out: on this device or on all."""
    context = shell(request, session=request.resident_session, signed_in_resident=True)  # type: ignore[attr-defined]
    return render(request, "residents/own/account.html", context)
