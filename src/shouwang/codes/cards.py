"""Printed cards: issued for one person or a building, printed eight to a page, revoked and replaced when lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shouwang import clock
from shouwang.codes import issuing
from shouwang.codes.models import Card, CardSheet
from shouwang.command.rules import Scope, refuse_deed
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents import own_view
from shouwang.residents.own_view import CardPerson
from shouwang.ui import qr
from shouwang.ui.printing import pdf

CARDS = "codes.cards"
CARDS_A_PAGE = 8
CARDS_A_FILE = 200
"""Cards of one file, twenty-five pages: what is printed at once while somebody waits. More goes to the worker."""
MOST_CARDS = 10_000
KEPT = timedelta(days=14)
"""How long the files of a sheet stay: they hold codes that open gates."""
SHORTEST_WHY = 4


def require(scope: Scope, area_path: str) -> None:
    """Raise why somebody may not handle cards of people who live at a place."""
    if refusal := refuse_deed(scope, CARDS, area_path):
        raise refusal


def paper(cards: Sequence[tuple[Card, CardPerson]]) -> bytes:
    """Cards as PDF, in the order given."""
    shown = [{"card": card, "person": person, "qr": qr.svg(card.text, person.masked_name)} for card, person in cards]
    pages = [shown[start : start + CARDS_A_PAGE] for start in range(0, len(shown), CARDS_A_PAGE)]
    return pdf("codes/card_sheet.html", {"pages": pages})


def issue(person_id: int, area_path: str, *, scope: Scope, by: Actor) -> Card:
    """One card for one person."""
    require(scope, area_path)
    [person] = own_view.people_living_at(area_path, person_ids=[person_id])
    return issuing.issue_card(person_id, issuing.card_name(person.masked_name, person.born), by=by)


def revoke(card_id: int, why: str, *, scope: Scope, by: Actor) -> Card:
    """A lost card: worthless from the next moment on, without touching its holder's colour or other cards."""
    card = _card(card_id, scope)
    if len(why.strip()) < SHORTEST_WHY:
        raise Refusal("codes.appeal_why", field="why")
    return issuing.revoke_card(card.pk, why.strip(), by=by)


@transaction.atomic
def replace(card_id: int, why: str, *, scope: Scope, by: Actor) -> Card:
    """Revoke a card and issue another to the same person: both or neither."""
    card = revoke(card_id, why, scope=scope, by=by)
    [person] = own_view.people_living_at("", person_ids=[card.person_id])
    return issue(card.person_id, person.area_path, scope=scope, by=by)


def one(card_id: int, scope: Scope) -> bytes:
    """One card as PDF, for a person of the viewer's area."""
    card = _card(card_id, scope)
    if card.revoked_at is not None:
        raise Refusal("codes.unknown_card", status=404)
    return paper([(card, own_view.people_living_at("", person_ids=[card.person_id])[0])])


def _card(card_id: int, scope: Scope) -> Card:
    """A card of somebody who lives in the viewer's area now."""
    card = Card.objects.filter(pk=card_id).first()
    lives = own_view.people_living_at(scope.area_path, person_ids=[card.person_id]) if card and scope.area_path else []
    if card is None or not lives:
        raise Refusal("codes.unknown_card", status=404)
    require(scope, lives[0].area_path)
    return card


# Sheets


def folder_of(sheet: CardSheet) -> Path:
    """Where the files of a sheet lie."""
    return Path(settings.MEDIA_ROOT) / "cards" / str(sheet.pk)


def file_of(sheet: CardSheet, part: int) -> Path:
    """The file with a part of a sheet, counted from one."""
    return folder_of(sheet) / f"{part}.pdf"


@transaction.atomic
def ask_sheet(area_path: str, building: str, *, scope: Scope, by: Actor) -> CardSheet:
    """Write down that cards are wanted for a building, or a whole unit. `print_sheet` then makes them."""
    require(scope, area_path)
    people = len(own_view.people_living_at(area_path, building))
    if not people:
        raise Refusal("residents.sheet_empty", field="building")
    if people > MOST_CARDS:
        raise Refusal("residents.sheet_too_large", field="building", most=MOST_CARDS)
    sheet = CardSheet.objects.create(
        area_path=area_path, building=building, people=people, account_id=by.account_id, by=by.name, made_at=clock.now()
    )
    on = f"codes.CardSheet:{sheet.pk}"
    record(by=by, deed="codes.ask_card_sheet", on=on, area_path=area_path, detail={"people": people})
    return sheet


def print_sheet(number: int) -> None:
    """Issue the cards of a sheet and print them, file by file. May run again: files that are there stay."""
    sheet = CardSheet.objects.get(pk=number)
    if sheet.printed_at is not None:
        return
    people = own_view.people_living_at(sheet.area_path, sheet.building)
    folder_of(sheet).mkdir(parents=True, exist_ok=True, mode=0o700)
    by = Actor("person", sheet.by, sheet.account_id, area_path=sheet.area_path)
    parts = [people[start : start + CARDS_A_FILE] for start in range(0, len(people), CARDS_A_FILE)]
    for place, part in enumerate(parts, 1):
        if file_of(sheet, place).exists():
            continue
        names = {person.id: issuing.card_name(person.masked_name, person.born) for person in part}
        made = {card.person_id: card for card in issuing.issue_cards(names, by=by)}
        draft = file_of(sheet, place).with_suffix(".part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(paper([(made[person.id], person) for person in part]))
        draft.rename(file_of(sheet, place))
        CardSheet.objects.filter(pk=sheet.pk).update(files=place)
    CardSheet.objects.filter(pk=sheet.pk).update(files=len(parts), printed_at=clock.now())


def sheets_in(scope: Scope) -> list[CardSheet]:
    """The sheets of the viewer's area, the latest first."""
    rows = CardSheet.objects.filter(area_path__startswith=scope.area_path) if scope.area_path else []
    return list(rows.order_by("-id")[:50]) if scope.area_path else []  # type: ignore[union-attr]


def sheet_file(number: int, part: int, scope: Scope) -> Path:
    """A printed file of a sheet of the viewer's area. Raises Refusal 404."""
    sheet = next((each for each in sheets_in(scope) if each.pk == number), None)
    if sheet is None or not file_of(sheet, part).is_file():
        raise Refusal("codes.no_such_sheet", status=404)
    return file_of(sheet, part)


def sweep() -> int:
    """Delete files of sheets past their time."""
    old = CardSheet.objects.filter(made_at__lt=clock.now() - KEPT)
    for sheet in old:
        shutil.rmtree(folder_of(sheet), ignore_errors=True)
    return int(old.delete()[0])
