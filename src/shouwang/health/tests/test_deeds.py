"""Facts recorded, corrected and withdrawn one by one: who may, what is kept, and what is announced."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import DatabaseError, connection, transaction

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.command.policy import Role
from shouwang.health import actions, queries
from shouwang.health.events import EvidenceRecorded
from shouwang.health.models import HealthEvent
from shouwang.health.tests.places import scope_at
from shouwang.journal import events as announcements
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents.models import Person

OPERATOR = Actor.operator()
OFFICER = Actor("person", "officer-7", account_id=7, post_id=1)
Commit = Callable[..., AbstractContextManager[list[Callable[[], None]]]]


def held(person: Person) -> list[tuple[str, str, str | None]]:
    """What holds of a person: reference, kind, what it ends."""
    return [(event.ref, str(event.kind), event.ends) for event in queries.events_of(person.pk)]


def test_a_correction_takes_the_place_of_the_wrong_row(people: dict[str, Person]) -> None:
    """The wrong row stays; the new one holds, with the reason; what ended the wrong one ends the new one."""
    person = people["P1"]
    actions.record_event(person.pk, "suspected", "2020-03-01T10:00", by=OPERATOR, ref="s")
    actions.record_event(person.pk, "excluded", "2020-03-05T10:00", by=OPERATOR, ref="x", ends="s")
    new = actions.correct_event("s", kind="fever", why="a fever, not a suspicion", by=OPERATOR)
    assert HealthEvent.objects.get(ref="s").kind == "suspected"
    row = HealthEvent.objects.get(ref=new)
    assert (row.supersedes.ref, row.why, row.kind) == ("s", "a fever, not a suspicion", "fever")
    assert held(person) == [("x", "excluded", new), (new, "fever", None)]
    entry = Entry.objects.get(deed="health.correct_event")
    assert entry.why == "a fever, not a suspicion"


def test_only_the_last_row_can_be_corrected(people: dict[str, Person]) -> None:
    """A row that was corrected before is refused with its successor; the successor can be corrected again."""
    actions.record_event(people["P1"].pk, "fever", "2020-03-01T10:00", by=OPERATOR, ref="f")
    first = actions.correct_event("f", time="2020-03-02T10:00", why="a day later", by=OPERATOR)
    with pytest.raises(Refusal) as refused:
        actions.correct_event("f", time="2020-03-03T10:00", why="a day later", by=OPERATOR)
    assert (refused.value.code, refused.value.facts["successor"]) == ("health.already_corrected", first)
    second = actions.correct_event(first, time="2020-03-03T10:00", why="a day later", by=OPERATOR)
    assert [ref for ref, _kind, _ends in held(people["P1"])] == [second]


def test_a_withdrawal_leaves_nothing_behind(people: dict[str, Person]) -> None:
    """A withdrawn fact does not hold, and its ending, kept, ends nothing else."""
    person = people["P1"]
    actions.record_event(person.pk, "suspected", "2020-03-01T10:00", by=OPERATOR, ref="s1")
    actions.record_event(person.pk, "suspected", "2020-03-02T10:00", by=OPERATOR, ref="s2")
    actions.record_event(person.pk, "excluded", "2020-03-05T10:00", by=OPERATOR, ref="x", ends="s1")
    actions.withdraw_event("s1", why="somebody else's result", by=OPERATOR)
    assert [ref for ref, _kind, _ends in held(person)] == ["s2", "x"]
    [evidence] = queries.evidence_of_person(person.pk, clock.now(), person.area_path)
    assert (evidence.event, evidence.open_at(clock.now())) == ("s2", True)


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (lambda: actions.correct_event("s", kind="fever", why=" x ", by=OPERATOR), "health.reason_needed"),
        (lambda: actions.withdraw_event("s", why="", by=OPERATOR), "health.reason_needed"),
        (lambda: actions.correct_event("s", why="no change", by=OPERATOR), "health.nothing_changed"),
        (lambda: actions.correct_event("s", time="2020-03-06", why="later", by=OPERATOR), "health.ended_before"),
        (
            lambda: actions.correct_event("x", time="2020-02-28", why="earlier", by=OPERATOR),
            "health.ends_before_it_begins",
        ),
        (lambda: actions.correct_event("x", ends="gone", why="other event", by=OPERATOR), "health.ends_unknown"),
        (lambda: actions.correct_event("s", time="2021-01-01", why="later", by=OPERATOR), "health.future_time"),
        (lambda: actions.correct_event("gone", kind="fever", why="whatever", by=OPERATOR), "health.no_such_event"),
    ],
)
def test_corrections_that_are_refused(people: dict[str, Person], deed: Callable[[], str], code: str) -> None:
    """A correction is a fact like any other, wants a reason, and must not end before it begins."""
    actions.record_event(people["P1"].pk, "suspected", "2020-03-01T10:00", by=OPERATOR, ref="s")
    actions.record_event(people["P1"].pk, "excluded", "2020-03-05T10:00", by=OPERATOR, ref="x", ends="s")
    before = HealthEvent.objects.count()
    with pytest.raises(Refusal) as refused:
        deed()
    assert refused.value.code == code
    assert refused.value.words("zh")
    assert refused.value.words("en")
    assert HealthEvent.objects.count() == before


def test_nobody_records_outside_their_area(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """A community officer records about own people only, a guard about nobody; a person without a post neither."""
    here = scope_at(tree["C1"])
    actions.record_event(people["P1"].pk, "fever", "2020-03-01", by=OFFICER, scope=here, ref="f1")
    for scope, code in (
        (scope_at(tree["C2"]), "command.outside_area"),
        (scope_at(tree["C1"], Role.GATE_GUARD), "command.role_may_not"),
        (scope_at(tree["C1"], Role.OBSERVER), "command.role_may_not"),
        (None, "command.no_post"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.record_event(people["P1"].pk, "fever", "2020-03-02", by=OFFICER, scope=scope)
        assert refused.value.code == code
        for deed in (actions.correct_event, actions.withdraw_event):
            with pytest.raises(Refusal) as refused:
                deed("f1", why="not allowed to", by=OFFICER, scope=scope)
            assert refused.value.code in {code, "health.no_such_event"}
    assert HealthEvent.objects.count() == 1


def test_a_form_sent_twice_records_once(people: dict[str, Person]) -> None:
    """The same reference with the same words, a moment later, is the same fact; other words are refused."""
    person = people["P1"].pk
    with clock.frozen(clock.parse("2020-03-01T08:00")):
        actions.record_visit(person, "36,8℃", True, by=OPERATOR, ref="w1")
    with clock.frozen(clock.parse("2020-03-01T08:01")):
        assert actions.record_visit(person, "36,8℃", True, by=OPERATOR, ref="w1") == ["w1", "w1-s"]
        with pytest.raises(Refusal, match="says something else"):
            actions.record_visit(person, "38.8", True, by=OPERATOR, ref="w1")
    assert HealthEvent.objects.count() == 2


def test_a_visit_is_recorded_whole_or_not_at_all(people: dict[str, Person]) -> None:
    """A temperature that is none takes the symptoms beside it with it; an empty line is refused."""
    for degrees, symptom in (("88", True), ("", False)):
        with pytest.raises(Refusal):
            actions.record_visit(people["P1"].pk, degrees, symptom, by=OPERATOR)
    assert not HealthEvent.objects.exists()


def test_announced_after_commit_with_the_earliest_moment(
    people: dict[str, Person], django_capture_on_commit_callbacks: Commit
) -> None:
    """Listeners hear who and since when, once the facts are committed; a correction since the earlier of both times."""
    heard: list[EvidenceRecorded] = []
    announcements.listen(EvidenceRecorded)(heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.record_event(people["P1"].pk, "fever", "2020-03-02T10:00", by=OPERATOR, ref="f")
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            actions.correct_event("f", time="2020-03-05T10:00", why="three days later", by=OPERATOR)
    finally:
        announcements._listeners[EvidenceRecorded].remove(heard.append)
    when = clock.parse("2020-03-02T10:00")
    assert heard == [EvidenceRecorded((people["P1"].pk,), when)] * 2


@pytest.mark.parametrize(
    "statement", ["update health_healthevent set kind = 'fever'", "delete from health_healthevent"]
)
def test_the_database_refuses_to_edit_a_fact(people: dict[str, Person], statement: str) -> None:
    """Facts are appended: the database refuses to change them, and to delete them outside the ending."""
    actions.record_event(people["P1"].pk, "confirmed", "2020-03-01", by=OPERATOR)
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="never edited or deleted"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("set local shouwang.retention = 'on'")
        if "update" in statement:
            with pytest.raises(DatabaseError, match="never edited or deleted"), transaction.atomic():
                cursor.execute(statement)
        else:
            cursor.execute(statement)
            assert not HealthEvent.objects.exists()


def test_the_journal_names_rows_not_people(people: dict[str, Person]) -> None:
    """Entries hold row numbers and counts, and the reference of nobody."""
    actions.record_event(people["P1"].pk, "confirmed", "2020-03-01", by=OPERATOR, ref="e1", note="met at a wedding")
    entry = Entry.objects.get()
    assert entry.deed == "health.record_facts"
    assert {"new": 1, "unchanged": 0, "refused": 0}.items() <= entry.detail.items()
    assert "P1" not in str(vars(entry))
    assert "wedding" not in str(vars(entry))
