"""The compound's row: hours, who may enter, how residents go out, what is barred or confined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shouwang.command.policy import Stage
from shouwang.gates.deciding.exception import EXCEPTION
from shouwang.gates.deciding.finding import Finding, Scene, gathered
from shouwang.gates.deciding.local_time import is_open, local_day, midnight, opens_at
from shouwang.gates.deciding.permit import HOUR, any_permit, permitted
from shouwang.gates.passage import Banner, Reason
from shouwang.gates.policy import Access, Direction, ExitKind, Permit, PermitKind, Verdict
from shouwang.gates.traveller import Kind, Member

Let = list[tuple[int, Permit]]
"""Permits that let somebody through, each with the person's position; 0 for the whole vehicle or delivery."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the row gives: findings, banners, the permit that lets through (and each person's), and when whoever goes
    out is to be back."""

    findings: tuple[Finding, ...] = ()
    banner: tuple[Banner, ...] = ()
    permit: str | None = None
    until: int | None = None
    permits: tuple[str | None, ...] = ()


def rule(scene: Scene) -> Ruled:
    """What the compound's row says. In the normal stage an entry depends on confinement alone."""
    return _entry(scene) if scene.direction is Direction.IN else _exit(scene)


def _refused(reason: Reason, until: int | None = None) -> Finding:
    return Finding(Verdict.REFUSE, reason, until=until)


def _is_duty(permit: Permit) -> bool:
    return permit.kind is PermitKind.SPECIAL_DUTY


def _is_for_confined(permit: Permit) -> bool:
    return permit.confined


def _is_for_host(permit: Permit) -> bool:
    return permit.confined and permit.id != EXCEPTION


def _by_person(scene: Scene, let: Let) -> tuple[str | None, ...]:
    """The permit of each person, in their order; one of the whole vehicle is its first person's."""
    found: list[str | None] = [None] * len(scene.people)
    for at, permit in let:
        if at > 0 or found[0] is None:
            found[max(at, 1) - 1] = permit.id
    return tuple(found) if let else ()


def _confined(scene: Scene, person: Member) -> bool:
    return person.household is not None and person.household in scene.policy.confined_households


def _barred(scene: Scene, dwelling: str) -> bool:
    return dwelling != "" and any(
        dwelling == barred or (barred.endswith("-") and dwelling.startswith(barred))
        for barred in scene.policy.barred_dwellings
    )


# Into the compound


def _entry(scene: Scene) -> Ruled:
    normal = scene.policy.stage is Stage.NORMAL_CONTROL
    traveller = scene.traveller
    home = any(person.resident is True and _confined(scene, person) for person in traveller.people)
    banner = [Banner.CONFINED_HOME] if home else []
    findings = list(_host(scene))
    if normal:
        return Ruled(tuple(findings), tuple(banner))
    if _is_late(scene):
        banner.append(Banner.LATE_BACK)
    findings += gathered(_barred_home(scene))
    strangers = [(at, person) for at, person in enumerate(scene.people, start=1) if _is_stranger(scene, person)]
    let: Let = []
    if strangers and not is_allowed_hour(scene) and permitted(scene, strangers[0][1], _is_duty)[0] is None:
        findings.append(_closed(scene))
    if traveller.kind is Kind.VEHICLE:
        access, closed = scene.policy.enter.vehicles, Reason.NO_VEHICLES
        asked = [(0, scene.people[0])]
        findings += gathered(_access(scene, access, closed, asked, let))
        if access is not Access.PERMIT:
            findings += gathered(_access(scene, scene.policy.enter.visitors, Reason.NO_VISITORS, strangers, let))
    elif traveller.kind is Kind.DELIVERY:
        enter = scene.policy.enter
        access = enter.couriers if traveller.courier else enter.deliveries
        findings += gathered(_access(scene, access, Reason.NO_DELIVERIES, [(0, scene.people[0])], let))
    else:
        findings += gathered(_access(scene, scene.policy.enter.visitors, Reason.NO_VISITORS, strangers, let))
        findings += gathered(_unknown(scene))
    return Ruled(tuple(findings), tuple(banner), let[0][1].id if let else None, None, _by_person(scene, let))


