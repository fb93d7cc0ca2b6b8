"""Deciding colours. This is the only deed by which a colour comes to be, and nobody can tell it which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection, transaction

from shouwang import clock
from shouwang.codes.course import INSTANT, Step, course_on
from shouwang.codes.events import ColourChanged, Turn
from shouwang.codes.models import ColourStatus, DecisionMark
from shouwang.codes.policy import Colour
from shouwang.codes.queries import steps_for, turning_days
from shouwang.codes.rules import Change, ColourDecision
from shouwang.health import queries as health
from shouwang.journal.actions import Actor, record
from shouwang.journal.events import announce
from shouwang.residents import queries as residents

DECIDING_LOCK = 0x5357_434F
"""Advisory lock: one decision run at a time, so that two cannot both append what one of them would have found."""

PEOPLE_A_PORTION = 5000
"""People read and decided at once: one statement each way, memory steady."""

TURNS_AN_ANNOUNCEMENT = 5000
"""How many turns one announcement names at most."""


@dataclass
class Decided:
    """What a run came to: people looked at, rows appended, people whose colour turned."""

    people: int = 0
    rows: int = 0
    turned: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A status as it ought to stand from a moment on."""

    since: datetime
    colour: Colour
    rule: str
    evidence: str
    until: datetime | None
    policy_version: str

    @classmethod
    def of(cls, since: datetime, decision: ColourDecision) -> _Row:
        behind = decision.evidence[0].event if decision.evidence else ""
        return cls(since, decision.colour, decision.rule, behind, decision.until, decision.policy_version)

    @property
    def says(self) -> tuple[object, ...]:
        """What a person is told; of a green one only that it is green, since nothing else follows from it."""
        if self.colour is Colour.GREEN:
            return (self.colour,)
        return (self.colour, self.rule, self.evidence, self.until, self.policy_version)


@transaction.atomic
def decide(person_ids: Iterable[int], until: datetime, *, by: Actor) -> Decided:
    """Work out the colours of people from their evidence up to and including `until`, and append what is not yet told.

    Each change stands at its exact moment, under the policy in force then. Rows already there are never touched: where
    a late fact makes the past another, rows for the moments concerned are appended and stand before the older ones.
    Deciding again over the same evidence appends nothing. Answers the counts.
    """
    people = sorted(set(person_ids))
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [DECIDING_LOCK])
    decided = Decided(people=len(people))
    now = clock.now()
    turns: list[Turn] = []
    for start in range(0, len(people), PEOPLE_A_PORTION):
        appended, turned = _decide_portion(people[start : start + PEOPLE_A_PORTION], until, now)
        decided.rows += appended
        turns += turned
    decided.turned = len(turns)
    for start in range(0, len(turns), TURNS_AN_ANNOUNCEMENT):
        announce(ColourChanged(tuple(turns[start : start + TURNS_AN_ANNOUNCEMENT]), now))
    if decided.rows:
        detail = {"people": decided.people, "rows": decided.rows, "turned": decided.turned, "until": until}
        record(by=by, deed="codes.decide", on="codes.ColourStatus:*", detail=detail)
    return decided


def _decide_portion(people: Sequence[int], until: datetime, now: datetime) -> tuple[int, list[Turn]]:
    """Decide some people: one read of facts, rows and marks each, one write of rows and marks each."""
    told = health.told_of_people(people)
    today = clock.local_day(now)
    homes = residents.places_on([(person, today) for person in told])
    marks = DecisionMark.objects.in_bulk(list(told))
    standing = _standing(list(told))
    known_steps: dict[str, tuple[Step, ...]] = {}
    new: list[tuple[int, _Row]] = []
    new_marks: list[DecisionMark] = []
    turns: list[Turn] = []
    for person, facts in told.items():
        path = homes[person, today].area_path
        steps = known_steps.get(path) or known_steps.setdefault(path, steps_for(path))
        mark = marks.get(person)
        until_here = max(until, mark.decided_until) if mark else until
        told_here = course_on(steps, facts.events, until_here)
        wanted = _wanted(told_here.changes)
        before = standing.get(person, [])
        rows = list(_missing(wanted, before, until_here))
        new += [(person, row) for row in rows]
        turn = _turn(person, before, wanted)
        turns += [turn] if turn else []
        next_change_at = told_here.next_change_at
        if mark is None or (mark.decided_until, mark.events_seen, mark.next_change_at) != (
            until_here,
            facts.rows,
            next_change_at,
        ):
            new_marks.append(
                DecisionMark(
                    person_id=person,
                    decided_until=until_here,
                    decided_at=now,
                    events_seen=facts.rows,
                    next_change_at=next_change_at,
                )
            )
    _append(new, now)
    DecisionMark.objects.bulk_create(
        new_marks,
        update_conflicts=True,
        unique_fields=["person"],
        batch_size=5000,
        update_fields=["decided_until", "decided_at", "events_seen", "next_change_at"],
    )
    return len(new), turns


