"""Permits: asked for, approved or refused by role, ended; and dwellings barred or households that stay in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.command.rules import Scope
from shouwang.gates.models import Confinement, Device, Permit, PermitStatus
from shouwang.gates.outdated import look_again
from shouwang.gates.permissions import refuse_permit_decision, require, require_reason
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents.rules import look_up_phone

LONGEST = timedelta(days=366)
STEPS = {("asked", "approved"), ("asked", "refused"), ("approved", "ended"), ("asked", "ended")}
WINDOW = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})")
VISITORS_PERMIT = timedelta(hours=24)


@dataclass(frozen=True)
class Wanted:
    """What a permit is to allow, and to whom."""

    kind: str
    from_at: datetime
    until_at: datetime | None
    why: str
    person_id: int | None = None
    household_id: int | None = None
    phone: str = ""
    phone_hash: str = ""
    plate: str = ""
    directions: str = "both"
    purpose: str = ""
    quota: int | None = None
    interval_hours: int = 0
    windows: list[Any] = field(default_factory=list)
    stay_minutes: int = 0
    host_id: int | None = None
    confined: bool = False


def phone_hash(phone: str) -> str:
    """A phone number as permits and passages name it: SHA-256 of its digits, in hexadecimal. Empty stays empty."""
    digits = look_up_phone(phone)
    return hashlib.sha256(digits.encode()).hexdigest() if digits else ""


def read_windows(text: str) -> list[list[Any]]:
    """Windows of the day from words such as 08:00-10:00, 16:00-18:00. Raises Refusal when they cannot be read."""
    found: list[list[Any]] = []
    for part in re.split(r"[,，;；、]\s*", text.strip()):
        if not part:
            continue
        match = WINDOW.fullmatch(part.strip())
        if match is None:
            raise Refusal("gates.permit_window", field="windows", what=part)
        hours = [int(each) for each in match.groups()]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if start >= 1440 or end > 1440 or hours[1] > 59 or hours[3] > 59 or start == end:
            raise Refusal("gates.permit_window", field="windows", what=part)
        found.append([start, end, []])
    return found


@transaction.atomic
def ask(area_code: str, wanted: Wanted, *, by: Actor, scope: Scope | None = None) -> Permit:
    """Ask for a permit at a compound. Raises Refusal when it names nobody of the compound, or ends before it begins."""
    area = areas.by_code(area_code)
    require(by, scope, "gates.permits", area.path)
    permit = _made(area.pk, area.path, wanted)
    _status(permit, "asked", by, scope, wanted.why)
    record(
        by=by,
        deed="gates.ask_permit",
        on=f"gates.Permit:{permit.pk}",
        why=wanted.why,
        area_path=area.path,
        detail={"kind": wanted.kind},
    )
    return permit


@transaction.atomic
def ask_at_gate(device: Device, host: int, *, phone_hash: str, plate: str, why: str) -> Permit:
    """Ask, from a phone at the gate, that a visitor may come to a household of the compound today."""
    now = clock.now()
    wanted = Wanted(
        "visitor", now, now + VISITORS_PERMIT, why, phone_hash=phone_hash, plate=plate, host_id=host, directions="both"
    )
    permit = _made(device.gate.area_id, device.area_path, wanted)
    by = Actor("system", f"gate phone {device.pk}")
    _status(permit, "asked", by, None, why)
    record(
        by=by,
        deed="gates.ask_permit",
        on=f"gates.Permit:{permit.pk}",
        area_path=device.area_path,
        detail={"kind": "visitor", "gate": device.gate_id},
    )
    return permit


def _made(area_id: int, area_path: str, wanted: Wanted) -> Permit:
    if len(wanted.why.strip()) < 2:
        raise Refusal("gates.reason_needed", field="why")
    until = wanted.until_at or wanted.from_at + LONGEST
    if not wanted.from_at < until <= wanted.from_at + LONGEST:
        raise Refusal("gates.permit_times", field="until_at")
    visitor = wanted.phone_hash or phone_hash(wanted.phone)
    for whose, model in ((wanted.person_id, "person"), (wanted.household_id, "household"), (wanted.host_id, "host")):
        if whose is not None and not _lives_here(model, whose, area_path):
            raise Refusal("gates.permit_for_whom", field=model)
    if wanted.person_id is None and wanted.household_id is None and not visitor and not wanted.plate.strip():
        raise Refusal("gates.permit_for_whom", field="person")
    return Permit.objects.create(
        area_id=area_id,
        area_path=area_path,
        kind=wanted.kind,
        person_id=wanted.person_id,
        household_id=wanted.household_id,
        phone_hash=visitor,
        plate=wanted.plate.strip().upper(),
        directions=wanted.directions,
        purpose=wanted.purpose.strip(),
        quota=wanted.quota,
        interval_hours=wanted.interval_hours,
        windows=wanted.windows,
        stay_minutes=wanted.stay_minutes,
        host_id=wanted.host_id,
        confined=wanted.confined,
        from_at=wanted.from_at,
        until_at=wanted.until_at,
        why=wanted.why.strip(),
    )


def _lives_here(model: str, number: int, area_path: str) -> bool:
    related = Permit._meta.get_field(model).related_model
    return bool(related._default_manager.filter(pk=number, area_path__startswith=area_path).exists())


@transaction.atomic
def step(permit_id: int, state: str, *, by: Actor, scope: Scope | None = None, why: str = "") -> PermitStatus:
    """Approve, refuse or end a permit; gates hear of it within a minute. Refusing and ending need a reason."""
    permit = Permit.objects.select_for_update().filter(pk=permit_id).first()
    if permit is None:
        raise Refusal("gates.no_such_permit", status=404)
    if by.kind == "person":
        refusal = refuse_permit_decision(scope, permit.kind, permit.area_path)
        if refusal is not None:
            raise refusal
    now_state = permit.statuses.order_by("-at", "-pk").values_list("state", flat=True).first() or "asked"
    if (now_state, state) not in STEPS:
        raise Refusal("gates.permit_step", status=409, state=now_state)
    if state != "approved":
        require_reason(why)
    status = _status(permit, state, by, scope, why)
    record(
        by=by,
        deed="gates.permit_step",
        on=f"gates.Permit:{permit.pk}",
        why=why,
        area_path=permit.area_path,
        detail={"state": state},
    )
    look_again(permit.area_path, "policy")
    return status


def _status(permit: Permit, state: str, by: Actor, scope: Scope | None, why: str) -> PermitStatus:
    return PermitStatus.objects.create(
        permit=permit,
        area_path=permit.area_path,
        state=state,
        at=clock.now(),
        by=by.name,
        role=scope.role if scope else by.kind,
        why=why.strip(),
    )


def permits_in(area_path: str) -> QuerySet[Permit]:
    """The permits under a path with the `state` of each, the latest first."""
    last = PermitStatus.objects.filter(permit=OuterRef("pk")).order_by("-at", "-pk")
    found = Permit.objects.filter(area_path__startswith=area_path).select_related("area", "household", "host")
    return found.annotate(state=Subquery(last.values("state")[:1]), state_by=Subquery(last.values("by")[:1])).order_by(
        "-from_at", "-pk"
    )


def holding(area_path: str, at: datetime, ahead: timedelta) -> QuerySet[Permit]:
    """The approved permits of a compound that hold now or will within `ahead`."""
    live = Q(until_at=None) | Q(until_at__gt=at)
    return permits_in(area_path).filter(live, state="approved", from_at__lt=at + ahead).order_by("pk")


@transaction.atomic
def confine(
    area_code: str,
    *,
    by: Actor,
    why: str,
    scope: Scope | None = None,
    dwelling: str = "",
    household_id: int | None = None,
) -> Confinement:
    """Bar a dwelling, or have a household stay in, from now on. Raises Refusal without a reason or a whom."""
    area = areas.by_code(area_code)
    require(by, scope, "gates.permits", area.path)
    require_reason(why)
    here = household_id is not None and _lives_here("household", household_id, area.path)
    if not dwelling.strip() and not here:
        raise Refusal("gates.permit_for_whom", field="household")
    made = Confinement.objects.create(
        area_id=area.pk,
        area_path=area.path,
        dwelling=dwelling.strip(),
        household_id=household_id,
        from_at=clock.now(),
        why=why.strip(),
        by=by.name,
    )
    record(by=by, deed="gates.confine", on=f"gates.Confinement:{made.pk}", why=why, area_path=area.path)
    look_again(area.path, "policy")
    return made


@transaction.atomic
def end_confinement(number: int, *, by: Actor, scope: Scope | None = None, why: str) -> Confinement:
    """End it from now on; the row stays."""
    found = Confinement.objects.select_for_update().filter(pk=number, ended_at=None).first()
    if found is None:
        raise Refusal("gates.no_such_permit", status=404)
    require(by, scope, "gates.permits", found.area_path)
    require_reason(why)
    found.ended_at, found.ended_by = clock.now(), by.name
    found.save(update_fields=["ended_at", "ended_by"])
    record(by=by, deed="gates.end_confinement", on=f"gates.Confinement:{found.pk}", why=why, area_path=found.area_path)
    look_again(found.area_path, "policy")
    return found
