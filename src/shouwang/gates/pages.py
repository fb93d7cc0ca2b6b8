"""Pages of the gates' office: the list of gates, the board of one, its phones, and PINs of guards."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shouwang import access, clock
from shouwang.accounts.queries import Account
from shouwang.command.policy import POWERS
from shouwang.gates import actions, board, queries
from shouwang.gates.forms import EnrolForm
from shouwang.gates.labels import DIRECTIONS, KINDS, SHIFT_KINDS, STEPS, VERDICTS
from shouwang.gates.models import Gate, GuardPin, ShiftEvent
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.gates.reason_words import reason_words
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui import qr
from shouwang.ui.tables import Column, Empty, Table

SEE = POWERS["gates.see"]


def language() -> str:
    """The reader's language."""
    return get_language() or "zh"


def watch_pill(gate: Gate) -> tuple[str, str]:
    """Whether somebody is on guard, in a word."""
    since = clock.now() - queries.UNATTENDED
    kind, at = gate.watch_kind, gate.watch_at  # type: ignore[attr-defined]
    if kind == "check_in":
        return "ok", _("on guard")
    if (at or gate.since) < since:
        return "bad", _("unattended")
    return "warn", _("between two guards")


@access.posted(*SEE)
def listing(request: HttpRequest) -> HttpResponse:
    """The gates of the viewer's area; with `?unattended=1` those where nobody is on guard."""
    scope = request.scope  # type: ignore[attr-defined]
    found = queries.gates_in(scope)
    place = queries.place_in(scope, request.GET.get("area", ""))
    if place is not None:
        found = found.filter(area_path__startswith=place.path)
    lonely = queries.unattended(found).count()
    only = request.GET.get("unattended") == "1"
    shown = queries.with_devices(queries.unattended(found) if only else queries.with_watch(found))
    page = Paginator(shown, 50).get_page(request.GET.get("page"))
    counts = board.totals([gate.pk for gate in page], clock.today())
    for gate in page:
        for key in ("into", "out", "refused", "held"):
            setattr(gate, key, counts.get(gate.pk, {}).get(key, 0))
        gate.watch = watch_pill(gate)  # type: ignore[attr-defined]
    table = Table(
        caption=_("Gates in %(area)s today") % {"area": place.name if place else scope.area_name},
        columns=[
            Column("name", _("Gate"), row_header=True, href=lambda gate: reverse("gates:board", args=[gate.pk])),
            Column("watch", _("Guard"), "pill"),
            Column("watch_guard", _("Name")),
            Column("into", _("In"), "number"),
            Column("out", _("Out"), "number"),
            Column("refused", _("Turned back"), "number"),
            Column("held", _("Held"), "number"),
            Column("unsent", _("Unsent"), "number"),
            Column("seen_at", _("Last seen"), "moment"),
        ],
        page=page,
        empty=Empty(_("No gate here. A compound that is closed with one open entrance has a gate.")),
    )
    context = {
        "table": table,
        "lonely": lonely,
        "lonely_word": _("unattended"),
        "only": only,
        "place": place,
        "days": DAYS_KEPT,
        **{f"may_{deed}": POWERS[f"gates.{deed}"] for deed in ("pins", "flags", "quarantine")},
    }
    return render(request, "gates/list.html", context)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.today()


@access.posted(*SEE)
def board_page(request: HttpRequest, gate: int) -> HttpResponse:
    """One gate on a day: in and out by hour, inside against residents, what was stopped and why, guard and phones."""
    scope = request.scope  # type: ignore[attr-defined]
    shown = queries.gate_in(scope, gate)
    watched = queries.with_devices(queries.with_watch(Gate.objects.filter(pk=gate))).get()
    day = _day(request)
    figures = board.of_gate(shown, day)
    hours = Table(
        caption=_("In and out by hour"),
        columns=[
            Column("label", _("Hour"), row_header=True),
            Column("into", _("In"), "number"),
            Column("out", _("Out"), "number"),
        ],
        rows=[hour for hour in figures.hours if hour.into or hour.out],
        empty=Empty(_("Nobody has passed on this day.")),
        stack=False,
    )
    reasons = Table(
        caption=_("Not simply let through"),
        columns=[Column("verdict", _("Verdict"), row_header=True), Column("reason", _("Reason")),
                 Column("count", _("How many"), "number")],
        rows=[{"verdict": VERDICTS[v], "reason": reason_words(reason, language()), "count": n}
              for v, reason, n in figures.reasons],
        empty=Empty(_("Everybody was let through.")),
    )  # fmt: skip
    stopped = Table(
        caption=_("The last of them"),
        columns=[
            Column("at", _("When"), "moment", row_header=True),
            Column("way", _("Direction")),
            Column("how", _("Came by")),
            Column("what", _("Verdict")),
            Column("reason", _("Reason")),
        ],
        rows=[
            {"at": one.at, "way": DIRECTIONS[one.direction], "how": KINDS[one.kind], "what": VERDICTS[one.verdict],
             "reason": reason_words(one.reason, language())}
            for one in board.stopped(shown, day)
        ],
        empty=Empty(_("Nothing to show.")),
    )  # fmt: skip
    feverish = Table(
        caption=_("Fever and held apart"),
        columns=[
            Column("began", _("Since"), "moment", row_header=True),
            Column("step", _("Last step")),
            Column("at", _("When"), "moment"),
            Column("temperature", _("Highest reading"), unit="℃"),
        ],
        rows=[
            {"began": one.began, "step": STEPS[one.step], "at": one.at, "temperature": one.temperature}
            for one in board.feverish(shown, day)
        ],
        empty=Empty(_("Nobody was feverish or held apart.")),
    )
    context = {
        "gate": shown,
        "feverish": feverish,
        "lost": board.lost_phone_reports(shown),
        "watch": watch_pill(watched),
        "guard": watched.watch_guard,
        "watch_at": watched.watch_at,
        "seen_at": watched.seen_at,
        "unsent": watched.unsent,
        "figures": figures,
        "hours": hours,
        "reasons": reasons,
        "stopped": stopped,
        "phones": _phones(shown, may_change=scope.role in POWERS["gates.enrol"]),
        "shifts": _shifts(shown),
        "may_enrol": scope.role in POWERS["gates.enrol"],
        "days": DAYS_KEPT,
        "day": day,
    }
    return render(request, "gates/board.html", context)


