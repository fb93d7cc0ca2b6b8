"""Files of health events: every row taken, unchanged or refused for a reason that names its column."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.db import connection

from shouwang.areas.models import Area
from shouwang.health.models import HealthEvent
from shouwang.health.rules import Kind
from shouwang.health.tests.places import check_constraints_now, file_of, house, slowness
from shouwang.intake.actions import Report, take_in
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.residents.models import Person

BY = Actor.operator()


def told(folder: Path, *rows: tuple[str, ...], scope_path: str = "", dry_run: bool = False) -> Report:
    """What comes of a file with these rows."""
    return take_in("health-events", file_of(folder, rows), by=BY, scope_path=scope_path, dry_run=dry_run)


def codes_of(report: Report) -> list[tuple[int, str, str]]:
    """Line, column and reason of every refused row."""
    return sorted((row.line, row.column, row.code) for row in report.refusals)


def test_facts_are_recorded_where_the_person_lived(people: dict[str, Person], tmp_path: Path) -> None:
    """A row becomes a fact with its person, moment (local when no offset is given), place and author."""
    report = told(tmp_path, ("e1", "2020-02-10T09:30", "P1", "suspected", "", "No. 1 Hospital", "cough"))
    assert (report.taken, report.refused) == (1, 0)
    event = HealthEvent.objects.get(ref="e1")
    assert event.person_id == people["P1"].pk
    assert event.time.isoformat() == "2020-02-10T01:30:00+00:00"
    assert (event.source, event.note, event.author) == ("No. 1 Hospital", "cough", BY.name)
    assert event.area_path == people["P1"].area_path
    check_constraints_now()


def test_the_place_is_that_of_the_day(tree: dict[str, Area], people: dict[str, Person], tmp_path: Path) -> None:
    """Somebody who has moved since is recorded where they lived on the day of the fact."""
    people["P1"].residences.create(area=tree["X2"], area_path=tree["X2"].path, until_day="2020-02-15", by="x")
    told(tmp_path, ("e1", "2020-02-14T23:59", "P1", "fever"), ("e2", "2020-02-15T00:00", "P1", "fever"))
    assert HealthEvent.objects.get(ref="e1").area == tree["X2"]
    assert HealthEvent.objects.get(ref="e2").area == tree["X1"]


def test_the_same_file_again_changes_nothing(people: dict[str, Person], tmp_path: Path) -> None:
    """Twice the same content: all unchanged, no new row, no new word in the journal from this room."""
    rows = [("e1", "2020-02-10", "P1", "suspected"), ("e2", "2020-02-12", "P1", "excluded", "e1")]
    assert told(tmp_path, *rows).taken == 2
    entries = Entry.objects.filter(deed="health.record_facts").count()
    again = told(tmp_path, *rows)
    assert (again.taken, again.unchanged, again.refused) == (0, 2, 0)
    assert HealthEvent.objects.count() == 2
    assert Entry.objects.filter(deed="health.record_facts").count() == entries


def test_rows_may_stand_in_any_order(people: dict[str, Person], tmp_path: Path) -> None:
    """`ends` may name a later row of the file, or one recorded long ago."""
    report = told(tmp_path, ("e2", "2020-02-12", "P1", "excluded", "e1"), ("e1", "2020-02-10", "P1", "suspected"))
    assert report.taken == 2
    report = told(tmp_path, ("e3", "2020-02-13", "P1", "excluded", "e1"))
    assert report.taken == 1
    assert {event.ends.ref for event in HealthEvent.objects.exclude(ends=None)} == {"e1"}
    check_constraints_now()


def test_a_reference_with_other_content_is_refused(people: dict[str, Person], tmp_path: Path) -> None:
    """What a reference says is settled: the refusal names what differs and how to correct it."""
    told(tmp_path, ("e1", "2020-02-10", "P1", "suspected"))
    report = told(tmp_path, ("e1", "2020-02-11", "P2", "fever"))
    [row] = report.refusals
    assert (row.code, row.column) == ("health.reference_taken", "event")
    assert "person, kind, time" in row.reason_en
    assert HealthEvent.objects.get().kind == "suspected"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("", "2020-02-10", "P1", "fever"), "event", "health.no_reference"),
        (("e", "2020-02-10", "", "fever"), "person", "health.no_person"),
        (("e", "2020-02-10", "P9", "fever"), "person", "health.unknown_person"),
        (("e", "2020-02-10", "P1", "Fever"), "kind", "health.unknown_kind"),
        (("e", "2020-02-10", "P1", ""), "kind", "health.unknown_kind"),
        (("e", "2020-02-10", "P1", "withdrawn"), "kind", "health.unknown_kind"),
        (("e", "2020-02-30", "P1", "fever"), "time", "health.bad_time"),
        (("e", "", "P1", "fever"), "time", "health.bad_time"),
        (("e", "2020-02-10T25:00", "P1", "fever"), "time", "health.bad_time"),
        (("e", "0001-01-01", "P1", "fever"), "time", "health.bad_time"),
        (("e", "1900-01-01", "P1", "fever"), "time", "health.bad_time"),
        (("e", "9999-12-31T23:59:59-12:00", "P1", "fever"), "time", "health.bad_time"),
        (("e", "43871", "P1", "fever"), "time", "health.bad_time"),
        (("e", "2020-05-01T12:00:01", "P1", "fever"), "time", "health.future_time"),
        (("e", "2020-02-10", "P1", "temperature", "", "", ""), "note", "health.bad_temperature"),
        (("e", "2020-02-10", "P1", "temperature", "", "", "29.9"), "note", "health.bad_temperature"),
        (("e", "2020-02-10", "P1", "temperature", "", "", "45.1"), "note", "health.bad_temperature"),
        (("e", "2020-02-10", "P1", "temperature", "", "", "36.5 36.8"), "note", "health.bad_temperature"),
        (("e", "2020-02-10", "P1", "excluded", "e"), "ends", "health.ends_itself"),
        (("e", "2020-02-10", "P1", "excluded", "nobody"), "ends", "health.ends_unknown"),
        (("e", "2020-02-10", "P1", "close_contact_of", ""), "ends", "health.case_missing"),
        (("e", "2020-02-10", "P1", "close_contact_of", "own"), "ends", "health.contact_of_self"),
        (("e", "2020-02-10", "P1", "released", "other"), "ends", "health.ends_of_another"),
        (("e", "2020-02-08", "P1", "excluded", "own"), "time", "health.ends_before_it_begins"),
        (("e" * 101, "2020-02-10", "P1", "fever"), "event", "health.too_long"),
        (("e", "2020-02-10", "P1", "fever", "", "", "n" * 2001), "note", "health.too_long"),
    ],
)
def test_what_is_refused(
    people: dict[str, Person], tmp_path: Path, row: tuple[str, ...], column: str, code: str
) -> None:
    """Each fault is refused by itself, with its column, and the sound rows beside it are taken."""
    own = ("own", "2020-02-09", "P1", "suspected")
    other = ("other", "2020-02-09", "P2", "suspected")
    report = told(tmp_path, row, own, other)
    assert codes_of(report) == [(2, column, code)]
    assert report.taken == 2
    for language in (report.refusals[0].reason_zh, report.refusals[0].reason_en):
        assert "{" not in language


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_the_contract_is_taken(people: dict[str, Person], tmp_path: Path, kind: str) -> None:
    """The vocabulary is the contract's, word for word."""
    ends = "case" if kind == "close_contact_of" else ""
    note = "36.9" if kind == "temperature" else ""
    report = told(tmp_path, ("case", "2020-02-09", "P2", "confirmed"), ("e", "2020-02-10", "P1", kind, ends, "", note))
    assert report.taken == 2


