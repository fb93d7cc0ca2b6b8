"""The policy row of a gate: what holds there by the dated policy, with the permits and confinements of its compound.

Beside what lasts it says what changes by the minute: permissions to pass as an exception, and what quotas and permits
have counted. Its version is a digest of what lasts, and the rows that phones had are kept by it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.codes import remedy_queries
from shouwang.command import queries as command
from shouwang.command.policy import Stage
from shouwang.gates import permit_uses, permitting, policy
from shouwang.gates.models import Confinement, Gate, KeptRow, Permit
from shouwang.gates.passage_policy import Compound, PassageRules, policy_row
from shouwang.policybook import queries as book
from shouwang.policybook.policy import Policy

AHEAD = timedelta(hours=36)
"""Permits that begin within the life of a row are in it."""

MOMENTARY = frozenset({"exceptions", "earlier", "issued", "expires"})
"""What of a row is not kept, and does not make another version."""


def composed(gate: Gate, issued: datetime, expires: datetime) -> dict[str, Any]:
    """The policy row of a gate as it is signed."""
    permits = list(permitting.holding(gate.area_path, issued, AHEAD))
    dwellings, households = _confined(gate.area_path)
    day = clock.local_day(issued)
    closed = areas.is_closed(gate.area, issued)
    declared = command.stage_of(gate.area_path, day)
    without = Stage.STRICT_CLOSURE if closed else Stage.NORMAL_CONTROL
    row = policy_row(
        _rules(book.in_force("passage", day, gate.area_path)),
        stage=Stage(declared.stage) if declared else without,
        compound=Compound(gate.area.code, closed),
        gate=str(gate.pk),
        version="",
        day=day,
        issued=int(issued.timestamp()),
        expires=int(expires.timestamp()),
        permits=map(_permit, permits),
        barred_dwellings=dwellings,
        confined_households=households,
        utc_offset_minutes=int((issued.astimezone(clock.ZONE).utcoffset() or timedelta(0)).total_seconds()) // 60,
    )
    lasting = _lasting(row.to_json())
    permit_uses.note()
    whole = replace(
        row,
        version=hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:16],
        exceptions=tuple(_exceptions(gate, issued, expires)),
        earlier=permit_uses.counted(row, gate.area_path, permit_uses.window(row, issued), issued),
    )
    return whole.to_json()


@functools.lru_cache(maxsize=32)
def _rules(found: Policy) -> PassageRules:
    """The dated policy, typed; read once for all the gates under it."""
    return PassageRules.from_policy(found)


def _permit(permit: Permit) -> policy.Permit:
    """A permit in the words of the row. A resident is named by line of the roster, a visitor by phone or plate."""
    both = (policy.Direction.IN, policy.Direction.OUT)
    until = permit.until_at or permit.from_at + permitting.LONGEST
    return policy.Permit(
        id=str(permit.pk),
        kind=policy.PermitKind(permit.kind),
        holder=policy.Holder(
            row=permit.person_id,
            household=permit.household_id,
            phone_hash=permit.phone_hash or None,
            plate=permit.plate or None,
        ),
        valid_from=int(permit.from_at.timestamp()),
        valid_until=int(until.timestamp()),
        directions=both if permit.directions == "both" else (policy.Direction(permit.directions),),
        purpose=permit.purpose,
        quota=permit.quota,
        interval_hours=permit.interval_hours,
        windows=tuple(policy.Window(start, end, tuple(days)) for start, end, days in permit.windows),
        stay_minutes=permit.stay_minutes,
        host=permit.host_id,
        confined=permit.confined,
    )


def _exceptions(gate: Gate, issued: datetime, expires: datetime) -> list[policy.Exemption]:
    """The permissions to pass of two offices, as a phone without network needs them: of everybody by place on a list,
    and of those who live here by line of the roster too. A row never fails because a policy allowed one to be longer.
    """
    places = remedy_queries.exception_places(issued, expires)
    found = [policy.Exemption(*_hours(one.begins_at, one.ends_at), one.list_number, one.place) for one in places]
    at_home = [one for one in remedy_queries.active_exceptions(gate.area_path, issued) if one.begins_at < expires]
    return found + [policy.Exemption(*_hours(one.begins_at, one.ends_at), row=one.person_id) for one in at_home]


def _hours(begins: datetime, ends: datetime) -> tuple[int, int]:
    since = int(begins.timestamp())
    return since, min(int(ends.timestamp()), since + policy.LONGEST_EXCEPTION)


def keep(gate: Gate, content: Mapping[str, Any], issued: datetime, expires: datetime) -> None:
    """Keep a row that was signed, by its version, for whoever looks at passages again."""
    KeptRow.objects.bulk_create(
        [
            KeptRow(
                gate=gate,
                area_path=gate.area_path,
                version=content["version"],
                content=_lasting(content),
                first_at=issued,
                until_at=expires,
            )
        ],
        update_conflicts=True,
        unique_fields=["gate", "version"],
        update_fields=["until_at"],
    )


def _lasting(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in MOMENTARY}


def kept(used: Iterable[tuple[int, str | None]]) -> dict[tuple[int, str], policy.PassagePolicy]:
    """The rows that gates used, by gate and version; those that nobody kept are left out."""
    wanted = {(gate, version) for gate, version in used if version is not None}
    rows = KeptRow.objects.filter(gate_id__in={gate for gate, _ in wanted}, version__in={each for _, each in wanted})
    return {
        (gate, version): policy.PassagePolicy.from_json({**content, "issued": 0, "expires": 1})
        for gate, version, content in rows.values_list("gate_id", "version", "content")
        if (gate, version) in wanted
    }


def forget_kept(before: datetime) -> int:
    """Forget rows whose last copy ended before a moment."""
    return int(KeptRow.objects.filter(until_at__lt=before).delete()[0])


def _confined(area_path: str) -> tuple[list[str], list[int]]:
    held = Confinement.objects.filter(area_path__startswith=area_path, ended_at=None).order_by("pk")
    dwellings = sorted({one.dwelling for one in held if one.dwelling})
    return dwellings, sorted({one.household_id for one in held if one.household_id is not None})
