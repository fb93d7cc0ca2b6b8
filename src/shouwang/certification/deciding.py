"""Deciding families of units over all their facts, and appending what is not told yet. Part of every deed here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import evidence, families
from shouwang.certification.course import Change, Told, course
from shouwang.certification.events import CertificationChanged
from shouwang.certification.facts import Case, Facts, Finding, StepTaken
from shouwang.certification.families import TOP, Family, Moves, Place
from shouwang.certification.ladder import HOLDING, State
from shouwang.certification.models import CertificationStatus, StepRow, UnitNotice, UnitTest
from shouwang.certification.spans import Piece
from shouwang.journal.events import announce

DECIDING_LOCK = 0x5357_4345
"""Advisory lock: one decision run at a time, so that two cannot both append what one of them would have found."""

PATHS_AN_ANNOUNCEMENT = 5000


@dataclass
class Decided:
    """What a run came to: families and units looked at, rows appended, units that stand otherwise, void steps."""

    families: int = 0
    units: int = 0
    rows: int = 0
    corrected: int = 0
    turned: list[str] = field(default_factory=list)
    voids: dict[int, str] = field(default_factory=dict)
    """Step → why it leads nowhere."""

    def counts(self) -> dict[str, int]:
        """For journals and job runs."""
        return {
            "families": self.families,
            "units": self.units,
            "rows": self.rows,
            "corrected": self.corrected,
            "turned": len(self.turned),
        }


def lock() -> None:
    """Wait for other decision runs to end; held until the transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [DECIDING_LOCK])


def decide(area_paths: Iterable[str], until: datetime) -> Decided:
    """Work out the course of every family that these places belong to, up to and including a moment, and append what
    is not yet told: status rows with their evidence and the notices to the units, in the transaction of the caller.
    """
    lock()
    decided = Decided()
    paths = set(area_paths)
    if not paths or not StepRow.objects.exists():
        # Nobody has declared anything: however many facts arrive, nothing follows from them here.
        return decided
    moves = areas.unit_moves()
    for together in families.grouped(families.tops_of(paths, moves)):
        _decide_family(families.family_of(together, moves), until, decided)
    decide_tops(paths, moves, until, decided)
    tell(decided)
    return decided


def tell(decided: Decided) -> None:
    """Announce the units that stand otherwise."""
    for start in range(0, len(decided.turned), PATHS_AN_ANNOUNCEMENT):
        announce(CertificationChanged(tuple(decided.turned[start : start + PATHS_AN_ANNOUNCEMENT]), clock.now()))


def _decide_family(family: Family, until: datetime, decided: Decided) -> None:
    below = [number for number, place in family.places.items() if place.level not in TOP]
    if not StepRow.objects.filter(area_id__in=evidence.these(below)).exists():
        return
    path = family.tops[0]
    units = [family.by_id[number] for number in below]
    told = course(units, facts_of(family, below), lambda day: families.policy_on(day, path), until)
    decided.families += len(family.tops)
    _append(family, below, told, until, decided)


def decide_tops(paths: Iterable[str], moves: Moves, until: datetime, decided: Decided) -> None:
    """Districts and the city that applied, from below: each follows the known changes of the units under it."""
    above = {path for each in paths for path in areas.paths_above(each)}
    applied = StepRow.objects.filter(area__path__in=above, area__level__in=TOP)
    for path in sorted(set(applied.values_list("area__path", flat=True)), key=lambda path: -path.count("/")):
        family = families.family_of((path,), moves)
        own = next(number for number, place in family.places.items() if place.path == path)
        under = [number for number, place in family.places.items() if place.path.startswith(path)]
        known = known_changes([number for number in under if number != own], until)
        given = [change for changes in known.values() for change in changes]
        facts = facts_of(family, under, of=[own])
        units = [family.by_id[number] for number in under]
        told = course(units, facts, lambda day, path=path: families.policy_on(day, path), until, given=given)  # type: ignore[misc]
        decided.families += 1
        _append(family, [own], told, until, decided)


def facts_of(family: Family, area_ids: Sequence[int], of: Sequence[int] | None = None) -> Facts:
    """All facts about units of a family; steps and tests of `of` alone when given."""
    cases, findings = [], []
    for piece in evidence.rows_of(area_ids):
        if piece.is_case:
            cases.append(case_of(family, piece))
        else:
            findings += findings_of(family, piece)
    asked = list(area_ids if of is None else of)
    steps = StepRow.objects.filter(area_id__in=evidence.these(asked)).values_list(
        "id", "area_id", "step", "result", "at", "objection_id"
    )
    tests = UnitTest.objects.filter(area_id__in=evidence.these(asked), positive=0, tested__gt=0).values_list(
        "area_id", "day"
    )
    return Facts(
        tuple(cases),
        tuple(findings),
        tuple(StepTaken(number, unit, step, result, at, said or 0) for number, unit, step, result, at, said in steps),
        tuple(tests),
    )


def case_of(family: Family, piece: Piece) -> Case:
    """A case, with the units above the home on its day."""
    chain = family.chain(piece.area, clock.local_day(piece.since))
    return Case(piece.event, piece.kind, piece.since, chain, piece.until, piece.own)