@pytest.mark.parametrize(
    ("written", "degrees"),
    [
        ("37.5", "37.50"),
        ("37,5", "37.50"),
        ("37.5℃", "37.50"),
        ("37.5 °C", "37.50"),
        ("３７．５", "37.50"),
        ("36度", "36.00"),
        ("30", "30.00"),
        ("45.00", "45.00"),
    ],
)
def test_temperatures_as_people_write_them(
    people: dict[str, Person], tmp_path: Path, written: str, degrees: str
) -> None:
    """Comma or dot, with or without the sign, narrow or wide: the same number of degrees."""
    told(tmp_path, ("t", "2020-02-10T08:00", "P1", "temperature", "", "", written))
    event = HealthEvent.objects.get(ref="t")
    assert (str(event.value), event.note) == (degrees, written)


def test_what_names_a_refused_row_is_refused_too(people: dict[str, Person], tmp_path: Path) -> None:
    """A chain hangs on its first link: with it, every row that names it falls, and nothing else."""
    report = told(
        tmp_path,
        ("c", "2020-02-13", "P1", "excluded", "b"),
        ("b", "2020-02-12", "P1", "excluded", "a"),
        ("a", "2020-02-30", "P1", "suspected"),
        ("x", "2020-02-12", "P1", "symptom"),
    )
    assert codes_of(report) == [
        (2, "ends", "health.ends_unknown"),
        (3, "ends", "health.ends_unknown"),
        (4, "time", "health.bad_time"),
    ]
    assert report.taken == 1


