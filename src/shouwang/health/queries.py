"""Reading health facts: the events that hold, of one person or of many at once, and the evidence they bear."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from shouwang import clock
from shouwang.command.rules import Scope
from shouwang.health.facts import Fact
from shouwang.health.followup import FOLLOWED, Part, State, followed_at, parts
from shouwang.health.models import HealthEvent
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import BEARS, CHECK_IN, Event, Evidence, Kind, evidence_of
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal

INSTANT = timedelta(microseconds=1)
"""The finest step of stored time."""

WITHDRAWAL = "withdrawn"
"""Kind of the row that takes another row back. It is no kind of fact and is never taken in from a file."""

_EVENTS = """
select e.id, e.person_id, e.ref, e.kind, e.time, e.ends_id, t.ref, e.source, e.note, e.value, e.area_path, e.author,
       e.recorded_at, e.supersedes_id
from health_healthevent e left join health_healthevent t on t.id = e.ends_id
where e.person_id = any(%s)
order by e.person_id, e.id
"""


def events_of_people(person_ids: Iterable[int]) -> dict[int, list[Event]]:
    """The events that hold, by person, in one query. People about whom nothing was recorded are left out.

    Superseded and withdrawn rows are left out; an `ends` that names a superseded row is given as its successor.
    """
    return {person: told.events for person, told in told_of_people(person_ids).items()}


@dataclass(frozen=True, slots=True)
class Told:
    """Everything recorded about a person: the events that hold, and how many rows there are in all."""

    events: list[Event]
    rows: int


def told_of_people(person_ids: Iterable[int]) -> dict[int, Told]:
    """As `events_of_people`, with the number of rows, by which a later reader knows whether anything was added."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [list(person_ids)])
        rows = cursor.fetchall()
    successors = {row[13]: row[0] for row in rows if row[13] is not None}
    refs = {row[0]: row[2] for row in rows if row[3] != WITHDRAWAL}
    counts: dict[int, int] = {}
    events: dict[int, list[Event]] = {}
    for row in rows:
        person = row[1]
        counts[person] = counts.get(person, 0) + 1
        holding = events.setdefault(person, [])
        if row[0] not in successors and row[3] != WITHDRAWAL:
            holding.append(_event(row, refs, successors))
    return {person: Told(holding, counts[person]) for person, holding in events.items()}


def _event(row: Sequence[Any], refs: Mapping[int, str], successors: Mapping[int, int]) -> Event:
    (_id, _person, ref, kind, time, ends_id, ends, source, note, value, place, author, recorded_at, _supersedes) = row
    last = ends_id
    while last in successors:
        last = successors[last]
    if last != ends_id:
        # The end of a withdrawn event keeps its name and so ends nothing.
        ends = refs.get(last, ends)
    return Event(ref, kind, time, ends, source, note, value, place, author, recorded_at)


def events_of(person_id: int) -> list[Event]:
    """The events that hold of one person, in the order they were recorded."""
    return events_of_people([person_id]).get(person_id, [])


def history_of(person_id: int) -> QuerySet[HealthEvent]:
    """Every row ever recorded about a person, superseded ones too, by time, for their timeline."""
    rows = HealthEvent.objects.filter(person_id=person_id)
    return rows.select_related("ends", "supersedes", "superseded_by").order_by("time", "pk")


def event_counts() -> dict[int, int]:
    """How many rows are recorded about each person who has any."""
    return dict(HealthEvent.objects.order_by().values_list("person_id").annotate(rows=Count("pk")))


def event(ref: str, scope: Scope | None = None) -> HealthEvent:
    """One row by its reference; with a scope only when the person lives inside it. Raises Refusal (404)."""
    rows = HealthEvent.objects.select_related("person", "ends")
    if scope is not None:
        rows = rows.filter(person__area_path__startswith=scope.area_path)
    found = rows.filter(ref=ref).first()
    if found is None:
        raise Refusal("health.no_such_event", status=404, event=ref)
    return found


