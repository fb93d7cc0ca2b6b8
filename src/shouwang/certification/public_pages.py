"""For anybody, without signing in: the certified places, the notice board with its objections, and the rounds.

Units, days and counts stand here; nothing of a person does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.core import signing
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.certification import actions, queries
from shouwang.certification.labels import LEVELS
from shouwang.certification.ladder import State
from shouwang.certification.models import Round
from shouwang.certification.rules import days_certified, entered, what_does_not_add_up
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import limits
from shouwang.ui.tables import Column, Empty, Table

ON_A_PAGE = 100
ROUNDS_ON_A_PAGE = 30
SALT = "certification.objection"
QUICKEST = timedelta(seconds=3)
"""Nobody reads the page and writes a sentence in less."""
STALE = timedelta(hours=6)
A_DAY = 50
"""Objections to one unit that are taken within a day; more say nothing new to whoever decides."""
A_SENDER = (5, 3600)
"""Objections from one address, within seconds: a compound behind one router may send some."""
WHATS = {
    "named": gettext_lazy("newly named"), "restored": gettext_lazy("restored"), "suspended": gettext_lazy("suspended"),
    "cancelled": gettext_lazy("cancelled"),
}  # fmt: skip


@require_GET
@access.public
def certified(request: HttpRequest) -> HttpResponse:
    """The places that stand certified today, by name, kind and area."""
    day, root = clock.today(), areas.root()
    level, words = request.GET.get("level", ""), request.GET.get("q", "").strip()[:80]
    under = _area(request.GET.get("area", "")) or root
    named = (
        queries.standings(under.path, day, *([level] if level in LEVELS else ()), states=[State.NAMED]) if under else {}
    )
    table, count = _places(
        request,
        queries.places(named, words),
        lambda area: {"named_day": named[area.pk].named_day, "days": days_certified(named[area.pk], day)},
        [Column("named_day", _("Named on"), "day"), Column("days", _("Days certified"), "number")],
        empty=_("No place that you look for is certified today."),
    )
    table.caption = _("Certified on %(day)s: %(count)s") % {"day": day, "count": count}
    context = {
        "day": day,
        "table": table,
        "q": words,
        "levels": [(name, word, name == level) for name, word in LEVELS.items()],
        "areas": _choices(root, under, day),
        "shares": [
            {"word": LEVELS[one.level], "net": one.balance.net, "units": one.units, "percent": one.percent}
            for one in (queries.shares(under.path, day) if under else [])
            if one.units
        ],
    }
    return render(request, "certification/public_certified.html", context)


def _area(code: str) -> Any:
    return areas.by_codes([code]).get(code) if code else None


def _choices(root: Any, chosen: Any, day: date) -> list[tuple[str, str, bool]]:
    """The districts, and below the one in which somebody looks its streets: code, name, whether it is looked at."""
    if root is None:
        return []
    found = []
    for district in areas.subtree(root.path, "district", day=day):
        found.append((district.code, district.name, district.pk == chosen.pk))
        if chosen.path.startswith(district.path):
            streets = areas.subtree(district.path, "street", day=day)
            found += [(street.code, f"— {street.name}", chosen.path.startswith(street.path)) for street in streets]
    return found


def _places(
    request: HttpRequest,
    found: QuerySet[Any],
    told: Callable[[Any], dict[str, Any]],
    columns: Sequence[Column],
    *,
    empty: str,
    link: str = "certification:check",
    place: Callable[[Any], Any] = lambda one: one,
) -> tuple[Table, int]:
    """A page of places with what is told of each beside its name, kind and where it is; and how many there are in all.

    `found` holds places, or rows of which `place` tells the place.
    """
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [(place(one), one) for one in page]
    codes = {code for area, _one in shown for code in _codes_above(area)}
    known = areas.by_codes(codes)
    page.object_list = [
        {
            "name": area.name,
            "code": area.code,
            "kind": LEVELS[area.level],
            "place": " · ".join(known[code].name for code in _codes_above(area) if code in known),
            **told(one),
        }
        for area, one in shown
    ]
    first = Column("name", _("Place"), row_header=True, href=lambda row: reverse(link, args=[row["code"]]))
    beside = [Column("kind", _("Kind")), Column("place", _("Where")), *columns]
    return Table(caption="", columns=[first, *beside], page=page, empty=Empty(empty)), page.paginator.count


def _codes_above(area: Any) -> list[str]:
    """The codes of the places above one, the city left out."""
    return list(area.path.strip("/").split("/")[1:-1])


@require_GET
@access.public
def notice(request: HttpRequest) -> HttpResponse:
    """The places under public notice, each with the day on which it may be named and the way to object."""
    day, root = clock.today(), areas.root()
    noticed = queries.standings(root.path, day, states=[State.NOTICED]) if root else {}
    # Held and released again within the notice begins no other notice.
    begun = {number: entered(changes) for number, changes in queries.of_units(noticed).items()}

    def told(area: Any) -> dict[str, Any]:
        policy = queries.policy_on(day, area.path)
        since = clock.local_day(begun[area.pk] or noticed[area.pk].at)
        until = since + timedelta(days=policy.notice_days)
        return {"begun": since, "ends": until, "round": policy.next_round(max(day, until))}

    table, count = _places(
        request,
        queries.places(noticed),
        told,
        [
            Column("begun", _("Notice since"), "day"),
            Column("ends", _("Notice until"), "day"),
            Column("round", _("Round at the earliest"), "day"),
        ],
        empty=_("No place is under public notice today."),
        link="certification:object",
    )
    table.caption = _("Under public notice: %(count)s") % {"count": count}
    return render(request, "certification/public_notice.html", {"table": table})


@access.public
@never_cache
def objection(request: HttpRequest, code: str) -> HttpResponse:
    """Say what speaks against a place under notice. Neither who said it nor from where is kept."""
    area = queries.unit(code)
    now = queries.standing(area.pk)
    open_now = now is not None and now.state is State.NOTICED
    problem: Refusal | None = None
    taken = None
    if request.method == "POST":
        try:
            taken = _object(request, area)
        except Refusal as refusal:
            problem = refusal
    context = {
        "area": area,
        "level": LEVELS[area.level],
        "open": open_now,
        "taken": taken,
        "said": "" if taken else request.POST.get("said", ""),
        "stamp": signing.dumps(clock.now().timestamp(), salt=SALT),
        "problem": problem,
    }
    return render(request, "certification/public_objection.html", context, status=problem.status if problem else 200)


def _object(request: HttpRequest, area: Any) -> int:
    if request.POST.get("website"):
        # A field that nobody sees: only a program fills it in.
        raise Refusal("certification.objection_not_taken", status=400)
    try:
        began = float(signing.loads(request.POST.get("stamp", ""), salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise Refusal("certification.objection_not_taken", status=400) from None
    age = clock.now().timestamp() - began
    if not QUICKEST.total_seconds() <= age <= STALE.total_seconds():
        raise Refusal("certification.objection_not_taken", status=400)
    if queries.objections_since(area.pk, clock.now() - timedelta(days=1)) >= A_DAY:
        raise Refusal("certification.objections_enough", status=429)
    with transaction.atomic():
        # What a refused objection spent is given back.
        once = (1, int(STALE.total_seconds()))
        _spend("objection.page", request.POST["stamp"], once, "certification.objection_not_taken", 400)
        sender = get_adapter().get_client_ip(request)
        _spend("objection.sender", sender, A_SENDER, "certification.objections_too_often", 429)
        return actions.raise_objection(area.code, request.POST.get("said", ""), by=Actor.system("public")).pk


def _spend(what: str, of: str, limit: tuple[int, int], otherwise: str, status: int) -> None:
    try:
        limits.spend(what, of, limit)
    except Refusal:
        raise Refusal(otherwise, status=status) from None


@require_GET
@access.public
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round that was held, the latest first."""
    page = Paginator(queries.rounds(), ROUNDS_ON_A_PAGE).get_page(request.GET.get("page"))
    # With the one before the last shown, which says where that began.
    shown = list(page)
    before = [*shown[1:], *(list(queries.rounds(shown[-1].day)[1:2]) or [None])] if shown else []
    found = [
        {"day": one.day, "number": one.number, "levels": _told(one, earlier)}
        for one, earlier in zip(shown, before, strict=True)
    ]
    return render(request, "certification/public_rounds.html", {"rounds": found, "page": page})


