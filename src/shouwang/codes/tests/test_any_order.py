"""Random lives, told in random files in random order: the colours are those of the pure rules over all facts."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.codes import actions, queries
from shouwang.codes.course import step_at
from shouwang.codes.rules import ColourDecision, decide_colour
from shouwang.health.rules import Event, Kind, evidence_of
from shouwang.health.tests.places import COLUMNS, NOW
from shouwang.intake.actions import take_in
from shouwang.journal.actions import Actor
from shouwang.residents.models import Person

BEGIN = clock.parse("2020-02-20")
HOURS = 24 * 60
BY = Actor.operator()

Told = tuple[str, int, str, int | None]
"""Kind, hours after BEGIN, source, and which of the earlier events of the life it ends (None: names none)."""

lives = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in Kind if kind is not Kind.CLOSE_CONTACT_OF]),
        st.integers(0, HOURS),
        st.sampled_from(["", "self", "hospital"]),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=9,
)


def rows_of(person: str, life: Sequence[Told]) -> list[tuple[str, ...]]:
    """A life as rows of a file: an event ends an earlier one only, as files must."""
    rows: list[tuple[str, ...]] = []
    order = sorted(life, key=lambda told: told[1])
    for number, (kind, hours, source, ends) in enumerate(order):
        named = f"{person}-{ends}" if ends is not None and ends < number else ""
        note = ("37.6" if hours % 3 == 0 else "36.6") if kind == Kind.TEMPERATURE else ""
        time = (BEGIN + timedelta(hours=hours)).isoformat()
        rows.append((f"{person}-{number}", time, person, str(kind), named, source, note))
    return rows


def _degrees(note: str) -> Decimal | None:
    return Decimal(note) if note else None


def pure(person: Person, rows: Sequence[tuple[str, ...]], at: datetime) -> ColourDecision:
    """The decision over all facts at once, without the database."""
    step = step_at(queries.steps_for(person.area_path), at)
    events = [
        Event(ref, kind, clock.parse(time), ends or None, source, note, _degrees(note), person.area_path, BY.name)
        for ref, time, _person, kind, ends, source, note in rows
    ]
    return decide_colour(step.colour, evidence_of(events, step.health), at)


def take(rows: Sequence[tuple[str, ...]]) -> None:
    """Take in one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([COLUMNS, *rows])
        report = take_in("health-events", path, by=BY)
    assert report.refused == 0, report.refusals


def split(rows: list[tuple[str, ...]], dice: random.Random) -> list[list[tuple[str, ...]]]:
    """The rows in random files and order, such that no file names an event that only a later file tells."""
    files: list[list[tuple[str, ...]]] = [[], [], []]
    place: dict[str, int] = {}
    for row in rows:
        earliest = place.get(row[4], 0)
        place[row[0]] = dice.randint(earliest, 2)
        files[place[row[0]]].append(row)
    for one in files:
        dice.shuffle(one)
    return [one for one in files if one]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=lives, second=lives, seed=st.integers(0, 10**6))
def test_files_in_any_order_give_the_colours_of_the_pure_rules(
    people: dict[str, Person], first: list[Told], second: list[Told], seed: int
) -> None:
    """Asked purely, and as decided in rows by whatever files came first: the same as all facts known at once."""
    dice = random.Random(seed)
    suffix = f"{seed}-{dice.random()}"
    rows = {
        person: [tuple(f"{cell}@{suffix}" if place in (0, 4) and cell else cell for place, cell in enumerate(row))
                 for row in rows_of(person, life)]
        for person, life in (("P1", first), ("P2", second))
    }  # fmt: skip
    ids = [people["P1"].pk, people["P2"].pk]
    _forget(ids)
    for file in split(rows["P1"] + rows["P2"], dice):
        take(file)
        # What the reaction does after commit, at a moment of its own.
        actions.decide(ids, BEGIN + timedelta(hours=dice.randint(0, HOURS)), by=BY)
    actions.decide(ids, NOW, by=BY)
    for moment in [
        BEGIN + timedelta(hours=dice.randint(-24, HOURS + 500), minutes=dice.randint(0, 1)) for _ in range(12)
    ]:
        told = queries.statuses_of(ids, moment)
        for ref in ("P1", "P2"):
            person = people[ref]
            expected = pure(person, rows[ref], moment)
            assert queries.colour_of(person.pk, person.area_path, moment).decision == expected
            status = told.get(person.pk)
            assert (status.colour if status else "green") == expected.colour
            if expected.evidence and status:
                assert (status.rule, status.evidence) == (expected.rule, expected.evidence[0].event)


def _forget(ids: list[int]) -> None:
    """Clear what an earlier example left, as only the ending may."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set local shouwang.retention = 'on'")
        for table in ("codes_colourstatus", "codes_decisionmark"):
            cursor.execute(f"delete from {table} where person_id = any(%s)", [ids])
        cursor.execute("delete from health_healthevent where person_id = any(%s)", [ids])