def _shifts(gate: Gate) -> list[dict[str, Any]]:
    events = ShiftEvent.objects.filter(gate=gate).select_related("guard").order_by("-at")[:20]
    return [
        {
            "at": one.at,
            "title": SHIFT_KINDS[one.kind],
            "who": one.guard.get_full_name() if one.guard else "",
            "text": "",
        }
        for one in events
    ]


def _phones(gate: Gate, *, may_change: bool) -> Table:
    now = clock.now()
    rows = []
    for device in gate.devices.order_by("-enrolled_at"):
        state = ("ok", _("enrolled"))
        if device.revoked_at is not None:
            state = ("bad", _("revoked"))
        elif device.expires_at <= now:
            state = ("none", _("expired"))
        change = _("Revoke") if may_change and state[0] == "ok" else ""
        rows.append({"device": device, "name": device.name, "state": state,
                     "last_day": clock.local_day(device.expires_at - timedelta(microseconds=1)),
                     "seen": device.last_seen_at, "unsent": device.unsent, "version": device.app_version,
                     "change": change})  # fmt: skip
    return Table(
        caption=_("Phones at this gate"),
        columns=[
            Column("name", _("Phone"), row_header=True),
            Column("state", _("State"), "pill"),
            Column("last_day", _("Enrolled until"), "day"),
            Column("seen", _("Last seen"), "moment"),
            Column("unsent", _("Unsent"), "number"),
            Column("version", _("App version")),
            Column("change", _("Change"), href=lambda row: reverse("gates:revoke", args=[row["device"].pk])),
        ],
        rows=rows,
        empty=Empty(_("No phone is enrolled here yet.")),
    )


@access.posted(*POWERS["gates.enrol"])
@never_cache
def enrol(request: HttpRequest, gate: int) -> HttpResponse:
    """Make a one-time code for a phone, shown once as a QR."""
    scope = request.scope  # type: ignore[attr-defined]
    shown = queries.gate_in(scope, gate)
    form = EnrolForm(request.POST or None)
    context: dict[str, Any] = {"gate": shown, "form": form}
    if request.method == "POST" and form.is_valid():
        last = datetime.combine(form.cleaned_data["until"] + timedelta(days=1), time(), tzinfo=clock.ZONE)
        try:
            made, code = actions.offer_enrolment(
                shown.pk, form.cleaned_data["device_name"], last, by=Actor.of(request), scope=scope
            )
        except Refusal as refusal:
            context["problem"] = refusal
        else:
            address = request.build_absolute_uri(f"{reverse('gates:app')}#enrol={code}")
            context |= {
                "code": code,
                "address": address,
                "drawing": qr.svg(address, _("QR code for one phone")),
                "made": made,
            }
    wrong = form.errors or "problem" in context
    return render(request, "gates/enrol.html", context, status=400 if wrong else 200)


@access.posted(*POWERS["gates.enrol"])
def revoke(request: HttpRequest, device: int) -> HttpResponse:
    """Stop a phone that is lost or no longer used."""
    scope = request.scope  # type: ignore[attr-defined]
    shown = queries.device_in(scope, device)
    error = ""
    if request.method == "POST":
        try:
            actions.revoke(shown.pk, by=Actor.of(request), why=request.POST.get("reason", ""), scope=scope)
        except Refusal as refusal:
            error = refusal.words(language())
        else:
            messages.success(request, _("Revoked. Its next word is answered with nothing, and it wipes what it holds."))
            return redirect("gates:board", gate=shown.gate_id)
    return render(request, "gates/revoke.html", {"device": shown, "error": error}, status=400 if error else 200)


@access.posted(*POWERS["gates.pins"])
@never_cache
def pins(request: HttpRequest) -> HttpResponse:
    """Guards of the viewer's area and whether they have a PIN; drawing one, which is shown once."""
    scope = request.scope  # type: ignore[attr-defined]
    posts = queries.guard_posts(clock.today()).filter(area_path__startswith=scope.area_path).order_by("area_path", "pk")
    context: dict[str, Any] = {}
    if request.method == "POST":
        chosen = request.POST.get("guard", "")
        post = posts.filter(account_id=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
        if post is None:
            context["problem"] = Refusal("gates.not_a_guard")
        else:
            pin = actions.drawn_pin()
            actions.set_pin(Account.objects.get(pk=post.account_id), pin, by=Actor.of(request), scope=scope)
            context |= {"pin": pin, "who": post.account.get_full_name() or post.account.get_username()}
    page = Paginator(posts, 50).get_page(request.GET.get("page"))
    known = {pin.account_id: pin for pin in GuardPin.objects.filter(account_id__in=[one.account_id for one in page])}
    rows = []
    for post in page:
        pin_row = known.get(post.account_id)
        locked = pin_row is not None and pin_row.locked_until is not None and pin_row.locked_until > clock.now()
        state = ("bad", _("locked")) if locked else ("ok", _("set")) if pin_row else ("warn", _("none yet"))
        rows.append({"post": post, "state": state, "set_at": pin_row.set_at if pin_row else None})
    context |= {"rows": rows, "page": page}
    return render(request, "gates/pins.html", context, status=400 if "problem" in context else 200)
