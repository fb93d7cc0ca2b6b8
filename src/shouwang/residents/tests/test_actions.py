"""Deeds done to people: each leaves an entry that names a row, a reason and who it was, never the person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from shouwang import clock
from shouwang.areas.events import AreaMoved
from shouwang.areas.models import Area
from shouwang.command.rules import Role, Scope
from shouwang.journal import events
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents import actions, queries, reactions
from shouwang.residents.events import PersonMoved
from shouwang.residents.models import Household, Person, Residence
from shouwang.residents.policy import REVEALS_AN_HOUR
from shouwang.residents.sealing import sealer
from shouwang.residents.tests.files import row, take

ScopeAt = Callable[..., Scope]
BY = Actor("person", "officer-7", account_id=7)
PHONE, NAME = "13812345678", "欧阳明月"


@pytest.fixture
def people(tree: dict[str, Area]) -> None:
    take(row("P1", name=NAME, phone=PHONE, household="1"), row("P2", household="1"), row("P3", compound_code="X2"))


def shown(scope: Scope, field: str = "phone", note: str = "电话核对情况", reason: str = "care", ref: str = "P1") -> str:
    by = Actor("person", scope.account_name, account_id=scope.account_id)
    return actions.reveal(ref, field, reason=reason, note=note, scope=scope, by=by)


def detail(entry: Entry) -> dict[str, object]:
    """What a deed wrote down; the real time is the journal's own, since the clock of these tests stands still."""
    return {name: value for name, value in entry.detail.items() if name != "real_time"}