@require_GET
@access.public
def round_of(request: HttpRequest, day: str) -> HttpResponse:
    """One round: per kind of unit what was named before, new, removed and stays, and which units they are."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Refusal("certification.no_such_round", status=404, day=day[:10]) from None
    held, earlier = [*queries.rounds(on)[:2], None, None][:2]
    if held is None or held.day != on:
        raise Refusal("certification.no_such_round", status=404, day=day[:10])
    table, _count = _places(
        request,
        queries.round_units(held),
        lambda one: {"what": str(WHATS[one.what])},
        [Column("what", _("Change"))],
        empty=_("No unit changed in this round."),
        place=lambda one: one.area,
    )
    table.caption = _("Units that this round named or removed")
    context = {"held": held, "levels": _told(held, earlier), "table": table}
    return render(request, "certification/public_round.html", context)


def _told(held: Round, earlier: Round | None) -> list[dict[str, Any]]:
    """The counts of a round by kind of unit, and what of them does not add up, also with the round before it."""
    before = earlier.balance if earlier else {}
    found = []
    for level in queries.LEVELS:
        told = held.balance.get(level)
        if told is None or not (told["units"] or told["before"] or told["named"]):
            continue
        wrong = what_does_not_add_up(told, before[level]["net"] if level in before else None)
        found.append({
            **told,
            "word": LEVELS[level],
            "gross": told["before"] + told["named"] + told["restored"],
            "removed": told["suspended"] + told["cancelled"],
            "wrong": [WRONG[code]() for code in wrong],
        })  # fmt: skip
    return found


WRONG = {
    "negative": lambda: _("a count is below zero"),
    "net": lambda: _("named in total less removed is not what remains"),
    "units": lambda: _("more are named than there are units"),
    "before": lambda: _("it begins with another number than the round before ended with: evidence was corrected since"),
}
