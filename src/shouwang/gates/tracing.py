"""Where somebody passed, and who was there at the same time: a lead for a human tracer, never a colour.

Each reading takes a reason and is written into the journal. Nothing here is stored; nothing here decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Q

from shouwang import clock
from shouwang.codes import code_keys, holders, indexes, issuing
from shouwang.command.rules import Scope
from shouwang.gates import board
from shouwang.gates.models import Passage
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.gates.permissions import require, require_reason
from shouwang.journal.actions import Actor, record
from shouwang.residents import queries as residents
from shouwang.residents.queries import MaskedPerson, Person

TOGETHER = timedelta(minutes=15)
"""How close two passages at one gate lie to be listed as companions. *Assumed.*"""
MOST = 200
MOST_BESIDE = 5000


def places_of(person_id: int, now: datetime) -> dict[int, set[int]]:
    """List → the places under which somebody may have passed in the days that are kept: by strip and by card."""
    newest = indexes.day_list(now)
    found: dict[int, set[int]] = defaultdict(set)
    for list_number in range(newest - DAYS_KEPT, newest + 1):
        found[list_number].update(holders.places_of([person_id], list_number).values())
    for card in issuing.cards_of([person_id]):
        number = np.array([card.number], dtype=np.uint32)
        at = indexes.places(number, code_keys.ring().index_secret, card.list_number)
        found[card.list_number].add(int(at[0]))
    return dict(found)


def _passages(person_id: int) -> list[Passage]:
    now = clock.now()
    return board.passages_of(person_id, places_of(person_id, now), now - timedelta(days=DAYS_KEPT))


def passages_of(person: Person, why: str, *, by: Actor, scope: Scope) -> list[Passage]:
    """Where somebody of one's own area passed in the last fourteen days, the latest first."""
    require(by, scope, "gates.passages_of_person", person.area_path)
    require_reason(why)
    found = _passages(person.pk)
    record(
        by=by,
        deed="gates.read_passages",
        on=f"residents.Person:{person.pk}",
        why=why.strip()[:200],
        area_path=person.area_path,
        detail={"passages": len(found)},
    )
    return found


@dataclass
class Companion:
    """Somebody who passed the same gate within a quarter of an hour, how often and when last."""

    person: MaskedPerson
    times: int = 0
    last: datetime | None = None
    gates: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Companions:
    """Those in the viewer's area by masked name, and how many there are elsewhere or cannot be named."""

    here: list[Companion]
    elsewhere: int
    unnamed: int


def companions_of(person: Person, why: str, *, by: Actor, scope: Scope) -> Companions:
    """Who shared place and time with somebody at a gate in the last fourteen days."""
    require(by, scope, "gates.companions", person.area_path)
    require_reason(why)
    others = beside(_passages(person.pk)[:MOST])
    people = _people(others)
    met: dict[int, list[Passage]] = defaultdict(list)
    unnamed = 0
    for passage in others:
        who = people.get((passage.day, passage.id))
        if who is None:
            unnamed += 1
        elif who != person.pk:
            met[who].append(passage)
    shown = residents.masked_by_id(scope, met)
    here = [
        Companion(shown[who], len(found), max(one.at for one in found), {one.gate.name for one in found})
        for who, found in met.items()
        if who in shown
    ]
    here.sort(key=lambda one: (-one.times, one.person.id))
    record(
        by=by,
        deed="gates.read_companions",
        on=f"residents.Person:{person.pk}",
        why=why.strip()[:200],
        area_path=person.area_path,
        detail={"companions": len(met)},
    )
    return Companions(here, len(met) - len(here), unnamed)


def beside(own: list[Passage]) -> list[Passage]:
    """Who passed the same gates within a quarter of an hour. Asked day by day: a question reads three days' parts."""
    by_day: dict[date, list[Passage]] = defaultdict(list)
    for passage in own:
        by_day[passage.day].append(passage)
    known = {passage.id for passage in own}
    found: dict[tuple[object, object], Passage] = {}
    for day, some in by_day.items():
        near = Q(pk__in=[])
        for passage in some:
            near |= Q(gate_id=passage.gate_id, at__gte=passage.at - TOGETHER, at__lte=passage.at + TOGETHER)
        around = Passage.objects.filter(near, day__gte=day - timedelta(days=1), day__lte=day + timedelta(days=1))
        for passage in (
            around.exclude(id__in=known).select_related("gate").order_by("at", "id")[: MOST_BESIDE - len(found)]
        ):
            found[passage.day, passage.id] = passage
    return list(found.values())


def _people(passages: list[Passage]) -> dict[tuple[object, object], int]:
    """Who each passage was, where its line or its place in a list says it."""
    found: dict[tuple[object, object], int] = {}
    by_list: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        if passage.row is not None:
            found[passage.day, passage.id] = passage.row
        elif passage.list is not None and passage.idx is not None:
            by_list[passage.list].append(passage)
    for list_number, some in by_list.items():
        people = holders.people_at(list_number, [one.idx for one in some if one.idx is not None])
        for passage in some:
            if passage.idx in people:
                found[passage.day, passage.id] = people[passage.idx]
    return found
