"""The server's second look at passages: what would have been decided with all that is known now?

A phone without network decides by what it last heard, and counts what it has seen itself. What happened stays as it
was; where the server, by the row that the phone used, would have answered otherwise it is flagged for an officer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from shouwang import clock
from shouwang.codes import holders, remedy_queries
from shouwang.codes import queries as codes
from shouwang.codes.policy import Colour
from shouwang.codes.remedy_queries import ActiveException
from shouwang.gates import deciding_again, permit_uses, policy_rows
from shouwang.gates.deciding_again import Known
from shouwang.gates.models import Flag, Passage, Watermark
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.gates.policy import Earlier, PassagePolicy
from shouwang.residents import queries as residents

AT_ONCE = 20_000
LATE = timedelta(minutes=1)
STOPPED = {Colour.RED: ("hold", "red"), Colour.YELLOW: ("refuse", "yellow")}


@transaction.atomic
def flag_verdicts() -> int:
    """Look at passages that arrived since the last look; answers how many were flagged."""
    now = clock.now()
    mark, _new = Watermark.objects.select_for_update().get_or_create(
        job="second_look", defaults={"received_until": now - timedelta(days=DAYS_KEPT)}
    )
    arrived = Passage.objects.filter(received_at__gt=mark.received_until, received_at__lte=now - LATE)
    some = list(arrived.order_by("received_at", "id")[:AT_ONCE])
    if not some:
        return 0
    # Of the last moment there may be more than were read; those are looked at again, and flagged once all the same.
    last = some[-1].received_at
    permit_uses.note(timedelta(0))
    flags = _differing([one for one in some if one.verdict != "check" and not one.overridden])
    Flag.objects.bulk_create(flags, ignore_conflicts=True)
    mark.received_until = last if len(some) < AT_ONCE else max(some[0].received_at, last - timedelta(microseconds=1))
    mark.save(update_fields=["received_until"])
    return len(flags)


def _differing(passages: list[Passage]) -> list[Flag]:
    if not passages:
        return []
    facts = _Facts.of(passages)
    found = []
    for passage in passages:
        own = facts.answer(passage)
        if own is None:
            continue
        verdict, reason = own
        detail = {"verdict": passage.verdict, "reason": passage.reason, "own_verdict": verdict, "own_reason": reason}
        found.append(
            Flag(
                kind="verdict_differs",
                gate_id=passage.gate_id,
                area_path=passage.area_path,
                passage=passage.id,
                passage_day=passage.day,
                at=passage.at,
                made_at=clock.now(),
                detail=detail,
            )
        )
    return found


@dataclass(frozen=True)
class _Facts:
    """All that is asked of the database about some passages, in a few queries."""

    people: Mapping[str, int]
    coloured: frozenset[int]
    rows: Mapping[tuple[int, str], PassagePolicy]
    places: Mapping[tuple[int, date], residents.Place]
    households: Mapping[int, int]
    exceptions: Mapping[int, list[ActiveException]]
    earlier: Mapping[tuple[int, str], tuple[Earlier, ...]]

    @classmethod
    def of(cls, passages: list[Passage]) -> _Facts:
        people = _people(passages)
        ids = set(people.values())
        first, last = min(one.at for one in passages), max(one.at for one in passages) + timedelta(seconds=1)
        rows = policy_rows.kept({(one.gate_id, one.policy_version) for one in passages})
        paths = {one.gate_id: one.area_path for one in passages}
        earlier = {
            (gate, version): permit_uses.counted(row, paths[gate], permit_uses.window(row, first), last, every=True)
            for (gate, version), row in rows.items()
        }
        excepted: dict[int, list[ActiveException]] = defaultdict(list)
        for one in remedy_queries.excepted_among(ids, first, last):
            excepted[one.person_id].append(one)
        lived = residents.places_on(
            (people[str(one.id)], clock.local_day(one.at)) for one in passages if str(one.id) in people
        )
        # Most people never had anything decided about them: they are green, and nothing more is asked.
        coloured = frozenset(codes.statuses_of(ids))
        return cls(people, coloured, rows, lived, residents.households_of(ids), excepted, earlier)

    def answer(self, passage: Passage) -> tuple[str, str] | None:
        """Verdict and reason of the server where they say something else than the phone; None where they agree, or
        where it was the code itself that was wrong, which only the phone has seen."""
        person = self.people.get(str(passage.id))
        status = codes.shown_at(person, passage.at) if person is not None and person in self.coloured else None
        row = self.rows.get((passage.gate_id, passage.policy_version or ""))
        if row is None:
            return _by_colour(passage, status.colour if status else Colour.GREEN)
        if person is None and passage.idx is not None:
            return None
        return deciding_again.differing(row, passage, self._known(passage, person, status.colour if status else None))

    def _known(self, passage: Passage, person: int | None, colour: Colour | None) -> Known:
        place = self.places.get((person, clock.local_day(passage.at))) if person is not None else None
        at_home = place is not None and place.area_path.startswith(passage.area_path)
        return Known(
            person=person,
            colour=holders.STATUS[colour or Colour.GREEN],
            resident=at_home,
            dwelling="-".join((place.building, place.unit, place.dwelling)) if place is not None and at_home else "",
            household=self.households.get(person) if person is not None and at_home else None,
            excepted_until=self._excepted_until(person, passage.at),
            earlier=_before(self.earlier.get((passage.gate_id, passage.policy_version or ""), ()), passage),
        )

    def _excepted_until(self, person: int | None, at: datetime) -> datetime | None:
        held = self.exceptions.get(person, []) if person is not None else []
        return max((one.ends_at for one in held if one.begins_at <= at < one.ends_at), default=None)


def _before(earlier: Iterable[Earlier], passage: Passage) -> tuple[Earlier, ...]:
    """What had happened when somebody came to the gate: not the passage itself, and no return of later."""
    moment, key = int(passage.at.timestamp()), str(passage.id)
    return tuple(
        one if one.back is None or one.back <= moment else replace(one, back=None)
        for one in earlier
        if one.id != key and (one.at, one.id or "") < (moment, key)
    )


def _by_colour(passage: Passage, colour: Colour) -> tuple[str, str] | None:
    """Of a row that nobody kept only the colour can be looked at: red in any direction, yellow coming in."""
    if passage.verdict != "pass" or colour not in STOPPED:
        return None
    if colour == Colour.YELLOW and passage.direction == "out":
        return None
    return STOPPED[colour]


def _people(passages: list[Passage]) -> dict[str, int]:
    """Key → person, by line of the roster or by place in a list."""
    found: dict[str, int] = {}
    by_list: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        if passage.row is not None:
            found[str(passage.id)] = passage.row
        elif passage.list is not None and passage.idx is not None:
            by_list[passage.list].append(passage)
    for list_number, some in by_list.items():
        people = holders.people_at(list_number, [one.idx for one in some if one.idx is not None])
        for passage in some:
            if passage.idx in people:
                found[str(passage.id)] = people[passage.idx]
    return found