@pytest.mark.usefixtures("people")
class TestReveal:
    """One field of one person at a time, for a reason, on the record."""

    def test_it_is_in_the_journal_by_row(self, scope_at: ScopeAt) -> None:
        """The entry says who, which row, which field and why; nothing of the person is in it."""
        assert shown(scope_at("C1")) == PHONE
        entry = Entry.objects.get()
        assert (entry.deed, entry.on) == ("residents.reveal", f"residents.Person:{Person.objects.get(ref='P1').pk}")
        assert (entry.account_id, entry.area_path) == (7, "42/42-1/S1/C1/X1/")
        assert detail(entry) == {"field": "phone", "reason": "care"}
        everything = json.dumps([entry.why, entry.on, entry.detail, entry.actor_name], ensure_ascii=False)
        assert PHONE not in everything
        assert NAME not in everything

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"field": "birth_date"}, "reveal_field"),
            ({"field": "name_sealed"}, "reveal_field"),
            ({"reason": ""}, "reveal_reason"),
            ({"reason": "curiosity"}, "reveal_reason"),
            ({"note": " a b "}, "reveal_note_short"),
            ({"note": f"给{NAME}打电话"}, "reveal_note_holds_identity"),
            ({"note": "给 欧阳 明月 打电话"}, "reveal_note_holds_identity"),
            ({"note": "call 138 1234 5678"}, "reveal_note_holds_identity"),
            ({"field": "id_number"}, "reveal_nothing"),
            ({"ref": "P3"}, "no_such_person"),
        ],
    )
    def test_what_is_refused_shows_nothing_and_writes_nothing(
        self, scope_at: ScopeAt, given: dict[str, str], code: str
    ) -> None:
        """No reason, too few words, identity in the words, another field, another area: refused."""
        with pytest.raises(Refusal) as refused:
            shown(scope_at("C1"), **given)
        assert refused.value.code == f"residents.{code}"
        assert PHONE not in str(refused.value)
        assert not Entry.objects.exists()

    def test_a_post_that_does_not_care_for_people_is_refused(self, scope_at: ScopeAt) -> None:
        """An observer at the city has the area but not the power."""
        with pytest.raises(Refusal) as refused:
            shown(scope_at("42", Role.OBSERVER))
        assert refused.value.status == 403

    def test_past_the_limit_it_is_refused_and_the_attempt_recorded(
        self, scope_at: ScopeAt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The limit is by account; past it nothing is shown, an alarm stands in the journal, and an hour later it is
        over."""
        monkeypatch.setattr(actions, "REVEALS_AN_HOUR", 3)
        for _time in range(3):
            shown(scope_at("C1"))
        with pytest.raises(Refusal) as refused:
            shown(scope_at("C1"))
        assert (refused.value.code, refused.value.status) == ("residents.reveal_limit", 429)
        assert list(Entry.objects.order_by("seq").values_list("deed", flat=True))[-1] == "residents.reveal_limit"
        assert shown(scope_at("C1", account_id=8)) == PHONE
        with clock.frozen(clock.now() + timedelta(minutes=61)):
            assert shown(scope_at("C1")) == PHONE
        assert REVEALS_AN_HOUR > 3


@pytest.mark.usefixtures("people")
def test_a_correction_keeps_the_reason_and_not_the_value(scope_at: ScopeAt) -> None:
    """A new phone is sealed and found; the journal says that it changed and why, and holds neither number."""
    actions.change_phone("P1", "139 0000 0001", why="told by the family", scope=scope_at("C1"), by=BY)
    person = Person.objects.get(ref="P1")
    assert sealer().open("phone", "P1", person.phone_sealed) == "13900000001"
    assert queries.find(scope_at("C1"), queries.Sought(phone="13900000001")).people[0].ref == "P1"
    entry = Entry.objects.get()
    assert (entry.why, detail(entry)) == ("told by the family", {"column": "phone"})
    actions.change_phone("P1", "", why="phone was lost", scope=scope_at("C1"), by=BY)
    assert Person.objects.get(ref="P1").phone_hash is None


@pytest.mark.usefixtures("people")
def test_an_id_number_may_not_be_contradicted_by_a_correction(scope_at: ScopeAt) -> None:
    """With the number come birth date and sex; another birth date is then refused."""
    scope = scope_at("C1")
    actions.correct("P1", "id_number", "420102195003010028", why="seen on the card", scope=scope, by=BY)
    assert Person.objects.get(ref="P1").birth_date == date(1950, 3, 1)
    with pytest.raises(Refusal, match="birth date"):
        actions.correct("P1", "birth_date", "1951-01-01", why="told by phone", scope=scope, by=BY)
    with pytest.raises(Refusal) as refused:
        actions.correct("P1", "name", "", why="told by phone", scope=scope, by=BY)
    assert refused.value.code == "residents.name_empty"


@pytest.mark.usefixtures("people")
def test_needs_come_and_go_on_the_record(scope_at: ScopeAt) -> None:
    """What changed is written down; saying the same again writes nothing."""
    scope = scope_at("C1")
    actions.change_needs("P1", ["dialysis", "独居"], scope=scope, by=BY)
    actions.change_needs("P1", ["lives_alone", "infant"], scope=scope, by=BY)
    actions.change_needs("P1", ["infant", "lives_alone"], scope=scope, by=BY)
    assert Person.objects.get(ref="P1").needs == ["lives_alone", "infant"]
    assert [detail(entry) for entry in Entry.objects.order_by("seq")] == [
        {"added": ["lives_alone", "dialysis"], "ended": []},
        {"added": ["infant"], "ended": ["dialysis"]},
    ]


@pytest.mark.usefixtures("people")
def test_a_move_is_dated_and_announced(
    scope_at: ScopeAt, tree: dict[str, Area], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    """The old place is kept with its last day, rooms above hear of it after commit, its officer sees them no more."""
    heard: list[PersonMoved] = []
    events._listeners[PersonMoved].append(heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            moving = {"why": "moved to the son", "scope": scope_at("C1"), "by": BY, "household": "9"}
            actions.move_person("P1", "X2", date(2020, 2, 13), building="5", **moving)
    finally:
        events._listeners[PersonMoved].remove(heard.append)
    person = Person.objects.get(ref="P1")
    assert [(event.old_path, event.new_path, event.day) for event in heard] == [
        (tree["X1"].path, tree["X2"].path, date(2020, 2, 13))
    ]
    assert (person.area_path, person.building, person.household.area) == (tree["X2"].path, "5", tree["X2"])
    assert Residence.objects.get().until_day == date(2020, 2, 13)
    with pytest.raises(Refusal):
        queries.person_in(scope_at("C1"), "P1")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("to", "day", "why", "code"),
    [
        ("X1", "2020-02-13", "moved house", "already_lives_there"),
        ("X9", "2020-02-13", "moved house", "no_such_compound"),
        ("X2", "2020-02-15", "moved house", "move_in_future"),
        ("X2", "2020-02-13", "", "why_empty"),
    ],
)
def test_a_move_that_cannot_be(scope_at: ScopeAt, to: str, day: str, why: str, code: str) -> None:
    """To where they live, to nowhere, in the future, without a reason: refused, and nothing is written."""
    with pytest.raises(Refusal) as refused:
        actions.move_person("P1", to, date.fromisoformat(day), why=why, scope=scope_at("C1"), by=BY)
    assert refused.value.code == f"residents.{code}"
    assert not Residence.objects.exists()


@pytest.mark.usefixtures("people")
def test_guardians_live_in_the_viewers_area(scope_at: ScopeAt) -> None:
    """A guardian is recorded once, is never oneself, and cannot be used to try out references elsewhere."""
    scope = scope_at("C1")
    actions.set_guardian("P1", "P2", "guardian", scope=scope, by=BY)
    for other, code in (("P2", "already_guardian"), ("P1", "own_guardian"), ("P3", "no_such_person")):
        with pytest.raises(Refusal) as refused:
            actions.set_guardian("P1", other, "guardian", scope=scope, by=BY)
        assert refused.value.code == f"residents.{code}"
    person = queries.person_in(scope, "P1")
    assert [related.person.ref for related in queries.guardians_of(scope, person) if related.person] == ["P2"]
    actions.set_guardian("P1", "P3", "carer", scope=scope_at("42"), by=BY)
    assert [related.person is None for related in queries.guardians_of(scope, person)] == [False, True]
    actions.end_guardian("P1", "P2", why="wrong person", scope=scope, by=BY)
    assert len(queries.guardians_of(scope, person)) == 1


def test_registering_by_hand_is_as_strict_as_a_file(tree: dict[str, Area], scope_at: ScopeAt) -> None:
    """Same checks, same words; a reference is made when none is given, and a taken one is refused."""
    values = {"name": "张伟", "compound_code": "X1", "phone": "13800138000", "needs": "dialysis"}
    person = actions.register(values, scope=scope_at("C1"), by=BY)
    assert person.ref.startswith("R")
    for change, code in (
        ({"person": person.ref}, "residents.ref_taken"),
        ({"compound_code": "X2"}, "command.outside_area"),
        ({"phone": "1"}, "residents.phone_not_mobile"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.register({**values, **change}, scope=scope_at("C1"), by=BY)
        assert refused.value.code == code
    assert Person.objects.count() == 1


@pytest.mark.usefixtures("people")
def test_people_follow_their_unit(tree: dict[str, Area]) -> None:
    """When a community moves to another street its people are found there; twice is as once."""
    for _time in range(2):
        old, new = "42/42-1/S1/C1/", "42/42-1/S2/C1/"
        reactions.follow(AreaMoved("move", date(2020, 2, 14), tree["C1"].pk, tree["C1"].pk, old, new))
    assert Person.objects.get(ref="P1").area_path == "42/42-1/S2/C1/X1/"
    assert Household.objects.get().area_path == "42/42-1/S2/C1/X1/"
    assert Person.objects.get(ref="P3").area_path == tree["X2"].path


@pytest.mark.usefixtures("people")
def test_two_compounds_become_one(tree: dict[str, Area]) -> None:
    """People of the merged compound belong to the one that stays; households of the same number stay two."""
    take(row("P4", compound_code="X1b", household="1"))
    old, new = tree["X1"], tree["X1b"]
    reactions.follow(AreaMoved("merge", date(2020, 2, 14), old.pk, new.pk, old.path, new.path))
    assert {person.area_id for person in Person.objects.exclude(ref="P3")} == {new.pk}
    assert sorted(Household.objects.values_list("ref", flat=True)) == ["1", "1@X1"]


@pytest.mark.usefixtures("people")
def test_whoever_was_left_behind_is_caught_up(tree: dict[str, Area]) -> None:
    """An announcement that failed is put right by the day's job; when all is right it changes nothing."""
    Person.objects.filter(area=tree["X1"]).update(area_path="42/42-1/S2/C1/X1/")
    Household.objects.update(area_path="42/42-1/S2/C1/X1/")
    assert reactions.catch_up() == 3
    assert {person.area_path for person in Person.objects.filter(area=tree["X1"])} == {tree["X1"].path}
    assert Household.objects.get().area_path == tree["X1"].path
    assert reactions.catch_up() == 0