@functools.lru_cache(maxsize=512)
def policy_on(day: date, area_path: str) -> HealthPolicy:
    """The health policy in force on a local day at a place."""
    return HealthPolicy.from_policy(policybook.in_force("health", day, area_path))


def evidence_of_people(person_ids: Iterable[int], at: datetime, area_path: str) -> dict[int, tuple[Evidence, ...]]:
    """The evidence by person as the policy in force at `area_path` at a moment reads their events."""
    policy = policy_on(clock.local_day(at), area_path)
    return {person: evidence_of(events, policy) for person, events in events_of_people(person_ids).items()}


def evidence_of_person(person_id: int, at: datetime, area_path: str) -> tuple[Evidence, ...]:
    """The evidence of one person; empty when nothing was recorded."""
    return evidence_of_people([person_id], at, area_path).get(person_id, ())


def temperatures(
    person_ids: Iterable[int], start: datetime, end: datetime
) -> dict[int, list[tuple[datetime, Decimal]]]:
    """Temperatures taken in [start, end), by person, first to last."""
    rows = HealthEvent.objects.filter(
        person_id__in=list(person_ids), kind=Kind.TEMPERATURE, time__gte=start, time__lt=end, superseded_by=None
    ).order_by("time", "pk")
    found: dict[int, list[tuple[datetime, Decimal]]] = {}
    for person, time, value in rows.values_list("person_id", "time", "value"):
        found.setdefault(person, []).append((time, value))
    return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded row as a fact. `last` is what the row that superseded it last tells, or the row itself."""

    id: int
    person_id: int
    fact: Fact
    last: Fact


_RECORDED = """
select e.id, e.ref, e.person_id, e.kind, e.time, t.ref, e.source, e.note, e.value, s.ref
from health_healthevent e
left join health_healthevent t on t.id = e.ends_id
left join health_healthevent s on s.supersedes_id = e.id
where e.ref = any(%s)
"""


def recorded_facts(refs: Iterable[str]) -> dict[str, Recorded]:
    """The rows recorded under these references, in one query (and one more for each generation of corrections)."""
    found: dict[str, tuple[int, int, Fact, str | None]] = {}
    asked = list(refs)
    while asked:
        with connection.cursor() as cursor:
            cursor.execute(_RECORDED, [asked])
            for number, ref, person, kind, time, ends, source, note, value, successor in cursor.fetchall():
                found[ref] = (number, person, Fact(ref, kind, time, ends or "", source, note, value), successor)
        asked = [row[3] for row in found.values() if row[3] is not None and row[3] not in found]
    recorded = {}
    for ref, (number, person, fact, successor) in found.items():
        last = fact
        while successor is not None:
            last, successor = found[successor][2], found[successor][3]
        # What names a withdrawn event still means that event, and so ends nothing.
        recorded[ref] = Recorded(number, person, fact, fact if last.kind == WITHDRAWAL else last)
    return recorded


def fact_of(row: HealthEvent) -> Fact:
    """A row as the fact it tells."""
    ends = row.ends.ref if row.ends else ""
    return Fact(row.ref, Kind(row.kind), row.time, ends, row.source, row.note, row.value)


def first_ending_of(row: HealthEvent) -> datetime | None:
    """When the earliest event that holds and names this row in `ends` happened; None when none does.

    A `close_contact_of` names its case without ending it.
    """
    chain = [row.pk]
    while (
        before := HealthEvent.objects.filter(superseded_by=chain[-1]).values_list("pk", flat=True).first()
    ) is not None:
        chain.append(before)
    ends = HealthEvent.objects.filter(ends__in=chain, superseded_by=None).exclude(
        kind__in=[Kind.CLOSE_CONTACT_OF, WITHDRAWAL]
    )
    return ends.order_by("time").values_list("time", flat=True).first()


def withdrawals(path: str, start: datetime, end: datetime) -> list[tuple[str, str, int]]:
    """Facts taken back in [start, end) at or under a path: (kind of the fact, the reason noted, how many).

    This is why a cumulative figure may fall from one day to the next.
    """
    taken_back = HealthEvent.objects.filter(
        kind=Kind.EXCLUDED,
        ends__kind__in=[Kind.CONFIRMED, Kind.CLINICALLY_DIAGNOSED, Kind.DISCHARGED, Kind.RECOVERED, Kind.DIED],
        time__gte=start,
        time__lt=end,
        area_path__startswith=path,
        superseded_by=None,
    )
    rows = taken_back.order_by("ends__kind", "note").values_list("ends__kind", "note").annotate(count=Count("pk"))
    return [(kind, note, count) for kind, note, count in rows]


@dataclass(frozen=True, slots=True)
class Followed:
    """A person whom the community asks for temperatures today: why, and where each part of the day stands."""

    person_id: int
    reason: Evidence
    parts: list[Part]
    last: tuple[datetime, Decimal] | None
    """The last temperature taken today, degrees Celsius."""

    @property
    def state(self) -> State:
        """The most pressing state among the parts: late, due, later, done."""
        states = {part.state for part in self.parts}
        return next(state for state in (State.LATE, State.DUE, State.LATER, State.DONE) if state in states)


_BEAR_FOLLOWED = [kind for kind, borne in BEARS.items() if borne in FOLLOWED]


def followed_today(scope: Scope, area_path: str, now: datetime) -> list[Followed]:
    """Who at or under a place within the viewer's area is to be asked for temperatures on the day of `now`.

    A handful of statements, whatever the number of people. Sorted by how pressing it is, then by person.
    """
    if not scope.covers(area_path):
        return []
    day = clock.local_day(now)
    policy = policy_on(day, area_path)
    start, end = clock.day_bounds(day)
    bearing = Q(kind__in=_BEAR_FOLLOWED) | Q(kind=Kind.TEMPERATURE, value__gte=policy.fever_threshold)
    rows = HealthEvent.objects.filter(
        bearing,
        person__area_path__startswith=area_path,
        time__gt=start - policy.followup,
        time__lt=end,
        superseded_by=None,
    )
    people = list(rows.order_by().values_list("person_id", flat=True).distinct())
    evidence = {person: evidence_of(events, policy) for person, events in events_of_people(people).items()}
    taken = temperatures(people, start, end)
    found = []
    for person, borne in evidence.items():
        measured = taken.get(person, [])
        day_parts = parts(borne, [at for at, _degrees in measured], day, now, policy)
        reason = followed_at(borne, now, policy) or followed_at(borne, end - INSTANT, policy)
        if day_parts and reason is None:
            reason = next(filter(None, (followed_at(borne, part.end - INSTANT, policy) for part in day_parts)), None)
        if day_parts and reason is not None:
            found.append(Followed(person, reason, day_parts, measured[-1] if measured else None))
    pressing = [State.LATE, State.DUE, State.LATER, State.DONE]
    return sorted(found, key=lambda one: (pressing.index(one.state), one.person_id))


def open_evidence(person_id: int, area_path: str, at: datetime) -> list[Evidence]:
    """What is open about a person at a moment, the latest first: what an ending may name."""
    borne = evidence_of_person(person_id, at, area_path)
    return sorted(
        (one for one in borne if one.open_at(at) and one.kind != CHECK_IN), key=lambda one: one.since, reverse=True
    )


def event_by_number(scope: Scope, number: int) -> HealthEvent:
    """One row by its number, when its person lives in the viewer's area. Raises Refusal (404)."""
    rows = HealthEvent.objects.select_related("person", "ends", "supersedes")
    found = rows.filter(pk=number, person__area_path__startswith=scope.area_path).first() if scope.area_path else None
    if found is None:
        raise Refusal("health.no_such_event", status=404, event=f"#{number}")
    return found
