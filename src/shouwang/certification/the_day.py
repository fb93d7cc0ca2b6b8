"""What certification does once a day: what announcements missed, comparisons, and the round as its day closes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import deciding, evidence, families, queries
from shouwang.certification.facts import last_moment
from shouwang.certification.ladder import FAILED, PASSED, PROCEDURE, State, Step
from shouwang.certification.models import CertificationStatus, Round, RoundUnit, StepRow
from shouwang.certification.rules import Change, StandardOne, balance, explain, standard_one
from shouwang.journal.actions import Actor, record
from shouwang.measures import queries as figures

NOTED = ("codes_red", "codes_yellow", "follow_up_late")
"""Figures that a comparison notes beside what stands against a unit; they open down to their facts."""


@transaction.atomic
def run(day: date, *, by: Actor) -> dict[str, Any]:
    """Everything of one day, up to its end or now. Run again over the same facts it appends nothing."""
    deciding.lock()
    until = min(last_moment(day), clock.now())
    missed = evidence.people_not_read()
    touched = evidence.read_people(missed) if missed else set()
    paths = {*areas.paths_by_id(touched), *_waiting(day, until)}
    decided = deciding.decide(paths, until)
    compared = _compare(until)
    if compared:
        decided_again = deciding.decide(compared, until)
        decided.rows += decided_again.rows
    counts: dict[str, Any] = {"people_read": len(missed), "compared": len(compared), **decided.counts()}
    held = hold_round(day, until)
    if held is not None:
        counts["round"] = held.number
    if decided.rows or compared:
        record(by=by, deed="certification.day", on="certification.CertificationStatus:*", detail={"day": day, **counts})
    return counts


def _waiting(day: date, until: datetime) -> list[str]:
    """Units that time alone may change: under way, removed at the next round, ended; on a day of another policy all."""
    root = areas.root()
    if root is None:
        return []
    now, before = queries.policy_on(day, root.path), queries.policy_on(day - timedelta(days=1), root.path)
    rows = StepRow.objects.filter(at__lte=until)
    if now.version != before.version:
        return list(rows.values_list("area__path", flat=True).distinct())
    last = CertificationStatus.objects.filter(since__lte=until).order_by("area_id", "-since", "-id").distinct("area_id")
    under_way = [path for path, state in last.values_list("area__path", "state") if state in PROCEDURE]
    removed = rows.filter(step=Step.REMOVAL, at__gte=clock.day_bounds(day - timedelta(days=now.round_days))[0])
    ended = rows.filter(area__valid_until__lte=day, area__valid_until__gt=day - timedelta(days=7))
    return [*under_way, *removed.values_list("area__path", flat=True), *ended.values_list("area__path", flat=True)]


def _compare(until: datetime) -> list[str]:
    """Compare what has passed its first review with what is known of its people, by the system for the district."""
    last = CertificationStatus.objects.filter(since__lte=until).order_by("area_id", "-since", "-id").distinct("area_id")
    waiting = {row.area_id: row for row in last.select_related("area", "step") if row.state == State.REVIEWED}
    waiting = {number: row for number, row in waiting.items() if not row.held}
    day = clock.local_day(until)
    noted = figures.values_of(list(waiting), day) if waiting else {}
    steps: list[StepRow] = []
    for number, one in _standards({number: row.area.path for number, row in waiting.items()}, until).items():
        row = waiting[number]
        found: list[dict[str, Any]] = [
            {"code": hit.code, "event": hit.ref, "day": hit.day.isoformat() if hit.day else None} for hit in one.hits
        ]
        result = PASSED if one.met else FAILED
        values = noted.get(number, {})
        found += [{"code": name, "count": values[name], "day": day.isoformat()} for name in NOTED if values.get(name)]
        steps.append(
            StepRow(
                ref=f"w-{uuid.uuid4().hex}", area_id=number, area_path=row.area.path,
                application=row.step.application if row.step else None, step=Step.COMPARISON, result=result, at=until,
                by="system", mend="" if one.met else explain(one, "zh"), found=found, recorded_at=clock.now(),
            )
        )  # fmt: skip
    StepRow.objects.bulk_create(steps, batch_size=2000)
    return [row.area.path for row in waiting.values()]


def _standards(paths: dict[int, str], until: datetime) -> dict[int, StandardOne]:
    """Standard one of many units at a moment: their families are read together."""
    moves, day = areas.unit_moves(), clock.local_day(until)
    found: dict[int, StandardOne] = {}
    for tops in families.grouped(families.tops_of(paths.values(), moves)):
        family = families.family_of(tops, moves)
        asked = [
            number for number in family.places if number in paths and family.places[number].level not in families.TOP
        ]
        below = [number for number, place in family.places.items() if place.level not in families.TOP]
        facts = deciding.facts_of(family, below, of=asked)
        cases, findings = defaultdict(list), defaultdict(list)
        for case in facts.cases:
            for number in case.chain:
                cases[number].append(case)
        for one in facts.findings:
            for number in one.chain:
                findings[number].append(one)
        policy = families.policy_on(day, tops[0])
        for number in asked:
            tests = [on for unit, on in facts.tests if unit == number]
            found[number] = standard_one(policy, day, cases[number], findings[number], tests, until)
    for number, path in paths.items():
        if number not in found:
            # A district or the city: everything below it is asked.
            found[number] = queries.explained(queries.unit(path.strip("/").split("/")[-1]), day).standard
    return found


def hold_round(day: date, until: datetime) -> Round | None:
    """Write down what a round named and removed, once its day is over; None on other days."""
    root = areas.root()
    if root is None or until < last_moment(day):
        return None
    policy = queries.policy_on(day, root.path)
    if not policy.is_round(day):
        return None
    before = queries.standings(root.path, day - timedelta(days=policy.round_days))
    now = queries.standings(root.path, day)
    places = {
        area.pk: area for area in areas.of_ladder(queries.LEVELS, at=areas.paths_by_id(before.keys() | now.keys()))
    }
    told = {}
    for share in queries.shares(root.path, day, day - timedelta(days=policy.round_days)):
        one = share.balance
        told[share.level] = {
            "before": one.before, "named": one.named, "restored": one.restored, "suspended": one.suspended,
            "cancelled": one.cancelled, "net": one.net, "units": share.units,
            "percent": None if share.percent is None else str(share.percent),
        }  # fmt: skip
    row, _new = Round.objects.update_or_create(
        day=day,
        area_id=root.pk,
        defaults={
            "number": policy.round_number(day),
            "policy_version": policy.version,
            "balance": told,
            "decided_at": clock.now(),
        },
    )
    row.units.all().delete()
    RoundUnit.objects.bulk_create(
        [
            RoundUnit(round=row, area_id=number, area_path=places[number].path, level=places[number].level, what=what)
            for number in sorted(places)
            if (what := _what(before.get(number), now.get(number)))
        ],
        batch_size=5000,
    )
    return row


def _what(then: Change | None, now: Change | None) -> str:
    one = balance([(then, now)])
    return next((name for name in ("named", "restored", "suspended", "cancelled") if getattr(one, name)), "")
