"""Drawing codes: the strips of a phone for a day ahead, a family's code, and cards, which can be revoked one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from shouwang import clock
from shouwang.codes import code_keys, cose, holders, indexes, queries, strips
from shouwang.codes.models import Card
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents

STRIP_LASTS = timedelta(seconds=strips.LONGEST_STRIP)
STRIP_BEGINS_EVERY = timedelta(minutes=200)
"""Seven strips of four hours make 24 hours; each overlaps the next by forty minutes."""

CARD_LASTS = timedelta(days=90)
CARD_LOCK = 0x5357_4344
LONGEST_MASKED_NAME = 20


@dataclass(frozen=True, slots=True)
class DrawnCode:
    """One code: what the QR holds, for whom (a family's in order), and from when until when."""

    kind: str
    text: str
    people: tuple[int, ...]
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class DrawnDay:
    """A phone's codes: each person's strips in time, and the family's where there are several people.

    A household of more than six has several family codes for the same hours.
    """

    strips: Mapping[int, tuple[DrawnCode, ...]]
    family: tuple[DrawnCode, ...]


def strips_for(person_ids: Sequence[int], moment: datetime | None = None, hours: int = 24) -> DrawnDay:
    """The strips of these people for some hours from a moment (now), with their colours as they are now.

    The order of the people is kept in the family's code: whoever holds the phone comes first. Writes nothing but
    numbers for people who have none yet; a strip that is not used leaves no trace.
    """
    at = moment or clock.now()
    begins = at.replace(microsecond=0)
    people = list(dict.fromkeys(person_ids))
    signer = code_keys.signer("strip", begins)
    colours = {person: status.colour for person, status in queries.statuses_of(people, at).items()}
    status = holders.statuses(colours, people)
    drawn: dict[int, list[DrawnCode]] = {person: [] for person in people}
    family: list[DrawnCode] = []
    places: dict[int, dict[int, int]] = {}
    for start in _starts(begins, hours):
        list_number = indexes.day_list(start)
        if list_number not in places:
            places[list_number] = holders.places_of(people, list_number)
        here = places[list_number]
        ends = start + STRIP_LASTS
        iat, exp = int(start.timestamp()), int(ends.timestamp())
        for person in people:
            text = strips.make_strip(
                signer, list_number=list_number, idx=here[person], colour=status[person], iat=iat, exp=exp
            )
            drawn[person].append(DrawnCode("strip", text, (person,), start, ends))
        for group in _groups(people):
            members = [(here[person], status[person]) for person in group]
            text = strips.make_family(signer, list_number=list_number, members=members, iat=iat, exp=exp)
            family.append(DrawnCode("family", text, tuple(group), start, ends))
    return DrawnDay({person: tuple(codes) for person, codes in drawn.items()}, tuple(family))


def _starts(begins: datetime, hours: int) -> list[datetime]:
    starts = [begins]
    while starts[-1] + STRIP_LASTS < begins + timedelta(hours=hours):
        starts.append(starts[-1] + STRIP_BEGINS_EVERY)
    return starts


def _groups(people: Sequence[int]) -> list[Sequence[int]]:
    """People in as few groups of two to six as there can be, of about the same size."""
    if len(people) < 2:
        return []
    count = -(-len(people) // strips.MOST_MEMBERS)
    bounds = [len(people) * place // count for place in range(count + 1)]
    return [people[start:end] for start, end in pairwise(bounds)]


def card_name(masked: str, born: int | None) -> str:
    """What a card shows of its holder: the masked name, and the year of birth's last two digits where it is known."""
    short = masked[:LONGEST_MASKED_NAME]
    return short if born is None else f"{short} {born % 100:02d}"


@transaction.atomic
def issue_cards(names: Mapping[int, str], *, by: Actor) -> list[Card]:
    """A card each for people, with the masked name to print (see `card_name`); earlier cards stay valid.

    For a building's sheets: one statement, one journal entry.
    """
    if not names:
        return []
    now = clock.now().replace(microsecond=0)
    list_number = indexes.card_list(now)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [CARD_LOCK])
    last = Card.objects.filter(list_number=list_number).aggregate(last=Max("number"))["last"]
    first = 0 if last is None else last + 1
    if first + len(names) > indexes.INDEXES:
        raise Refusal("codes.lists_are_full", status=500)
    ring, signer = code_keys.ring(), code_keys.signer("strip", now)
    places = indexes.places(np.arange(first, first + len(names), dtype=np.uint32), ring.index_secret, list_number)
    colours = {person: status.colour for person, status in queries.statuses_of(names).items()}
    status = holders.statuses(colours, names)
    today = clock.local_day(now)
    homes = residents.places_on([(person, today) for person in names])
    cards = [
        Card(
            person_id=person,
            area_path=homes[person, today].area_path,
            list_number=list_number,
            number=first + offset,
            text=_card_text(signer, list_number, place, status[person], name, now),
            issued_at=now,
            expires_at=now + CARD_LASTS,
        )
        for offset, ((person, name), place) in enumerate(zip(names.items(), places.tolist(), strict=True))
    ]
    holders.numbers_of(names)
    made = Card.objects.bulk_create(cards, batch_size=1000)
    record(by=by, deed="codes.issue_cards", on="codes.Card:*", detail={"cards": len(made), "list": list_number})
    return made


def _card_text(signer: cose.Signer, list_number: int, place: int, colour: int, name: str, now: datetime) -> str:
    return strips.make_card(
        signer,
        list_number=list_number,
        idx=place,
        colour=colour,
        masked_name=name,
        iat=int(now.timestamp()),
        exp=int((now + CARD_LASTS).timestamp()),
    )


def issue_card(person_id: int, masked_name: str, *, by: Actor) -> Card:
    """One person's card. `masked_name` as `card_name` makes it."""
    return issue_cards({person_id: masked_name}, by=by)[0]


@transaction.atomic
def revoke_card(card_id: int, why: str, *, by: Actor) -> Card:
    """Make a lost card worthless: gates show it as one without a colour, whatever its holder's is."""
    card = Card.objects.select_for_update().filter(pk=card_id).first()
    if card is None:
        raise Refusal("codes.unknown_card", status=404)
    if card.revoked_at is not None:
        raise Refusal("codes.card_revoked_already", status=409, at=card.revoked_at.astimezone(clock.ZONE).date())
    card.revoked_at = clock.now()
    card.revoked_why = why
    card.save(update_fields=["revoked_at", "revoked_why"])
    record(by=by, deed="codes.revoke_card", on=f"codes.Card:{card.pk}", why=why, area_path=card.area_path)
    return card


def cards_of(person_ids: Iterable[int]) -> QuerySet[Card]:
    """The cards of people that are neither revoked nor over, the newest first."""
    now = clock.now()
    cards = Card.objects.filter(person_id__in=list(person_ids), revoked_at=None, expires_at__gt=now)
    return cards.order_by("-issued_at", "-pk")
