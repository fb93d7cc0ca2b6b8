"""An attempt to turn a thousand people red, with every role's powers and by every way in, is held."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.command.policy import CARERS, Role
from shouwang.health import actions, holding, queries, releasing
from shouwang.health.models import HealthEvent, HeldFact, Hold
from shouwang.health.tests.places import file_of, house, scope_at
from shouwang.intake.actions import take_in
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db
WHEN = "2020-04-30T08:00"
THOUSAND = 1000


@pytest.fixture
def crowd(tree: dict[str, Area]) -> list[Person]:
    """A thousand people in one compound."""
    return list(house(tree["X1"], [f"T{number}" for number in range(THOUSAND)]).values())


def at(area: Area, role: Role, account: int = 7) -> tuple[Any, Actor]:
    """Somebody posted at a unit, as scope and as actor."""
    scope = scope_at(area, role, account)
    return scope, Actor("person", scope.account_name, account, 1, area.path)


def red() -> int:
    """How many people are recorded as confirmed."""
    return HealthEvent.objects.filter(kind="confirmed", superseded_by=None).values("person").distinct().count()


def most(tree: dict[str, Area]) -> int:
    """How many people one account may touch."""
    return holding.policy_on(clock.today(), tree["4201"].path).people


@pytest.mark.parametrize("role", list(Role))
def test_page_by_page(tree: dict[str, Area], crowd: list[Person], role: Role) -> None:
    """One after the other: no role gets further than the policy's number of people in a day."""
    scope, by = at(tree["4201"], role)
    for person in crowd[:120]:
        with suppress(Refusal):
            actions.record_event(person.pk, "confirmed", WHEN, by=by, scope=scope)
    assert red() == (most(tree) if role in CARERS else 0)
    if red():
        assert HeldFact.objects.count() == 120 - red()
        assert Entry.objects.filter(deed="health.hold").exists()


@pytest.mark.parametrize("role", list(Role))
def test_file(tree: dict[str, Area], crowd: list[Person], role: Role, tmp_path: Path) -> None:
    """A file of a thousand: not one of them counts, and the file says why."""
    _scope, by = at(tree["4201"], role)
    path = file_of(tmp_path, [(f"e{n}", WHEN, each.ref, "confirmed") for n, each in enumerate(crowd)])
    trial = take_in("health-events", path, by=by, scope_path=tree["4201"].path, dry_run=True)
    assert (trial.taken, trial.refused) == (0, THOUSAND)
    assert not Hold.objects.exists()
    report = take_in("health-events", path, by=by, scope_path=tree["4201"].path)
    assert (report.taken, report.refused) == (0, THOUSAND)
    assert red() == 0
    hold = Hold.objects.get()
    assert (hold.people, hold.facts.count(), hold.why) == (THOUSAND, THOUSAND, "many_people")
    take_in("health-events", path, by=by, scope_path=tree["4201"].path)
    assert HeldFact.objects.count() == THOUSAND


def test_corrections(tree: dict[str, Area], crowd: list[Person]) -> None:
    """Turning harmless records into findings, and withdrawing what freed people, is counted alike."""
    for number, person in enumerate(crowd[:120]):
        actions.record_event(person.pk, "temperature", WHEN, by=Actor.operator(), ref=f"t{number}", note="36.5")
    scope, by = at(tree["C1"], Role.COMMUNITY_OFFICER)
    for number in range(120):
        actions.correct_event(f"t{number}", why="mistyped kind", by=by, scope=scope, kind="confirmed", note="")
    assert red() == most(tree)
    assert HeldFact.objects.filter(deed="correct").count() == 120 - red()
    assert holding.waits_for_change("t119")


def test_people_with_nothing_in_common(tree: dict[str, Area]) -> None:
    """Few people, but each of another compound: held once they are too many places."""
    allowed = holding.policy_on(clock.today(), tree["4201"].path).unrelated
    scope, by = at(tree["4201"], Role.HEALTH_DESK)
    for number in range(allowed + 5):
        path = f"{tree['C1'].path}Y{number}/"
        home = Area.objects.create(code=f"Y{number}", path=path, parent=tree["C1"], level="compound", name="Y")
        [person] = house(home, [f"U{number}"]).values()
        actions.record_event(person.pk, "suspected", WHEN, by=by, scope=scope)
    assert HeldFact.objects.count() == 5
    assert Hold.objects.get().why == "unrelated_people"


