"""A resident's own page at /my/: codes, colour with its reasons, what is recorded; kept on the phone for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shouwang import access, clock
from shouwang.codes import issuing, queries
from shouwang.codes.issuing import DrawnCode
from shouwang.codes.models import Card
from shouwang.codes.my_remedies import notices_of
from shouwang.codes.panel import rule_words
from shouwang.health.panel import Line, lines_of
from shouwang.refusal import Refusal
from shouwang.residents import limits, own_view
from shouwang.residents.own_pages import for_resident, shell
from shouwang.residents.own_view import OwnPerson
from shouwang.residents.queries import MaskedPerson
from shouwang.ui import qr

STATIC = Path(__file__).parent / "static" / "codes"
RECORDS_SHOWN = 40
"""The latest records about oneself on the page; nobody scrolls through two months of temperatures on a phone."""


@dataclass(frozen=True)
class Strip:
    """One drawn code as the page shows it."""

    svg: SafeString
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Shown:
    """One person on the page. What is recorded is shown to those who may speak for them, not to the household."""

    person: OwnPerson
    strips: list[Strip]
    colour: str
    reason: str
    rule: str
    since: datetime | None
    until: datetime | None
    open_ended: bool
    next_step: str
    next_change_at: datetime | None
    lines: list[Line]
    cards: list[Card]
    problem: Refusal | None = None


@for_resident
@require_safe
def my(request: HttpRequest, resident: Any) -> HttpResponse:
    """The page: a code for each whom the resident may show, plain and without a big colour, and what it means."""
    people = own_view.people_of(resident)
    drawn = issuing.strips_for([each.id for each in people])
    shown = [_shown(each, drawn.strips[each.id]) for each in people]
    session = request.resident_session  # type: ignore[attr-defined]
    context = shell(
        request,
        shown=shown,
        me=shown[0],
        family=_strips(drawn.family, _("The family's code")) if len(people) > 1 else [],
        family_of=people,
        notices=[(each, notices_of([each.id])) for each in people if each.may_speak_for],
        drawn_at=clock.now(),
        signed_in_resident=True,
    )
    response = render(request, "codes/my/page.html", context)
    # By this the phone keeps pages of one session apart from those of the next.
    response["X-Shouwang-Session"] = limits.keyed("session mark", str(session.pk)).hex()[:16]
    return response


def _shown(person: OwnPerson, drawn: tuple[DrawnCode, ...]) -> Shown:
    language = get_language() or "zh"
    strips = _strips(drawn, _("Code of %(name)s") % {"name": person.masked_name})
    cards = list(issuing.cards_of([person.id])) if person.may_speak_for else []
    try:
        present = queries.colour_of(person.id, person.area_path)
    except Refusal as refusal:
        return Shown(person, strips, "grey", "", "", None, None, True, "", None, [], cards, refusal)
    decision = present.decision
    speaks = person.may_speak_for
    # lines_of asks a person for nothing but the row and the place.
    lines = lines_of(cast(MaskedPerson, person))[:RECORDS_SHOWN] if speaks else []
    return Shown(
        person=person,
        strips=strips,
        colour=str(decision.colour),
        reason=decision.reason(language) if speaks else "",
        rule=rule_words(decision.policy_version, decision.rule, language) if speaks else "",
        since=present.since,
        until=decision.until,
        open_ended=bool(decision.evidence),
        next_step=decision.next_step(language) if speaks else "",
        next_change_at=present.next_change_at,
        lines=lines,
        cards=cards,
    )


def _strips(drawn: tuple[DrawnCode, ...], label: str) -> list[Strip]:
    return [Strip(qr.svg(code.text, label), code.begins, code.ends) for code in drawn]


@for_resident
@require_safe
def paper(request: HttpRequest, resident: Any) -> HttpResponse:
    """One's printed cards once more, to be printed at home; new ones come from the community."""
    people = [each for each in own_view.people_of(resident) if each.may_speak_for]
    names = {each.id: each for each in people}
    cards = [
        {"person": names[card.person_id], "card": card, "qr": qr.svg(card.text, _("Card"))}
        for card in issuing.cards_of(names)
    ]
    return render(request, "codes/my/paper.html", shell(request, cards=cards, signed_in_resident=True))


@access.public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for use without network. Its place decides what it may keep: /my/ only."""
    body = (STATIC / "my_worker.js").read_text(encoding="utf-8")
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