def findings_of(family: Family, piece: Piece) -> list[Finding]:
    """A finding cut where the units above its home became others."""
    turns = [clock.day_bounds(day)[0] for day in family.turns(piece.area)]
    cuts = [turn for turn in turns if piece.since < turn and (piece.until is None or turn < piece.until)]
    begins = [piece.since, *cuts]
    ends = [*cuts, piece.until]
    return [
        Finding(piece.event, piece.kind, since, until, family.chain(piece.area, clock.local_day(since)), piece.own)
        for since, until in zip(begins, ends, strict=True)
    ]


def known_changes(area_ids: Iterable[int], until: datetime | None = None) -> dict[int, list[Change]]:
    """The status rows that count, by unit and in time: of several at one moment the last appended."""
    asked = {"units": list(area_ids), "until": until or datetime.max.replace(tzinfo=UTC)}
    found: dict[int, list[Change]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, asked)
        while rows := cursor.fetchmany(5000):
            for row in rows:
                found.setdefault(row[0], []).append(change_told(*row))
    return found


_KNOWN = """
    select distinct on (area_id, since) area_id, (extract(epoch from since) * 1000000)::bigint, state, held, reason,
           evidence::text, step_id, named_day, policy_version
    from certification_status where area_id = any(%(units)s) and since <= %(until)s
    order by area_id, since, id desc
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(microseconds: int) -> datetime:
    """A moment that the database told as whole microseconds: for very many rows much quicker than as text."""
    return _EPOCH + timedelta(microseconds=microseconds)


def change_told(unit: int, since: int, state: str, held: bool, reason: str, behind: str, *more: Any) -> Change:
    """A status row as plain statements tell it: the moment as microseconds, the evidence as text."""
    return change_of(unit, moment_of(since), state, held, reason, () if behind == "[]" else json.loads(behind), *more)


CHANGE_COLUMNS = ("area_id", "since", "state", "held", "reason", "evidence", "step_id", "named_day", "policy_version")
_STATES = {str(state): state for state in State}


def change_of(
    area: int, since: datetime, state: str, held: bool, reason: str, behind: Sequence[str], step: int | None,
    named_day: date | None, version: str,
) -> Change:  # fmt: skip
    """A status row as a change, from CHANGE_COLUMNS."""
    return Change(area, since, _STATES[state], held, reason, tuple(behind), step or 0, named_day, version)


def _append(family: Family, area_ids: Sequence[int], told: Told, until: datetime, decided: Decided) -> None:
    wanted: dict[int, dict[datetime, Change]] = {}
    asked = set(area_ids)
    for change in told.changes:
        if change.unit in asked:
            wanted.setdefault(change.unit, {})[change.at] = change
    standing = known_changes(area_ids, until)
    decided.units += len(area_ids)
    decided.voids.update({void.step: void.reason for void in told.voids})
    new: list[Change] = []
    for unit in area_ids:
        before = standing.get(unit, [])
        mine = wanted.get(unit, {})
        rows = missing(unit, mine, before)
        new += rows
        was, now = (before[-1].state if before else State.NONE), (list(mine.values())[-1].state if mine else State.NONE)
        if was is not now:
            decided.turned.append(family.places[unit].path)
    decided.rows += len(new)
    decided.corrected += sum(1 for change in new if change.reason == "corrected")
    write(family.places, new)


def missing(
    unit: int, wanted: Mapping[datetime, Change], before: Sequence[Change], holding: Change | None = None
) -> list[Change]:
    """The rows to append so that, at every moment, the row that counts says what follows from the facts.

    A row that no longer follows is answered by one at its own moment that tells what holds there now. `holding`: what
    stood before the first of these moments.
    """
    stands = {change.at: change for change in before}
    rows = []
    for moment in sorted(wanted.keys() | stands.keys()):
        here, known = wanted.get(moment), stands.get(moment)
        if here is not None:
            holding = here
            if known is None or _says(known) != _says(here):
                rows.append(here)
        elif known is not None and _stands(known) != _stands(holding):
            state, held, named_day = _stands(holding)
            rows.append(Change(unit, moment, state, held, "corrected", (), 0, named_day, known.policy_version))
    return rows


def _stands(change: Change | None) -> tuple[State, bool, date | None]:
    return (State.NONE, False, None) if change is None else (change.state, change.held, change.named_day)


def _says(change: Change) -> tuple[object, ...]:
    return (*_stands(change), change.reason, change.evidence, change.step, change.policy_version)


def write(places: Mapping[int, Place], changes: Sequence[Change]) -> list[CertificationStatus]:
    """Status rows and the notices that tell the units of them."""
    now = clock.now()
    rows = CertificationStatus.objects.bulk_create(
        [
            CertificationStatus(
                area_id=change.unit,
                area_path=places[change.unit].path,
                level=places[change.unit].level,
                state=str(change.state),
                held=change.held,
                since=change.at,
                reason=change.reason,
                evidence=list(change.evidence),
                step_id=change.step or None,
                named_day=change.named_day,
                policy_version=change.policy_version,
                decided_at=now,
            )
            for change in changes
        ],
        batch_size=2000,
    )
    UnitNotice.objects.bulk_create(
        [UnitNotice(status=row, area_path=row.area_path, at=now) for row in rows if _is_news(row)], batch_size=2000
    )
    return rows


def _is_news(row: CertificationStatus) -> bool:
    """What a unit is told of itself: all that it did not do by its own hand."""
    return row.reason != "declared_passed" or State(row.state) in HOLDING
