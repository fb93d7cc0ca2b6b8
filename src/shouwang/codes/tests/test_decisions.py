"""Colours decided from recorded facts: at exact moments, across policies, once, and never rewritten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.codes import actions, events, queries
from shouwang.codes.models import ColourStatus, DecisionMark
from shouwang.codes.policy import Colour
from shouwang.health import actions as health
from shouwang.health.tests.places import file_of, house, scope_at, slowness
from shouwang.intake.actions import take_in
from shouwang.journal import events as announcements
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.residents.models import Person

BY = Actor.operator()
Commit = Callable[..., AbstractContextManager[list[Callable[[], None]]]]


def at(text: str) -> datetime:
    """A local moment."""
    return clock.parse(text)


def rows_of(person: Person) -> list[tuple[datetime, str, str]]:
    """What counts of a person's status rows: since, colour, evidence."""
    rows = ColourStatus.objects.filter(person=person).order_by("since", "-id").distinct("since")
    return [(row.since, row.colour, row.evidence) for row in rows]


@pytest.fixture
def commit(
    django_capture_on_commit_callbacks: Commit,
) -> Callable[[], AbstractContextManager[list[Callable[[], None]]]]:
    """The end of a transaction: what was announced is heard."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_fact_is_seen_in_the_colour_at_once(people: dict[str, Person], commit: Commit) -> None:
    """Recording decides: status rows stand at the moment of the fact and of each change by time or policy."""
    with commit():
        health.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=BY, ref="c1")
    assert rows_of(people["P1"]) == [
        (at("2020-03-01T10:00"), "yellow", "c1"),
        (at("2020-03-15T10:00"), "green", ""),
        # The rules of April ask for a release, which nobody has recorded.
        (at("2020-04-01"), "yellow", "c1"),
    ]
    mark = DecisionMark.objects.get(person=people["P1"])
    assert (mark.decided_until, mark.events_seen) == (clock.now(), 1)


def test_colours_change_with_the_policy_on_its_first_day(people: dict[str, Person], commit: Commit) -> None:
    """Until the last moment of 31 March 2020 the March rules decide, from the first of 1 April the April rules."""
    with commit():
        health.record_event(people["P1"].pk, "clinically_diagnosed", "2020-03-20T08:00", by=BY, ref="d1")
    assert rows_of(people["P1"])[0] == (at("2020-03-20T08:00"), "red", "d1")
    for moment in ("2020-03-31T23:59:59", "2020-04-01T00:00", "2020-04-20"):
        pure = queries.colour_of(people["P1"].pk, people["P1"].area_path, at(moment)).decision
        told = queries.statuses_of([people["P1"].pk], at(moment))[people["P1"].pk]
        assert (told.colour, told.policy_version) == (pure.colour, pure.policy_version)
    versions = {row.policy_version for row in ColourStatus.objects.all()}
    assert len(versions) >= 2


def test_deciding_again_changes_nothing(people: dict[str, Person], commit: Commit) -> None:
    """The same evidence decided again, or a day replayed, appends no row, writes no mark and no word in the journal."""
    with commit():
        health.record_event(people["P1"].pk, "suspected", "2020-03-01T10:00", by=BY, ref="s1")
        health.record_event(people["P1"].pk, "excluded", "2020-03-03T10:00", by=BY, ends="s1")
    before = list(ColourStatus.objects.values()), list(DecisionMark.objects.values()), Entry.objects.count()
    assert before[0]
    decided = actions.decide([person.pk for person in people.values()], clock.now(), by=BY)
    assert (decided.rows, decided.turned) == (0, 0)
    for day in ("2020-03-01", "2020-03-17", "2020-04-01", "2020-05-01"):
        assert actions.redecide_touched(date.fromisoformat(day), by=BY)["rows"] == 0
    assert (list(ColourStatus.objects.values()), list(DecisionMark.objects.values()), Entry.objects.count()) == before


def test_the_day_touches_only_those_it_must(people: dict[str, Person], commit: Commit) -> None:
    """A day re-decides whose clock ran out and about whom something was recorded unheard; nobody else."""
    with clock.frozen(at("2020-03-02T12:00")), commit():
        health.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=BY)
        health.record_event(people["P2"].pk, "close_contact", "2020-03-02T10:00", by=BY)
    with clock.frozen(at("2020-03-14T20:00")):
        assert actions.redecide_touched(date(2020, 3, 14), by=BY) == {"people": 0, "rows": 0, "turned": 0}
    with clock.frozen(at("2020-03-15T20:00")):
        assert actions.redecide_touched(date(2020, 3, 15), by=BY) == {"people": 1, "rows": 1, "turned": 1}
        health.record_event(people["P3"].pk, "suspected", "2020-03-15T10:00", by=BY)
        assert actions.redecide_touched(date(2020, 3, 15), by=BY) == {"people": 1, "rows": 1, "turned": 1}
        assert actions.decide_due(by=BY) == {"people": 0, "rows": 0, "turned": 0}
    assert rows_of(people["P1"])[-1] == (at("2020-03-15T10:00"), "green", "")


def test_a_policy_s_first_day_touches_everybody_with_evidence(people: dict[str, Person], commit: Commit) -> None:
    """On the day the rules change, all about whom anything is recorded are decided under the new ones."""
    with clock.frozen(at("2020-03-31T12:00")), commit():
        health.record_event(people["P1"].pk, "symptom", "2020-03-30T10:00", by=BY)
        health.record_event(people["P2"].pk, "confirmed", "2020-03-30T10:00", by=BY)
    with clock.frozen(at("2020-03-31T23:00")):
        assert actions.redecide_touched(date(2020, 3, 31), by=BY)["people"] == 0
    with clock.frozen(at("2020-04-01T23:00")):
        assert actions.redecide_touched(date(2020, 4, 1), by=BY)["people"] == 2
        assert actions.redecide_touched(date(2020, 4, 1), by=BY)["people"] == 0


def test_late_facts_do_not_rewrite_what_was_shown(people: dict[str, Person], commit: Commit) -> None:
    """A fact told late changes what is known of the past, while what was shown then stays on record."""
    person = people["P1"]
    with clock.frozen(at("2020-03-02T12:00")), commit():
        health.record_event(person.pk, "close_contact", "2020-03-01T10:00", by=BY, ref="c1")
    shown = list(ColourStatus.objects.order_by("id").values())
    with clock.frozen(at("2020-03-20T12:00")), commit():
        health.record_event(person.pk, "suspected", "2020-03-05T10:00", by=BY, ref="s1")
    assert list(ColourStatus.objects.order_by("id").values())[: len(shown)] == shown
    assert queries.shown_at(person.pk, at("2020-03-10")).colour is Colour.YELLOW  # type: ignore[union-attr]
    assert queries.statuses_of([person.pk], at("2020-03-10"))[person.pk].colour is Colour.RED
    assert queries.colour_of(person.pk, person.area_path, at("2020-03-10")).decision.colour is Colour.RED


def test_a_withdrawn_fact_leaves_green_behind(people: dict[str, Person], commit: Commit) -> None:
    """Taken back, a fact has no colour any more, not even for the days it was believed."""
    person = people["P1"]
    with commit():
        health.record_event(person.pk, "confirmed", "2020-03-05T10:00", by=BY, ref="s1")
    with commit():
        health.withdraw_event("s1", why="another person of the same name", by=BY)
    assert queries.statuses_of([person.pk])[person.pk].colour is Colour.GREEN
    assert queries.statuses_of([person.pk], at("2020-03-06"))[person.pk].colour is Colour.GREEN
    present = queries.colour_of(person.pk, person.area_path)
    assert (present.decision.colour, present.since) == (Colour.GREEN, None)


@pytest.fixture
def heard() -> Iterator[list[events.ColourChanged]]:
    """What is announced about colours during a test."""
    found: list[events.ColourChanged] = []
    announcements.listen(events.ColourChanged)(found.append)
    yield found
    announcements._listeners[events.ColourChanged].remove(found.append)


def test_a_turn_is_announced_once(people: dict[str, Person], commit: Commit, heard: list[events.ColourChanged]) -> None:
    """Those whose colour is another than it was are announced with what it was; nobody else is."""
    now = at("2020-03-02T12:00")
    with clock.frozen(now):
        with commit():
            health.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=BY)
            health.record_event(people["P2"].pk, "negative_test", "2020-03-01T10:00", by=BY)
        with commit():
            actions.decide([person.pk for person in people.values()], now, by=BY)
    turn = events.Turn(people["P1"].pk, at("2020-03-01T10:00"), Colour.GREEN, Colour.YELLOW)
    assert heard == [events.ColourChanged((turn,), now)]


def test_since_is_the_beginning_of_the_colour(people: dict[str, Person], commit: Commit) -> None:
    """Another rule or policy behind the same colour does not begin it anew."""
    person = people["P1"]
    with commit():
        health.record_event(person.pk, "suspected", "2020-03-20T10:00", by=BY)
        health.record_event(person.pk, "confirmed", "2020-03-22T10:00", by=BY)
    present = queries.colour_of(person.pk, person.area_path, at("2020-04-10"))
    assert (present.decision.colour, present.since) == (Colour.RED, at("2020-03-20T10:00"))


FILES = [
    ("a", "2020-03-01T10:00", "P1", "suspected"),
    ("b", "2020-03-03T10:00", "P1", "excluded", "a"),
    ("c", "2020-03-04T10:00", "P2", "confirmed"),
    ("d", "2020-03-06T10:00", "P1", "close_contact_of", "c"),
    ("e", "2020-03-07T10:00", "P2", "discharged", "c"),
    ("f", "2020-03-08T10:00", "P3", "temperature", "", "", "37.9"),
]


def test_the_order_of_files_does_not_matter(people: dict[str, Person], commit: Commit, tmp_path: Path) -> None:
    """Files taken in last first leave the same colours, asked purely and as decided, as one file in order."""
    moments = [at("2020-03-01") + timedelta(hours=17 * step) for step in range(60)]

    def seen() -> list[object]:
        ids = [person.pk for person in people.values()]
        pure = [
            queries.colour_of(person.pk, person.area_path, moment).decision
            for person in people.values()
            for moment in moments
        ]
        told = [
            {
                key: (status.colour, status.rule, status.evidence)
                for key, status in found.items()
                if status.colour != "green"
            }
            for found in (queries.statuses_of(ids, moment) for moment in moments)
        ]
        return [pure, told]

    for rows in (FILES[2:], FILES[:2]):
        with commit():
            take_in("health-events", file_of(tmp_path, rows), by=BY)
    backwards = seen()
    with connection.cursor() as cursor:
        cursor.execute("set local shouwang.retention = 'on'")
    for model in (ColourStatus, DecisionMark):
        model.objects.all().delete()
    actions.decide([person.pk for person in people.values()], clock.now(), by=BY)
    assert seen() == backwards


@pytest.mark.parametrize(
    "statement", ["update codes_colourstatus set colour = 'green'", "delete from codes_colourstatus"]
)
def test_the_database_refuses_to_edit_a_colour(people: dict[str, Person], commit: Commit, statement: str) -> None:
    """Not even somebody at the database's own console changes a status by mistake; the ending may delete, not edit."""
    with commit():
        health.record_event(people["P1"].pk, "confirmed", "2020-03-05T10:00", by=BY)
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="never edited or deleted"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("set local shouwang.retention = 'on'")
        if statement.startswith("update"):
            with pytest.raises(DatabaseError, match="never edited or deleted"), transaction.atomic():
                cursor.execute(statement)
        else:
            cursor.execute(statement)
            assert not ColourStatus.objects.exists()