def _is_stranger(scene: Scene, person: Member) -> bool:
    """Not a resident; of visitors and deliveries whoever is not known to be one."""
    if scene.traveller.kind in {Kind.VISITOR, Kind.DELIVERY}:
        return person.resident is not True
    return person.resident is False


def _host(scene: Scene) -> Iterator[Finding]:
    """Nobody visits a household that is confined, or a barred dwelling, but with a permit made for it. A permission of
    the visitor's own offices does not lift an order on somebody else's home."""
    traveller = scene.traveller
    if traveller.host is None and not traveller.host_dwelling:
        return
    if permitted(scene, scene.people[0], _is_for_host)[0] is not None:
        return
    if traveller.host is not None and traveller.host in scene.policy.confined_households:
        yield _refused(Reason.HOST_CONFINED)
    if _barred(scene, traveller.host_dwelling):
        yield _refused(Reason.HOST_BARRED)


def _barred_home(scene: Scene) -> Iterator[tuple[int, Finding]]:
    """Residents of a barred dwelling who come home are not left in the street."""
    for at, person in enumerate(scene.traveller.people, start=1):
        barred = person.resident is True and _barred(scene, person.dwelling)
        if barred and permitted(scene, person, _is_for_confined)[0] is None:
            yield at, Finding(Verdict.HOLD, Reason.DWELLING_BARRED)


def _access(
    scene: Scene, access: Access, closed: Reason, asked: list[tuple[int, Member]], let: Let
) -> Iterator[tuple[int, Finding]]:
    """Whether those of a kind may enter; the permits that let them in are noted in `let`."""
    if access is Access.YES:
        return
    for at, person in asked:
        counts = any_permit if access in {Access.PERMIT, Access.REASON} else _is_duty
        permit, failing = permitted(scene, person, counts)
        if permit is not None:
            let.append((at, permit))
        elif access is Access.REASON:
            if not scene.traveller.purpose.strip():
                yield at, _refused(Reason.PURPOSE_NEEDED)
        elif access is Access.PERMIT:
            yield at, failing or _refused(Reason.NO_PERMIT)
        else:
            yield at, _refused(Reason.HAND_OVER if access is Access.GATE else closed)


def _unknown(scene: Scene) -> Iterator[tuple[int, Finding]]:
    """Where strangers do not simply enter, the guard finds out who lives here."""
    if scene.policy.enter.visitors is Access.YES or scene.traveller.kind is Kind.VISITOR:
        return
    for at, person in enumerate(scene.traveller.people, start=1):
        if person.resident is None:
            yield at, Finding(Verdict.CHECK, Reason.RESIDENCE_UNKNOWN)


def _is_late(scene: Scene) -> bool:
    """Whether somebody comes back after the time they were given. It is noted, and they come in."""
    rule_out, stays = scene.policy.exit, {permit.id: permit.stay_minutes for permit in scene.policy.permits}
    rows = {person.row for person in scene.traveller.people if person.row is not None}
    for each in scene.traveller.earlier:
        if each.direction is Direction.OUT and each.back is None and each.row in rows:
            by_rule = rule_out.stay_minutes if rule_out.kind is ExitKind.QUOTA else 0
            stay = stays.get(each.permit, 0) if each.permit is not None else by_rule
            if stay > 0 and scene.now > each.at + stay * 60:
                return True
    return False


def is_allowed_hour(scene: Scene) -> bool:
    """Whether the gate is open at this hour."""
    policy = scene.policy
    return not policy.hours or is_open(policy.hours, scene.now, policy.utc_offset_minutes)


def _closed(scene: Scene) -> Finding:
    policy = scene.policy
    return _refused(Reason.GATE_CLOSED, opens_at(policy.hours, scene.now, policy.utc_offset_minutes))


# Out of the compound


