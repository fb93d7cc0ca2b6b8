"""What phones tell of the watch besides passages: shift events, steps with somebody feverish, look-ups by ID number.

Items carry keys of the phone's making; the same key twice is one row and one answer, as with passages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from shouwang import clock
from shouwang.accounts.queries import Account
from shouwang.areas import queries as areas
from shouwang.codes import holders, indexes
from shouwang.codes import queries as codes
from shouwang.command.policy import Role
from shouwang.command.rules import Scope
from shouwang.gates.actions import FAILURES, LOCKED_MINUTES, revoke_reported_lost
from shouwang.gates.models import Device, GuardPin, Incident, Lookup, ShiftEvent
from shouwang.gates.permissions import require_reason
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.residents.queries import Sought

LOOKUPS_AN_HOUR = 30
"""Of one phone. A gate that needs more has the roster and the telephone."""
OLDEST = timedelta(days=60)


@dataclass(frozen=True)
class Told:
    """One thing a phone tells of its shift or of somebody held."""

    id: UUID
    at: datetime
    offset_ms: int = 0
    kind: str = ""
    guard: int | None = None
    detail: Any = ""
    passage: UUID | None = None
    step: str = ""
    temperature: Decimal | None = None
    note: str = ""

    def moment(self) -> datetime:
        """When it was by the signed clock. What is told has happened: a moment ahead, or years back, is the clock's
        fault, and the moment of hearing it is nearer to the truth."""
        now = clock.now()
        try:
            told = self.at.astimezone(UTC) + timedelta(milliseconds=self.offset_ms)
        except OverflowError:
            return now
        return told if now - OLDEST <= told <= now else now


@transaction.atomic
def record_shift_events(device: Device, told: list[Told]) -> list[str]:
    """Store shift events of a phone's gate; answers stored or duplicate for each, in order."""
    now = clock.now()
    known = set(ShiftEvent.objects.filter(pk__in=[one.id for one in told]).values_list("pk", flat=True))
    named = {one.guard for one in told if one.guard is not None}
    guards = set(Account.objects.filter(pk__in=named).values_list("pk", flat=True))
    outcomes, made = [], []
    for one in told:
        outcomes.append("duplicate" if one.id in known else "stored")
        if one.id in known:
            continue
        known.add(one.id)
        detail = one.detail if isinstance(one.detail, str) else json.dumps(one.detail, ensure_ascii=False)
        made.append(
            ShiftEvent(
                id=one.id,
                gate_id=device.gate_id,
                area_path=device.area_path,
                device=device,
                kind=one.kind,
                guard_id=one.guard if one.guard in guards else None,
                at=one.moment(),
                detail="" if detail in {"{}", "null"} else detail[:1000],
                received_at=now,
            )
        )
    ShiftEvent.objects.bulk_create(made, ignore_conflicts=True)
    for event in made:
        _follow_pin(event)
    if any(event.kind == "phone_lost" for event in made):
        revoke_reported_lost(device)
    return outcomes


def _follow_pin(event: ShiftEvent) -> None:
    """Five wrong PINs without a right one between lock a guard out of every phone for a while."""
    if event.guard_id is None:
        return
    pins = GuardPin.objects.filter(account_id=event.guard_id)
    if event.kind == "check_in":
        pins.update(failures=0)
    if event.kind == "wrong_pin":
        pins.update(failures=F("failures") + 1)
        pins.filter(failures__gte=FAILURES).update(
            failures=0, locked_until=clock.now() + timedelta(minutes=LOCKED_MINUTES)
        )


@transaction.atomic
def record_incidents(device: Device, told: list[Told]) -> list[str]:
    """Store steps with somebody feverish; answers stored or duplicate for each, in order."""
    now = clock.now()
    known = set(Incident.objects.filter(pk__in=[one.id for one in told]).values_list("pk", flat=True))
    outcomes, made = [], []
    for one in told:
        outcomes.append("duplicate" if one.id in known else "stored")
        if one.id not in known:
            known.add(one.id)
            made.append(
                Incident(
                    id=one.id,
                    gate_id=device.gate_id,
                    area_path=device.area_path,
                    device=device,
                    passage=one.passage,
                    step=one.step,
                    at=one.moment(),
                    temperature=one.temperature,
                    note=one.note[:1000],
                    received_at=now,
                )
            )
    Incident.objects.bulk_create(made, ignore_conflicts=True)
    return outcomes


@dataclass(frozen=True)
class Answered:
    """What a gate is told of somebody by ID number: colour and masked name, and the place in the list of the day."""

    found: bool
    colour: str | None = None
    masked_name: str | None = None
    idx: int | None = None
    list: int | None = None


@transaction.atomic
def look_up(device: Device, id_number: str, reason: str) -> Answered:
    """The colour of somebody by ID number, anywhere in the city. Counted, limited, and written into the journal with
    the reason; the number itself is kept nowhere. Raises Refusal without a reason, and when asked too often."""
    require_reason(reason)
    now = clock.now()
    # Questions of one phone wait for each other, so that the limit holds for those asked at once.
    Device.objects.select_for_update().get(pk=device.pk)
    past = Lookup.objects.filter(device=device, at__gt=now - timedelta(hours=1)).order_by("at")
    if past.count() >= LOOKUPS_AN_HOUR:
        waits = past[0].at + timedelta(hours=1) - now
        minutes = max(1, round(waits.total_seconds() / 60))
        raise Refusal("gates.too_often", status=429, most=LOOKUPS_AN_HOUR, minutes=minutes)
    answer = _found(device, id_number)
    made = Lookup.objects.create(
        gate_id=device.gate_id, area_path=device.area_path, device=device, at=now, found=answer.found
    )
    record(
        by=Actor("system", f"gate phone {device.pk}"),
        deed="gates.look_up",
        on=f"gates.Lookup:{made.pk}",
        why=reason.strip()[:200],
        area_path=device.area_path,
        detail={"gate": device.gate_id, "found": answer.found},
    )
    return answer


def _found(device: Device, id_number: str) -> Answered:
    root = areas.root()
    if root is None or not id_number.strip():
        return Answered(False)
    city = Scope(0, "gate", 0, Role.GATE_GUARD, root.pk, root.code, root.name, root.path, root.level)
    people = list(residents.sought_in(replace(city), Sought(id_number=id_number))[:5])
    if not people:
        return Answered(False)
    # Somebody on two lists is one person: the one of this compound, else the one registered first.
    people.sort(key=lambda one: (one.area_path != device.area_path, one.pk))
    person = people[0]
    shown = residents.masked_by_id(city, [person.pk])[person.pk]
    colour = codes.colour_of(person.pk, person.area_path).decision.colour
    list_number = indexes.day_list(clock.now())
    place = holders.places_of([person.pk], list_number)[person.pk]
    return Answered(True, str(colour), shown.name, place, list_number)
