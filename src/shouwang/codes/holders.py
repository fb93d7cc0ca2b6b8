"""Who stands where: people, their numbers, and their places in the lists of codes. The only door between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from django.db import connection, transaction

from shouwang.codes import code_keys, indexes
from shouwang.codes.models import Card, CodeHolder
from shouwang.codes.policy import Colour
from shouwang.refusal import Refusal

NUMBERING_LOCK = 0x5357_4348
"""Advisory lock: numbers are given out one after the other, so that they leave no gaps and become visible in order."""

STATUS = {Colour.GREEN: 0, Colour.RED: 1, Colour.YELLOW: 2, Colour.GREY: 3}
"""Colours as codes and feed write them; 3 is no colour, and a card that was revoked."""

REVOKED = 3

_NUMBER = """
insert into codes_codeholder (person_id, number)
select person_id, (select coalesce(max(number), -1) from codes_codeholder) + row_number() over (order by person_id)
from (select unnest(%s::bigint[]) as person_id except select person_id from codes_codeholder) missing
"""


def numbers_of(person_ids: Iterable[int]) -> dict[int, int]:
    """The numbers of people; whoever has none is given one, all in one statement."""
    people = sorted(set(person_ids))
    found = dict(CodeHolder.objects.filter(person_id__in=people).values_list("person_id", "number"))
    if len(found) < len(people):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
            cursor.execute(_NUMBER, [[person for person in people if person not in found]])
        found = dict(CodeHolder.objects.filter(person_id__in=people).values_list("person_id", "number"))
        if found and max(found.values()) >= indexes.INDEXES:
            raise Refusal("codes.lists_are_full", status=500)
    return found


def places_of(person_ids: Iterable[int], list_number: int) -> dict[int, int]:
    """The places of people in a day list, as their strips and a gate's roster name them."""
    found = numbers_of(person_ids)
    placed = indexes.places(np.fromiter(found.values(), np.uint32, len(found)), _secret(), list_number)
    return dict(zip(found, placed.tolist(), strict=True))


def card_places_of(person_ids: Iterable[int], at: datetime) -> dict[int, list[tuple[int, int]]]:
    """Where the cards of people stand that may still be shown at a moment: person → (list, place) of each."""
    held = Card.objects.filter(person_id__in=list(person_ids), revoked_at=None, expires_at__gt=at)
    found: dict[int, list[tuple[int, int]]] = {}
    for person, list_number, number in held.values_list("person_id", "list_number", "number"):
        place = indexes.places(np.array([number], np.uint32), _secret(), list_number)
        found.setdefault(person, []).append((list_number, int(place[0])))
    return found


def people_at(list_number: int, places: Iterable[int]) -> dict[int, int]:
    """Who stands at places of a list: place → person. Places where nobody stands are left out."""
    asked = np.array(sorted({place for place in places if 0 <= place < indexes.INDEXES}), dtype=np.uint32)
    if not asked.size:
        return {}
    numbers = indexes.numbers(asked, _secret(), list_number).tolist()
    rows: Iterable[tuple[int, int]]
    if list_number >= indexes.FIRST_CARD_LIST:
        rows = Card.objects.filter(list_number=list_number, number__in=numbers).values_list("number", "person_id")
    else:
        rows = CodeHolder.objects.filter(number__in=numbers).values_list("number", "person_id")
    people = dict(rows)
    return {place: people[number] for place, number in zip(asked.tolist(), numbers, strict=True) if number in people}


def statuses(colours: Mapping[int, Colour], person_ids: Iterable[int]) -> dict[int, int]:
    """The status number of people, given the colours of those about whom anything was decided."""
    return {person: STATUS[colours.get(person, Colour.GREEN)] for person in person_ids}


def _secret() -> bytes:
    return code_keys.ring().index_secret
