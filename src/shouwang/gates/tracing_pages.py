"""Pages for those who follow up: passages of a person, companions of a case, flags, and the quarantine."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shouwang import access, clock
from shouwang.command.policy import POWERS
from shouwang.command.rules import Scope
from shouwang.gates import queries, tracing
from shouwang.gates.forms import ReasonForm
from shouwang.gates.labels import DIRECTIONS, FLAG_KINDS, KINDS, VERDICTS
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.gates.permissions import require_reason
from shouwang.gates.reason_words import reason_words
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.ui import times
from shouwang.ui.tables import Column, Empty, Table


@access.posted(*POWERS["gates.passages_of_person"])
@never_cache
def passages(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a person of one's own area passed in fourteen days; the reason is asked first and kept."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    person = residents.person_in(scope, ref)
    form = ReasonForm(request.POST or None)
    context: dict[str, Any] = {"person": residents.masked(person), "form": form, "days": DAYS_KEPT}
    if request.method == "POST" and form.is_valid():
        found = tracing.passages_of(person, form.cleaned_data["reason"], by=Actor.of(request), scope=scope)
        context["table"] = Table(
            caption=_("Passages of the last %(days)s days") % {"days": DAYS_KEPT},
            columns=[
                Column("at", _("When"), "moment", row_header=True),
                Column("gate", _("Gate")),
                Column("way", _("Direction")),
                Column("how", _("Came by")),
                Column("what", _("Verdict")),
                Column("reason", _("Reason")),
            ],
            rows=[
                {
                    "at": one.at,
                    "gate": one.gate.name if scope.covers(one.area_path) else _("a gate outside your area"),
                    "way": DIRECTIONS[one.direction],
                    "how": KINDS[one.kind],
                    "what": VERDICTS[one.verdict],
                    "reason": reason_words(one.reason, getattr(request, "LANGUAGE_CODE", "zh")),
                }
                for one in found
            ],
            empty=Empty(_("No passage in these days.")),
        )
    return render(request, "gates/passages.html", context, status=400 if form.errors else 200)


@access.posted(*POWERS["gates.companions"])
@never_cache
def companions(request: HttpRequest, ref: str) -> HttpResponse:
    """Who shared place and time with a person at gates: a lead for a tracer, who asks them. It colours nobody."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    person = residents.person_in(scope, ref)
    form = ReasonForm(request.POST or None)
    context: dict[str, Any] = {"person": residents.masked(person), "form": form, "days": DAYS_KEPT}
    if request.method == "POST" and form.is_valid():
        found = tracing.companions_of(person, form.cleaned_data["reason"], by=Actor.of(request), scope=scope)
        context["found"] = found
        context["table"] = Table(
            caption=_("Passed the same gate within a quarter of an hour"),
            columns=[
                Column("name", _("Name"), row_header=True, href=lambda one: one["url"]),
                Column("home", _("Lives at")),
                Column("times", _("Times"), "number"),
                Column("last", _("Last"), "moment"),
            ],
            rows=[
                {
                    "name": one.person.name,
                    "home": one.person.area_name,
                    "times": one.times,
                    "last": one.last,
                    "url": reverse("residents:person", args=[one.person.ref]),
                }
                for one in found.here
            ],
            empty=Empty(_("Nobody of your area.")),
        )
    return render(request, "gates/companions.html", context, status=400 if form.errors else 200)


@access.posted(*POWERS["gates.flags"])
def flags(request: HttpRequest) -> HttpResponse:
    """What an officer should look at; open ones first."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = queries.flags_in(scope)
    page = Paginator(found.order_by("seen_at", "-at"), 50).get_page(request.GET.get("page"))
    for flag in page:
        flag.word = FLAG_KINDS[flag.kind]  # type: ignore[attr-defined]
        flag.state = ("none", _("looked at")) if flag.seen_at else ("warn", pgettext("flag", "open"))  # type: ignore[attr-defined]
    table = Table(
        caption=_("Flags in %(area)s") % {"area": scope.area_name},
        columns=[
            Column("word", _("What"), row_header=True, href=lambda one: reverse("gates:flag", args=[one.pk])),
            Column("state", _("State"), "pill"),
            Column("gate", _("Gate")),
            Column("at", _("When"), "moment"),
        ],
        page=page,
        empty=Empty(_("Nothing is flagged.")),
    )
    return render(request, "gates/flags.html", {"table": table, "days": DAYS_KEPT})


@access.posted(*POWERS["gates.flags"])
def flag(request: HttpRequest, flag: int) -> HttpResponse:
    """One flag; an officer says what it was. It changes no colour."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    shown = queries.flags_in(scope).filter(pk=flag).first()
    if shown is None:
        raise Refusal("gates.no_such_flag", status=404)
    error = ""
    if request.method == "POST" and shown.seen_at is None:
        why = request.POST.get("reason", "")
        try:
            require_reason(why)
        except Refusal as refusal:
            error = refusal.words(getattr(request, "LANGUAGE_CODE", "zh"))
        else:
            by = Actor.of(request)
            shown.seen_at, shown.seen_by, shown.outcome = clock.now(), by.name, why.strip()
            shown.save(update_fields=["seen_at", "seen_by", "outcome"])
            record(by=by, deed="gates.see_flag", on=f"gates.Flag:{shown.pk}", why=why, area_path=shown.area_path)
            messages.success(request, _("Noted; it is in the journal under your name."))
            return redirect("gates:flags")
    elsewhere = shown.other_gate is not None and not scope.covers(shown.other_gate.area_path)
    other = _("a gate outside your area") if elsewhere else shown.other_gate and shown.other_gate.name
    facts = [
        (_("Gate"), shown.gate.name),
        (_("Other gate"), other),
        (_("When"), times.moment(shown.at)),
        (_("Seconds between"), shown.detail.get("seconds")),
        (_("The phone said"), _verdict(shown.detail.get("verdict"), shown.detail.get("reason"))),
        (_("The server says"), _verdict(shown.detail.get("own_verdict"), shown.detail.get("own_reason"))),
        (_("Looked at by"), shown.seen_by or None),
        (_("What it was"), shown.outcome or None),
    ]
    context = {"flag": shown, "word": FLAG_KINDS[shown.kind], "facts": facts, "error": error}
    return render(request, "gates/flag.html", context, status=400 if error else 200)


def _verdict(verdict: str | None, reason: str | None) -> str | None:
    if verdict not in VERDICTS:
        return None
    return f"{VERDICTS[verdict]} · {reason_words(reason or '', get_language() or 'zh')}"


@access.posted(*POWERS["gates.quarantine"])
def quarantine(request: HttpRequest) -> HttpResponse:
    """What phones sent and could not be stored as a passage, as it was sent."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    page = Paginator(queries.quarantined_in(scope), 50).get_page(request.GET.get("page"))
    language = getattr(request, "LANGUAGE_CODE", "zh")
    for item in page:
        item.why = Refusal(item.reason).words(language)  # type: ignore[attr-defined]
    table = Table(
        caption=_("Quarantine of %(area)s") % {"area": scope.area_name},
        columns=[
            Column("received_at", _("Received"), "moment", row_header=True),
            Column("gate", _("Gate")),
            Column("why", _("Why")),
            Column("detail", _("Detail")),
        ],
        page=page,
        empty=Empty(_("Nothing is in quarantine.")),
    )
    return render(request, "gates/quarantine.html", {"table": table, "days": DAYS_KEPT})