def _exit(scene: Scene) -> Ruled:
    """Those who do not live here may always leave; residents by the row."""
    rule_out = scene.policy.exit
    found: list[tuple[int, Finding]] = []
    let: Let = []
    residents = [
        (at, person)
        for at, person in enumerate(scene.traveller.people, start=1)
        if not _is_stranger(scene, person) and (person.resident is True or rule_out.kind is not ExitKind.FREE)
    ]
    for at, person in residents:
        if person.resident is None:
            found.append((at, Finding(Verdict.CHECK, Reason.RESIDENCE_UNKNOWN)))
            continue
        if permitted(scene, person, _is_for_confined)[0] is None:
            if _confined(scene, person):
                found.append((at, _refused(Reason.CONFINED)))
            if _barred(scene, person.dwelling):
                found.append((at, _refused(Reason.DWELLING_BARRED)))
        if not is_allowed_hour(scene) and permitted(scene, person, _is_duty)[0] is None:
            found.append((at, _closed(scene)))
    asked = [(at, person) for at, person in residents if person.resident is True]
    if rule_out.kind is ExitKind.QUOTA:
        found += _quota(scene, asked, let)
    elif rule_out.kind is not ExitKind.FREE:
        found += _with_permit(scene, asked, let)
    stays = [permit.stay_minutes for _, permit in let if permit.stay_minutes > 0]
    if rule_out.kind is ExitKind.QUOTA and rule_out.stay_minutes > 0 and len(let) < len(asked):
        stays.append(rule_out.stay_minutes)
    until = scene.now + min(stays) * 60 if stays else None
    return Ruled(tuple(gathered(found)), (), let[0][1].id if let else None, until, _by_person(scene, let))


def _counts(scene: Scene, permit: Permit) -> bool:
    """Whether a kind of permit counts under this exit rule."""
    rule_out = scene.policy.exit
    if rule_out.kind is ExitKind.DUTY and permit.kind is not PermitKind.SPECIAL_DUTY:
        return permit.kind in rule_out.permit_kinds and permit.purpose in rule_out.purposes
    return permit.kind in rule_out.permit_kinds or permit.kind is PermitKind.SPECIAL_DUTY


def _with_permit(scene: Scene, asked: list[tuple[int, Member]], let: Let) -> Iterator[tuple[int, Finding]]:
    missing = Reason.DUTY_ONLY if scene.policy.exit.kind is ExitKind.DUTY else Reason.NO_PERMIT
    for at, person in asked:
        permit, failing = permitted(scene, person, lambda each: _counts(scene, each))
        if permit is not None:
            let.append((at, permit))
        else:
            yield at, failing or _refused(missing)


def _quota(scene: Scene, asked: list[tuple[int, Member]], let: Let) -> Iterator[tuple[int, Finding]]:
    """One (or so many) of a household at a time and in each interval; who has a permit does not count."""
    rule_out = scene.policy.exit
    counted: list[tuple[int, Member]] = []
    for at, person in asked:
        permit, _ = permitted(scene, person, lambda each: _counts(scene, each))
        if permit is not None:
            let.append((at, permit))
        elif person.household is None:
            yield at, Finding(Verdict.CHECK, Reason.RESIDENCE_UNKNOWN)
        else:
            counted.append((at, person))
    going = Counter(person.household for _, person in counted)
    for at, person in counted:
        number = going[person.household]
        gone = [
            each
            for each in scene.traveller.earlier
            if each.direction is Direction.OUT and each.permit is None and each.household == person.household
        ]
        over = sorted(end for each in gone if (end := _again(scene, each.at)) > scene.now)
        if number > rule_out.people:
            yield at, _refused(Reason.TOO_MANY)
        elif len(over) + number > rule_out.people:
            yield at, _refused(Reason.HOUSEHOLD_QUOTA, over[len(over) + number - rule_out.people - 1])
        elif sum(each.back is None for each in gone) + number > rule_out.people:
            yield at, _refused(Reason.HOUSEHOLD_OUT)


def _again(scene: Scene, went: int) -> int:
    """From when a passage out no longer counts: after the hours, and on the local day, that the rule names."""
    rule_out, offset = scene.policy.exit, scene.policy.utc_offset_minutes
    after = went + rule_out.interval_hours * HOUR
    if rule_out.interval_days == 0:
        return after
    return max(after, midnight(local_day(went, offset) + rule_out.interval_days, offset))