def test_a_reference_twice_in_one_file(people: dict[str, Person], tmp_path: Path) -> None:
    """The later row is refused, naming the first; the first is taken."""
    report = told(tmp_path, ("e", "2020-02-10", "P1", "fever"), ("e", "2020-02-11", "P1", "fever"))
    assert (report.taken, report.refused) == (1, 1)
    assert report.refusals[0].line == 3


def test_people_outside_are_refused(tree: dict[str, Area], people: dict[str, Person], tmp_path: Path) -> None:
    """Somebody posted at community C1 takes in nothing about who lives in C2, and names cases there freely."""
    rows = [
        ("case", "2020-02-09", "P3", "confirmed"),
        ("own", "2020-02-10", "P1", "fever"),
    ]
    report = told(tmp_path, *rows, scope_path=tree["C1"].path)
    assert codes_of(report) == [(2, "person", "health.person_outside")]
    told(tmp_path, rows[0])
    report = told(tmp_path, ("cc", "2020-02-10", "P1", "close_contact_of", "case"), scope_path=tree["C1"].path)
    assert report.taken == 1


def test_a_trial_run_keeps_nothing(people: dict[str, Person], tmp_path: Path) -> None:
    """The counts say what would happen; no fact is recorded."""
    report = told(tmp_path, ("e", "2020-02-10", "P1", "fever"), ("f", "2020", "P1", "fever"), dry_run=True)
    assert (report.taken, report.refused) == (1, 1)
    assert not HealthEvent.objects.exists()


@pytest.mark.slow
def test_a_hundred_thousand_rows(tree: dict[str, Area], tmp_path: Path) -> None:
    """100,000 rows about 20,000 people, ends naming later rows, in under 15 seconds of an idle processor."""
    people = list(house(tree["X1"], [f"R{number}" for number in range(20_000)]))
    rows: list[tuple[str, ...]] = []
    for number, person in enumerate(people):
        rows += [
            (f"b{number}", "2020-02-24T10:00", person, "excluded", f"a{number}"),
            (f"a{number}", "2020-02-20T10:00", person, "suspected"),
            (f"t{number}", "2020-02-21T08:00", person, "temperature", "", "", "36.8"),
            (f"u{number}", "2020-02-21T18:00", person, "temperature", "", "", "37.6℃"),
            (f"s{number}", "2020-02-22", person, "symptom"),
        ]
    began = time.process_time()
    report = told(tmp_path, *rows)
    check_constraints_now()
    seconds = time.process_time() - began
    assert (report.taken, report.refused) == (100_000, 0)
    assert seconds < 15 * slowness(), f"{seconds:.1f} s of processor time"
    began = time.process_time()
    again = told(tmp_path, *rows)
    assert (again.unchanged, time.process_time() - began < 15 * slowness()) == (100_000, True)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from health_healthevent where ends_id is not null")
        assert cursor.fetchone() == (20_000,)
