"""The policy row of a gate: what holds there by the dated policy, with the permits and confinements of its compound."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Any

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.codes import remedy_queries
from shouwang.codes.remedy_queries import ActiveException
from shouwang.command import queries as command
from shouwang.command.policy import Stage
from shouwang.gates import permitting, policy
from shouwang.gates.models import Confinement, Gate, Permit
from shouwang.gates.passage_policy import Compound, PassageRules, policy_row
from shouwang.policybook import queries as book
from shouwang.policybook.policy import Policy

AHEAD = timedelta(hours=36)
"""Permits that begin within the life of a row are in it."""


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
        version=f"{int(issued.timestamp())}",
        day=day,
        issued=int(issued.timestamp()),
        expires=int(expires.timestamp()),
        permits=[*map(_permit, permits), *map(_exception, remedy_queries.active_exceptions(gate.area_path, issued))],
        barred_dwellings=dwellings,
        confined_households=households,
        utc_offset_minutes=int((issued.astimezone(clock.ZONE).utcoffset() or timedelta(0)).total_seconds()) // 60,
    )
    return row.to_json()


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


def _exception(one: ActiveException) -> policy.Permit:
    """A permission to pass as an exception, signed by two offices: special duty for its hours, also for the confined.

    It says nothing about the colour, which the gate reads from the code as always.
    """
    return policy.Permit(
        id=f"exception-{one.number}",
        kind=policy.PermitKind.SPECIAL_DUTY,
        holder=policy.Holder(row=one.person_id),
        valid_from=int(one.begins_at.timestamp()),
        valid_until=int(one.ends_at.timestamp()),
        purpose=one.reason,
        confined=True,
    )


def _confined(area_path: str) -> tuple[list[str], list[int]]:
    held = Confinement.objects.filter(area_path__startswith=area_path, ended_at=None).order_by("pk")
    dwellings = sorted({one.dwelling for one in held if one.dwelling})
    return dwellings, sorted({one.household_id for one in held if one.household_id is not None})