def test_lists_and_counts_keep_to_the_area(tree: dict[str, Area], people: dict[str, Person], commit: Commit) -> None:
    """A list shows who is red in the viewer's area; counts are by the smallest unit."""
    with commit():
        for ref in ("P1", "P3"):
            health.record_event(people[ref].pk, "confirmed", "2020-03-05T10:00", by=BY)
    listed = queries.people_of_colour(scope_at(tree["C1"]), Colour.RED)
    assert [status.person_id for status in listed] == [people["P1"].pk]
    assert queries.counts_by_area(tree["4201"].path) == {
        tree["X1"].pk: {Colour.RED: 1},
        tree["X2"].pk: {Colour.RED: 1},
    }
    assert queries.counts_by_area(tree["C2"].path) == {tree["X2"].pk: {Colour.RED: 1}}


@pytest.mark.parametrize("count", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_people_are_decided_in_bulk(tree: dict[str, Area], tmp_path: Path, count: int) -> None:
    """People with two facts each, across four policies, at a rate of 50,000 in 30 seconds of an idle processor."""
    ids = told_in_bulk(tree["X1"], tmp_path, count)
    before = slowness()
    began = time.process_time()
    decided = actions.decide(ids, clock.now(), by=BY)
    seconds = time.process_time() - began
    assert decided.rows >= 2 * count
    assert seconds < (30 * count / 50_000 + 0.5) * max(before, slowness()), f"{seconds:.1f} s of processor time"
    assert actions.redecide_touched(date(2020, 5, 1), by=BY) == {"people": 0, "rows": 0, "turned": 0}


def test_no_query_is_made_for_a_single_person(tree: dict[str, Area], tmp_path: Path) -> None:
    """Ten people cost as many queries as three hundred."""
    ids = told_in_bulk(tree["X1"], tmp_path, 310)

    def asked(people: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries_made:
            actions.decide(people, clock.now(), by=BY)
        return len(queries_made)

    assert asked(ids[:10]) == asked(ids[10:])


def told_in_bulk(area: Area, folder: Path, count: int) -> list[int]:
    """That many people with a finding and its ending each; their numbers."""
    people = house(area, [f"R{number}" for number in range(count)])
    told = []
    for number, ref in enumerate(people):
        told += [
            (f"a{number}", "2020-03-20T10:00", ref, "close_contact" if number % 3 else "suspected"),
            (f"b{number}", "2020-03-28T10:00", ref, "released" if number % 3 else "excluded", f"a{number}"),
        ]
    assert take_in("health-events", file_of(folder, told), by=BY).taken == 2 * count
    return [person.pk for person in people.values()]
