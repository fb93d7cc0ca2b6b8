"""What certification does once a day: what announcements missed, comparisons, and the round as its day closes."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import deciding, evidence, families, queries
from shouwang.certification.deciding import Decided
from shouwang.certification.facts import last_moment
from shouwang.certification.ladder import FAILED, PASSED, State, Step
from shouwang.certification.ledger import ledger
from shouwang.certification.models import CertificationStatus, Round, RoundUnit, StepRow
from shouwang.certification.rules import Change, StandardOne, balance, explain
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
    if missed:
        evidence.read_people(missed)
    counts: dict[str, Any] = {"people_read": len(missed), "compared": 0}
    root = areas.root()
    if root is None or not StepRow.objects.exists():
        # Nobody has declared anything: however many facts arrive, nothing follows from them here.
        return {**counts, **Decided().counts()}
    known = ledger()
    with _all_that_is_made_is_kept():
        known.refresh(root.path)
        known.look(until)
        counts["compared"] = _compare(known.waiting(until), until)
        if counts["compared"]:
            known.refresh(root.path)
            known.look(until)
        decided = known.append(until)
    if known.tops:
        counts["compared"] += _decide_tops(until, decided)
    deciding.tell(decided)
    counts.update(decided.counts())
    held = hold_round(day, until)
    if held is not None:
        counts["round"] = held.number
    if decided.rows or counts["compared"]:
        record(by=by, deed="certification.day", on="certification.CertificationStatus:*", detail={"day": day, **counts})
    return counts


@contextmanager
def _all_that_is_made_is_kept() -> Iterator[None]:
    """Rows of a whole city are made here, and nothing of them goes in circles: looking for garbage among them takes
    a third of the time and finds none."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _decide_tops(until: datetime, decided: Decided) -> int:
    """Districts and the city that applied: they follow what is known of the units below them."""
    paths = set(StepRow.objects.filter(area__level__in=families.TOP).values_list("area__path", flat=True))
    moves = areas.unit_moves()
    deciding.decide_tops(paths, moves, until, decided)
    waiting = {
        row.area_id: row
        for row in _last_rows(until).filter(level__in=families.TOP).select_related("area", "step")
        if row.state == State.REVIEWED and not row.held
    }
    if waiting:
        day = clock.local_day(until)
        # Everything below them is asked.
        standards = {number: queries.explained(row.area, day).standard for number, row in waiting.items()}
        _compare({number: (row.area, standards[number]) for number, row in waiting.items()}, until)
        deciding.decide_tops(paths, moves, until, decided)
    return len(waiting)


def _last_rows(until: datetime) -> QuerySet[CertificationStatus]:
    rows = CertificationStatus.objects.filter(since__lte=until)
    return rows.order_by("area_id", "-since", "-id").distinct("area_id")


def _compare(waiting: Mapping[int, tuple[Any, StandardOne]], until: datetime) -> int:
    """Compare what has passed its first review with what is known of its people, by the system for the district.

    Where the record tells of a comparison made later, as when days of the past are run over an imported record, that
    one stands and none is made here.
    """
    told = StepRow.objects.filter(area_id__in=evidence.these(waiting), step=Step.COMPARISON, at__gt=until)
    elsewhere = set(told.values_list("area_id", flat=True)) if waiting else set()
    waiting = {number: one for number, one in waiting.items() if number not in elsewhere}
    if not waiting:
        return 0
    day = clock.local_day(until)
    noted = figures.values_of(list(waiting), day)
    declared = StepRow.objects.filter(area_id__in=evidence.these(waiting), step=Step.DECLARED, at__lte=until)
    applications = dict(declared.order_by("area_id", "-at", "-pk").distinct("area_id").values_list("area_id", "pk"))
    steps: list[StepRow] = []
    for number, (place, one) in sorted(waiting.items()):
        found: list[dict[str, Any]] = [
            {"code": hit.code, "event": hit.ref, "day": hit.day.isoformat() if hit.day else None} for hit in one.hits
        ]
        values = noted.get(number, {})
        found += [{"code": name, "count": values[name], "day": day.isoformat()} for name in NOTED if values.get(name)]
        steps.append(
            StepRow(
                ref=f"w-{uuid.uuid4().hex}", area_id=number, area_path=place.path,
                application_id=applications.get(number), step=Step.COMPARISON, result=PASSED if one.met else FAILED,
                at=until, by="system", mend="" if one.met else explain(one, "zh"), found=found, recorded_at=clock.now(),
            )
        )  # fmt: skip
    StepRow.objects.bulk_create(steps, batch_size=2000)
    return len(steps)


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
    shares = queries.shares(root.path, day, day - timedelta(days=policy.round_days))
    told = {share.level: share.figures() for share in shares}
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