def test_urgent_single_cases_never_wait(tree: dict[str, Area], crowd: list[Person]) -> None:
    """Below the numbers everything counts at once, day after day, and daily temperatures never add up."""
    scope, by = at(tree["C1"], Role.COMMUNITY_OFFICER)
    start = clock.now()
    for day in range(3):
        with clock.frozen(start + timedelta(days=day, minutes=1)):
            for person in crowd[day * 20 : day * 20 + 20]:
                actions.record_event(person.pk, "suspected", by=by, scope=scope)
            for person in crowd[100:200]:
                actions.record_temperature(person.pk, "36.6", by=by, scope=scope)
    assert not HeldFact.objects.exists()
    assert HealthEvent.objects.count() == 360


def test_operators_are_not_held(tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> None:
    """At the command line a signed-off file is taken in whole; the journal shows it."""
    path = file_of(tmp_path, [(f"e{n}", WHEN, each.ref, "close_contact") for n, each in enumerate(crowd)])
    assert take_in("health-events", path, by=Actor.operator(), scope_path=tree["4201"].path).taken == THOUSAND
    assert not Hold.objects.exists()


class TestRelease:
    """Another account, of a wider area."""

    def held(self, tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> Hold:
        """A community's file of a hundred contacts, waiting."""
        _scope, by = at(tree["C1"], Role.COMMUNITY_OFFICER)
        rows = [(f"e{n}", WHEN, each.ref, "close_contact") for n, each in enumerate(crowd[:100])]
        take_in("health-events", file_of(tmp_path, rows), by=by, scope_path=tree["C1"].path)
        return Hold.objects.get()

    def test_goes_through(self, tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> None:
        """The facts are their author's, seen by the street; the journal names both."""
        hold = self.held(tree, crowd, tmp_path)
        scope, by = at(tree["420102002"], Role.STREET_OFFICER, 8)
        done = releasing.release(hold.pk, scope=scope, by=by, note="compared with the tracers' list")
        assert (done.recorded, done.refused) == (100, 0)
        assert HealthEvent.objects.filter(author="officer-7", kind="close_contact").count() == 100
        assert Entry.objects.filter(deed="health.release_hold", actor_name="officer-8").count() == 1
        with pytest.raises(Refusal, match="decided"):
            releasing.release(hold.pk, scope=scope, by=by, note="once more")

    def test_corrections_too(self, tree: dict[str, Area], crowd: list[Person]) -> None:
        """A held correction supersedes its fact when it is released."""
        for number, person in enumerate(crowd[:60]):
            actions.record_event(person.pk, "temperature", WHEN, by=Actor.operator(), ref=f"t{number}", note="36.5")
        scope, by = at(tree["C1"], Role.COMMUNITY_OFFICER)
        for number in range(60):
            actions.correct_event(f"t{number}", why="mistyped kind", by=by, scope=scope, kind="fever", note="")
        wider, second = at(tree["420102002"], Role.STREET_OFFICER, 8)
        done = releasing.release(Hold.objects.get().pk, scope=wider, by=second, note="seen on paper")
        assert (done.recorded, done.refused) == (60 - most(tree), 0)
        assert HealthEvent.objects.filter(kind="fever", superseded_by=None).count() == 60

    def test_not_by_oneself_nor_by_equals(self, tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> None:
        """The same account in another post, and a colleague of the same community, are not a second pair of eyes."""
        hold = self.held(tree, crowd, tmp_path)
        for area, role, account, code in [
            ("420102002", Role.STREET_OFFICER, 7, "health.own_hold"),
            ("C1", Role.COMMUNITY_OFFICER, 8, "health.wider_area_needed"),
            ("C2", Role.COMMUNITY_OFFICER, 8, "health.no_such_hold"),
            ("420102002", Role.OBSERVER, 8, "command.role_may_not"),
        ]:
            scope, by = at(tree[area], role, account)
            with pytest.raises(Refusal) as refused:
                releasing.release(hold.pk, scope=scope, by=by, note="looks right")
            assert refused.value.code == code
        assert red() == 0

    def test_refused_never_counts(self, tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> None:
        """What was not released stays readable and becomes no fact."""
        hold = self.held(tree, crowd, tmp_path)
        scope, by = at(tree["420102"], Role.DISTRICT_OFFICER, 9)
        releasing.refuse(hold.pk, scope=scope, by=by, note="nobody of them was near a case")
        assert not HealthEvent.objects.exists()
        assert holding.held_of(crowd[0].pk) == []
        assert HeldFact.objects.count() == 100


def test_colours_of_the_held_do_not_turn(tree: dict[str, Area], crowd: list[Person], tmp_path: Path) -> None:
    """What waits is nowhere among the facts that evidence is made of."""
    _scope, by = at(tree["4201"], Role.HEALTH_DESK)
    rows = [(f"e{n}", WHEN, each.ref, "confirmed") for n, each in enumerate(crowd)]
    take_in("health-events", file_of(tmp_path, rows), by=by, scope_path=tree["4201"].path)
    assert queries.events_of_people([person.pk for person in crowd]) == {}
