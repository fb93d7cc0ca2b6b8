"""Permits: whose they are, and whether one lets somebody through now."""

from __future__ import annotations

from collections.abc import Callable

from shouwang.gates.deciding.exception import AT_HOME, ELSEWHERE, is_for
from shouwang.gates.deciding.finding import Finding, Scene
from shouwang.gates.deciding.local_time import is_open, opens_at
from shouwang.gates.passage import Reason
from shouwang.gates.policy import Permit, PermitKind, Verdict
from shouwang.gates.traveller import Member

HOUR = 3_600

_ONCE = frozenset({PermitKind.ONE_OFF, PermitKind.MOVE_OUT})

_FAILINGS = (
    Reason.PERMIT_HOURS,
    Reason.PERMIT_INTERVAL,
    Reason.PERMIT_NOT_YET,
    Reason.PERMIT_USED,
    Reason.PERMIT_OVER,
)
"""Of several permits that do not let through, the one soonest mended is spoken of."""


def any_permit(_: Permit) -> bool:
    """Every kind of permit counts."""
    return True


def permitted(
    scene: Scene, person: Member, counts: Callable[[Permit], bool] = any_permit
) -> tuple[Permit | None, Finding | None]:
    """The first permit that lets this person through now, or a permission of two offices where none does; or what is
    wrong with the nearest one; or nothing at all."""
    failings: list[Finding] = []
    for permit in scene.policy.permits:
        if not (_is_of(permit, person, scene) and scene.direction in permit.directions and counts(permit)):
            continue
        failing = _failing(permit, scene)
        if failing is None:
            return permit, None
        failings.append(failing)
    exception = AT_HOME if person.resident is True else ELSEWHERE
    if counts(exception) and any(is_for(one, person, scene.traveller.list) for one in scene.excepted):
        return exception, None
    nearest = min(failings, key=lambda each: (_FAILINGS.index(each.reason), each.until or 0), default=None)
    return None, nearest


def _is_of(permit: Permit, person: Member, scene: Scene) -> bool:
    """Whether everything by which the holder is named is this traveller's."""
    holder, traveller = permit.holder, scene.traveller
    pairs = (
        (holder.row, person.row),
        (holder.idx, person.idx),
        (holder.household, person.household),
        (holder.phone_hash, traveller.phone_hash),
        (holder.plate, traveller.plate),
        (permit.host, traveller.host if traveller.host is not None else permit.host),
    )
    return all(named is None or named == shown for named, shown in pairs)


def _failing(permit: Permit, scene: Scene) -> Finding | None:
    """Why a permit does not count now: over, used up, not begun, too soon after the last time, outside its hours."""
    now, offset = scene.now, scene.policy.utc_offset_minutes
    used = [
        each.at
        for each in scene.traveller.earlier
        if each.permit == permit.id and each.direction is scene.direction and each.at <= now
    ]
    quota = 1 if permit.quota is None and permit.kind in _ONCE else permit.quota
    if now >= permit.valid_until:
        return Finding(Verdict.REFUSE, Reason.PERMIT_OVER)
    if quota is not None and len(used) >= quota:
        return Finding(Verdict.REFUSE, Reason.PERMIT_USED)
    if now < permit.valid_from:
        return Finding(Verdict.REFUSE, Reason.PERMIT_NOT_YET, until=permit.valid_from)
    again = max(used, default=now - permit.interval_hours * HOUR) + permit.interval_hours * HOUR
    if now < again:
        return Finding(Verdict.REFUSE, Reason.PERMIT_INTERVAL, until=again)
    if permit.windows and not is_open(permit.windows, now, offset):
        return Finding(Verdict.REFUSE, Reason.PERMIT_HOURS, until=opens_at(permit.windows, now, offset))
    return None