def _standing(people: list[int]) -> dict[int, list[_Row]]:
    """The rows that count, by person and in time: of several at one moment the last appended."""
    rows = ColourStatus.objects.filter(person_id__in=people)
    rows = rows.order_by("person_id", "since", "-id").distinct("person_id", "since")
    found: dict[int, list[_Row]] = {}
    for person, since, colour, rule, evidence, until, version in rows.values_list(
        "person_id", "since", "colour", "rule", "evidence", "until", "policy_version"
    ):
        found.setdefault(person, []).append(_Row(since, Colour(colour), rule, evidence, until, version))
    return found


def _wanted(changes: Iterable[Change]) -> list[_Row]:
    """How the rows ought to stand: each where it says something else than the one before. Green goes without saying."""
    wanted: list[_Row] = []
    for change in changes:
        row = _Row.of(change.at, change.decision)
        if row.says != (wanted[-1].says if wanted else (Colour.GREEN,)):
            wanted.append(row)
    return wanted


def _missing(wanted: Sequence[_Row], before: Sequence[_Row], until: datetime) -> Iterator[_Row]:
    """The rows to append so that, at every moment, the row that counts says what is wanted.

    Wherever a row is wanted or one stands, the wanted one must be the last; a row that has become wrong is answered
    by one at its own moment that tells what holds there now.
    """
    wanted_at = {row.since: row for row in wanted}
    before_at = {row.since: row for row in before}
    told: tuple[object, ...] = (Colour.GREEN,)
    holding: _Row | None = None
    for moment in sorted(wanted_at.keys() | {since for since in before_at if since <= until}):
        holding = wanted_at.get(moment, holding)
        wanted_says = holding.says if holding else (Colour.GREEN,)
        stands = before_at.get(moment)
        told = stands.says if stands else told
        if told != wanted_says:
            yield _at(moment, holding, stands)
            told = wanted_says


def _at(moment: datetime, holding: _Row | None, stands: _Row | None) -> _Row:
    """The wanted row, said at a moment. Where nothing is known any more it is green, under the policy that erred."""
    if holding is None:
        assert stands is not None
        return _Row(moment, Colour.GREEN, "none", "", None, stands.policy_version)
    return _Row(moment, holding.colour, holding.rule, holding.evidence, holding.until, holding.policy_version)


def _turn(person: int, before: Sequence[_Row], wanted: Sequence[_Row]) -> Turn | None:
    """Whether the colour as it stands now is another than the one that stood, and since when."""
    was = before[-1].colour if before else Colour.GREEN
    became = wanted[-1].colour if wanted else Colour.GREEN
    if was is became:
        return None
    since = before[-1].since if before else None
    for row in reversed(wanted):
        if row.colour is not became:
            break
        since = row.since
    assert since is not None
    return Turn(person, since, was, became)


def _append(rows: Sequence[tuple[int, _Row]], now: datetime) -> None:
    """Write status rows, each at the place where its person lived on its day."""
    if not rows:
        return
    homes = residents.places_on([(person, clock.local_day(row.since)) for person, row in rows])
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for person, row in rows:
            home = homes[person, clock.local_day(row.since)]
            copy.write_row(
                (
                    person,
                    home.area_id,
                    home.area_path,
                    str(row.colour),
                    row.since,
                    row.until,
                    row.rule,
                    row.evidence,
                    row.policy_version,
                    now,
                )
            )


_COPY = """copy codes_colourstatus (person_id, area_id, area_path, colour, since, until, rule, evidence,
 policy_version, decided_at) from stdin"""


@transaction.atomic
def redecide_touched(day: date, *, by: Actor) -> dict[str, int]:
    """Decide, up to the end of a day (or now, if that is earlier), everybody whose evidence, clock or policy changed.

    That is: about whom something was recorded since they were last decided, whose colour may change by time before
    that end, or in whose policies the day is a turning point. A day run again changes nothing. Answers counts.
    """
    _begins, ends = clock.day_bounds(day)
    return _decide_touched(min(ends - INSTANT, clock.now()), by)


@transaction.atomic
def decide_due(*, by: Actor) -> dict[str, int]:
    """Decide everybody whose colour may have changed by now, by evidence, time or policy. For a clock that ticks."""
    return _decide_touched(clock.now(), by)


def _decide_touched(until: datetime, by: Actor) -> dict[str, int]:
    marks = {
        person: (decided_until, seen, next_change_at)
        for person, decided_until, seen, next_change_at in DecisionMark.objects.values_list(
            "person_id", "decided_until", "events_seen", "next_change_at"
        )
    }
    turned_policies = turning_days()
    touched = []
    for person, rows in health.event_counts().items():
        decided_until, seen, next_change_at = marks.get(person, (None, 0, None))
        evidence = rows != seen
        time = next_change_at is not None and next_change_at <= until
        policy = decided_until is not None and any(decided_until < turn <= until for turn in turned_policies)
        if evidence or time or policy:
            touched.append(person)
    return asdict(decide(touched, until, by=by) if touched else Decided())
