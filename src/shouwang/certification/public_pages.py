"""For anybody, without signing in: the certified places, the notice board with its objections, and the rounds.

Units, days and counts stand here; nothing of a person does.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.core.paginator import Paginator
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
from shouwang.certification.rules import days_certified, what_does_not_add_up
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui.tables import Column, Empty, Table

ON_A_PAGE = 100
SALT = "certification.objection"
QUICKEST = timedelta(seconds=3)
"""Nobody reads the page and writes a sentence in less."""
STALE = timedelta(hours=6)
A_DAY = 50
"""Objections to one unit that are taken within a day; more say nothing new to whoever decides."""
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
    under = _area(request.GET.get("area", ""))
    path = under.path if under else root.path if root else ""
    levels = (level,) if level in LEVELS else ()
    found = queries.named_units(path, day, *levels) if root else []
    if words:
        found = [(area, now) for area, now in found if words.lower() in f"{area.name} {area.code}".lower()]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    above = _names([area for area, _now in page])
    rows = [
        {"name": area.name, "kind": LEVELS[area.level], "place": above[area.pk], "named_day": now.named_day,
         "days": days_certified(now, day), "code": area.code}
        for area, now in page
    ]  # fmt: skip
    page.object_list = rows
    table = Table(
        caption=_("Certified on %(day)s: %(count)s") % {"day": day, "count": len(found)},
        columns=[
            Column(
                "name", _("Place"), row_header=True, href=lambda row: reverse("certification:check", args=[row["code"]])
            ),
            Column("kind", _("Kind")),
            Column("place", _("Where")),
            Column("named_day", _("Named on"), "day"),
            Column("days", _("Days certified"), "number"),
        ],
        page=page,
        empty=Empty(_("No place that you look for is certified today.")),
    )
    context = {
        "day": day,
        "table": table,
        "q": words,
        "levels": [(name, word, name == level) for name, word in LEVELS.items()],
        "districts": [
            (area.code, area.name, under is not None and under.pk == area.pk)
            for area in (areas.subtree(root.path, "district", day=day).order_by("path") if root else [])
        ],
        "shares": [
            {"word": LEVELS[one.level], "net": one.balance.net, "units": one.units, "percent": one.percent}
            for one in (queries.shares(path, day) if path else [])
            if one.units
        ],
    }
    return render(request, "certification/public_certified.html", context)


def _area(code: str) -> Any:
    if not code:
        return None
    return areas.by_codes([code]).get(code)


def _names(found: list[Any]) -> dict[int, str]:
    """The names of the places above each, the city left out."""
    codes = {code for area in found for code in area.path.strip("/").split("/")[1:-1]}
    known = areas.by_codes(codes)
    return {
        area.pk: " · ".join(known[code].name for code in area.path.strip("/").split("/")[1:-1] if code in known)
        for area in found
    }


@require_GET
@access.public
def notice(request: HttpRequest) -> HttpResponse:
    """The places under public notice, each with the day on which it may be named and the way to object."""
    day, root = clock.today(), areas.root()
    found = queries.under_notice(root.path, day) if root else []
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    above = _names([area for area, _now in page])
    rows = []
    for area, now in page:
        policy = queries.policy_on(day, area.path)
        begun = clock.local_day(now.at)
        ends = begun + timedelta(days=policy.notice_days)
        rows.append({
            "name": area.name, "kind": LEVELS[area.level], "place": above[area.pk], "begun": begun, "ends": ends,
            "round": policy.next_round(max(day, ends)), "code": area.code,
        })  # fmt: skip
    page.object_list = rows
    table = Table(
        caption=_("Under public notice: %(count)s") % {"count": len(found)},
        columns=[
            Column(
                "name",
                _("Place"),
                row_header=True,
                href=lambda row: reverse("certification:object", args=[row["code"]]),
            ),
            Column("kind", _("Kind")),
            Column("place", _("Where")),
            Column("begun", _("Notice since"), "day"),
            Column("ends", _("Notice until"), "day"),
            Column("round", _("Round at the earliest"), "day"),
        ],
        page=page,
        empty=Empty(_("No place is under public notice today.")),
    )
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
    return actions.raise_objection(area.code, request.POST.get("said", ""), by=Actor.system("public")).pk


@require_GET
@access.public
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round that was held, the latest first."""
    found = [{"day": one.day, "number": one.number, "levels": _told(one)} for one in queries.rounds()[:ON_A_PAGE]]
    return render(request, "certification/public_rounds.html", {"rounds": found})


@require_GET
@access.public
def round_of(request: HttpRequest, day: str) -> HttpResponse:
    """One round: per kind of unit what was named before, new, removed and stays, and which units they are."""
    try:
        held = queries.round_on(date.fromisoformat(day))
    except ValueError:
        held = None
    if held is None:
        raise Refusal("certification.no_such_round", status=404, day=day[:10])
    page = Paginator(queries.round_units(held), ON_A_PAGE).get_page(request.GET.get("page"))
    above = _names([one.area for one in page])
    rows = [
        {"name": one.area.name, "kind": LEVELS[one.level], "place": above[one.area_id], "what": str(WHATS[one.what]),
         "code": one.area.code}
        for one in page
    ]  # fmt: skip
    page.object_list = rows
    table = Table(
        caption=_("Units that this round named or removed"),
        columns=[
            Column(
                "name", _("Place"), row_header=True, href=lambda row: reverse("certification:check", args=[row["code"]])
            ),
            Column("kind", _("Kind")),
            Column("place", _("Where")),
            Column("what", _("Change")),
        ],
        page=page,
        empty=Empty(_("No unit changed in this round.")),
    )
    context = {"held": held, "levels": _told(held), "table": table}
    return render(request, "certification/public_round.html", context)


def _told(held: Round) -> list[dict[str, Any]]:
    """The counts of a round by kind of unit, and what of them does not add up."""
    earlier = queries.round_before(held.day)
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
