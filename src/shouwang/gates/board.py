"""The board of a gate: how many went in and out by hour, who is inside against who lives there, what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from shouwang import clock
from shouwang.gates.labels import OWN_KINDS
from shouwang.gates.models import Gate, Incident, Passage, PassageCount, ShiftEvent
from shouwang.gates.partitions import DAYS_KEPT
from shouwang.residents import queries as residents

THROUGH = Q(verdict="pass") | Q(overridden=True)
"""Who went through: let through by verdict, or against it with a reason."""


CLOSING_STEPS = frozenset({"transferred", "released"})
"""Steps after which nobody waits any more."""


@dataclass
class Hour:
    """One hour of a day."""

    hour: int
    into: int = 0
    out: int = 0

    @property
    def label(self) -> str:
        """As it stands in a table."""
        return f"{self.hour:02d}:00"


@dataclass
class Board:
    """What a gate's page shows of one day."""

    day: date
    hours: list[Hour]
    into: int = 0
    out: int = 0
    refused: int = 0
    held: int = 0
    to_check: int = 0
    overridden: int = 0
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    """(verdict, reason, how many) of what was not let through, the most frequent first."""
    residents: int = 0
    outside: int = 0

    @property
    def inside(self) -> int:
        """Residents who are inside as far as the gate saw."""
        return max(0, self.residents - self.outside)


def of_gate(gate: Gate, day: date) -> Board:
    """The board of one gate on a local day, from its counters."""
    board = Board(day, [Hour(number) for number in range(24)])
    counts = PassageCount.objects.filter(gate=gate, day=day)
    for hour, direction, count in counts.filter(THROUGH).values_list("hour", "direction").annotate(Sum("count")):
        if direction == "in":
            board.hours[hour].into += count
            board.into += count
        else:
            board.hours[hour].out += count
            board.out += count
    for verdict, reason, overridden, count in (
        counts.exclude(verdict="pass").values_list("verdict", "reason", "overridden").annotate(n=Sum("count"))
    ):
        if overridden:
            board.overridden += count
        match verdict:
            case "refuse":
                board.refused += count
            case "hold":
                board.held += count
            case _:
                board.to_check += count
        board.reasons.append((verdict, reason, count))
    board.reasons.sort(key=lambda one: (-one[2], one[0], one[1]))
    board.residents = residents.number_in(gate.area_path)
    board.outside = outside_now(gate, day)
    return board


def outside_now(gate: Gate, day: date) -> int:
    """How many residents went out and did not come back in the fourteen days that are kept; never below nought.

    An exit that nobody recorded is not in it: the figure is what the gate saw, no more.
    """
    since = day - timedelta(days=DAYS_KEPT - 1)
    counts = PassageCount.objects.filter(gate=gate, day__gte=since, day__lte=day, kind__in=OWN_KINDS).filter(THROUGH)
    went = dict(counts.values_list("direction").annotate(n=Sum("count")))
    return max(0, went.get("out", 0) - went.get("in", 0))


def totals(gate_ids: list[int], day: date) -> dict[int, dict[str, int]]:
    """Gate → in, out, refused and held on a day, in one statement, for lists."""
    rows = (
        PassageCount.objects.filter(gate_id__in=gate_ids, day=day)
        .values("gate_id")
        .annotate(
            into=Sum("count", filter=THROUGH & Q(direction="in"), default=0),
            out=Sum("count", filter=THROUGH & Q(direction="out"), default=0),
            refused=Sum("count", filter=Q(verdict="refuse"), default=0),
            held=Sum("count", filter=Q(verdict="hold"), default=0),
        )
    )
    return {row["gate_id"]: row for row in rows}


def stopped(gate: Gate, day: date, limit: int = 50) -> QuerySet[Passage]:
    """The last passages of a day that were not simply let through."""
    start, end = clock.day_bounds(day)
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    found = Passage.objects.filter(gate=gate, day__in=days, at__gte=start, at__lt=end).exclude(verdict="pass")
    return found.order_by("-at")[:limit]


@dataclass(frozen=True)
class Feverish:
    """Somebody who was measured or held apart at a gate: the last step, when, and the highest reading."""

    step: str
    at: datetime
    began: datetime
    temperature: Decimal | None


def feverish(gate: Gate, day: date) -> list[Feverish]:
    """Whoever was measured again or held apart on a day, those whose matter is open first."""
    start, end = clock.day_bounds(day)
    steps: dict[UUID, list[Incident]] = {}
    for one in Incident.objects.filter(gate=gate, at__gte=start, at__lt=end).order_by("at", "received_at"):
        steps.setdefault(one.passage, []).append(one)
    found = [
        Feverish(
            told[-1].step,
            told[-1].at,
            told[0].at,
            max((one.temperature for one in told if one.temperature is not None), default=None),
        )
        for told in steps.values()
    ]
    return sorted(found, key=lambda one: (one.step in CLOSING_STEPS, -one.at.timestamp()))


def lost_phone_reports(gate: Gate) -> list[ShiftEvent]:
    """Reports of a lost phone that nobody has followed: no phone of the gate was revoked since."""
    revoked = gate.devices.exclude(revoked_at=None).order_by("-revoked_at").values_list("revoked_at", flat=True).first()
    found = ShiftEvent.objects.filter(gate=gate, kind="phone_lost").order_by("-at")
    return list((found.filter(received_at__gt=revoked) if revoked else found)[:5])


def passages_of(person_id: int, places: dict[int, set[int]], since: datetime) -> list[Passage]:
    """The passages of one person since a moment, the latest first: by line of the roster, and by the places in the
    lists of those days (`places`: list → places)."""
    by_code = Q()
    for list_number, found_at in places.items():
        by_code |= Q(list=list_number, idx__in=found_at)
    found = Passage.objects.filter(at__gte=since).filter(Q(row=person_id) | by_code)
    return list(found.select_related("gate").order_by(F("at").desc())[:500])
