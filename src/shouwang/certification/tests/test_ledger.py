"""What the ledger keeps between days never matters: after any random history the tables say what a full course says.

The history goes through the tables as it does in life: facts that arrive late or are taken back, people and units that
move, steps, transactions that are rolled back, rows of other processes, days run again and days run backwards.
"""

from __future__ import annotations

import random
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.areas import reshaping
from shouwang.areas.models import Area
from shouwang.certification import deciding, families, ledger, queries, the_day
from shouwang.certification.course import course
from shouwang.certification.facts import last_moment
from shouwang.certification.models import CertificationStatus, EvidenceRow, Round, StepRow, UnitTest
from shouwang.certification.rules import Balance, balance, state_on, what_does_not_add_up
from shouwang.health import actions as health
from shouwang.health.models import HealthEvent
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db
SYSTEM, OPERATOR = Actor.system("test"), Actor.operator()
FIRST, DAYS = date(2020, 3, 1), 45
LADDER = ("declared", "first_review", "assessment", "notice")
OTHERS = (("spot_check", "failed"), ("spot_check", "passed"), ("removal", "passed"), ("withdrawal", "passed"))


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> list[ledger.Ledger]:
    """Where this process has its ledger; a test may put another process's there."""
    own = [ledger.Ledger()]
    monkeypatch.setattr(ledger, "_kept", own)
    return own


def moment(dice: random.Random, day: date) -> datetime:
    return clock.day_bounds(day)[0] + timedelta(hours=dice.choice([0, 7, 9, 12, 23]), minutes=dice.choice([0, 30]))


class History:
    """One city and whatever happens in it, by a seed."""

    def __init__(self, seed: int, tree: dict[str, Any], people: dict[str, Person], shelf: list[ledger.Ledger]) -> None:
        self.dice = random.Random(seed)
        self.units = [area for area in tree.values() if area.level not in ("city", "district")]
        self.tree, self.people, self.shelf = tree, list(people.values()), shelf
        self.other = ledger.Ledger()
        self.happened: set[str] = set()

    def a_day_before(self, day: date) -> date:
        """Mostly today; at times long ago."""
        back = self.dice.choice([0, 0, 0, 1, 2, 9, 20])
        return max(FIRST, day - timedelta(days=back))

    def fall_ill(self, day: date) -> None:
        person = self.dice.choice(self.people)
        kind = self.dice.choice(["suspected", "fever", "close_contact", "confirmed", "asymptomatic"])
        at = moment(self.dice, self.a_day_before(day))
        if at <= clock.now():
            health.record_event(person.pk, kind, at.isoformat(), by=OPERATOR)

    def get_well(self, day: date) -> None:
        open_ones = HealthEvent.objects.filter(kind__in=["suspected", "fever", "close_contact"]).order_by("pk")
        for one in self.dice.sample(list(open_ones), min(2, len(open_ones))):
            kind = "released" if one.kind == "close_contact" else "excluded"
            at = max(one.time, moment(self.dice, self.a_day_before(day)))
            if at <= clock.now():
                health.record_event(one.person_id, kind, at.isoformat(), ends=one.ref, by=OPERATOR)

    def take_back(self, day: date) -> None:
        told = list(HealthEvent.objects.order_by("pk").values_list("ref", flat=True))
        if told:
            health.withdraw_event(self.dice.choice(told), why="entered for somebody else", by=OPERATOR)

    def move_somebody(self, day: date) -> None:
        person, home = self.dice.choice(self.people), self.dice.choice(["X1", "X2", "X3", "X4"])
        Person.objects.filter(pk=person.pk).update(area=self.tree[home], area_path=areas.by_code(home).path)

    def move_a_unit(self, day: date) -> None:
        unit, above = areas.by_code(self.dice.choice(["X2", "X4"])), areas.by_code(self.dice.choice(["V1", "V3"]))
        if unit.parent_id != above.pk:
            reshaping.move_unit(unit, above, why="redrawn", by=OPERATOR)

    def step(self, area: Any, step: str, result: str, at: datetime) -> None:
        StepRow.objects.create(
            ref=uuid.UUID(int=self.dice.getrandbits(128)).hex, area=area, area_path=areas.by_code(area.code).path,
            step=step, result=result, at=at, by="test", recorded_at=clock.now(),
        )  # fmt: skip

    def steps(self, day: date) -> None:
        """Desks go on with what is under way; at times somebody does what is not due, or tells of it late."""
        states = {number: now[-1].state for number, now in deciding.known_changes(a.pk for a in self.units).items()}
        due = {"declared": "first_review", "compared": "assessment", "assessed": "notice"}
        for area in self.units:
            state = str(states.get(area.pk, "none"))
            begins = state in ("none", "returned", "ended", "cancelled")
            step = "declared" if begins and self.dice.random() < 0.6 else due.get(state, "")
            if step:
                self.step(area, step, "failed" if self.dice.random() < 0.05 else "passed", moment(self.dice, day))
            elif self.dice.random() < 0.08:
                self.step(area, *self.dice.choice(OTHERS), moment(self.dice, self.a_day_before(day)))
            elif self.dice.random() < 0.02:
                step = self.dice.choice(LADDER)
                self.step(area, step, "passed", moment(self.dice, self.a_day_before(day)))

    def test_everybody(self, day: date) -> None:
        UnitTest.objects.update_or_create(
            area=self.dice.choice(self.units), day=self.a_day_before(day),
            defaults={"area_path": "4201/", "tested": 5, "positive": self.dice.choice([0, 0, 1]), "by": "test"},
        )  # fmt: skip

    def elsewhere(self, day: date) -> None:
        """Another process has the day's step, with what it kept."""
        self.shelf[0], self.other = self.other, self.shelf[0]

    def announce(self, day: date) -> None:
        """One family is decided anew, as an announcement does, in this or another process."""
        deciding.decide([areas.by_code(self.dice.choice(self.units).code).path], clock.now())

    def forgotten(self, day: date) -> None:
        self.shelf[0] = ledger.Ledger()

    def rolled_back(self, day: date) -> None:
        """The day's step is done, and then its transaction is undone."""
        with transaction.atomic():
            self.fall_ill(day)
            the_day.run(day, by=SYSTEM)
            transaction.set_rollback(True)

    def an_earlier_day(self, day: date) -> None:
        the_day.run(self.a_day_before(day), by=SYSTEM)

    def rewritten(self, day: date) -> None:
        """Evidence is altered where it stands, as no deed does, but a restored backup may."""
        row = EvidenceRow.objects.filter(is_case=False).order_by("pk").last()
        if row is not None:
            EvidenceRow.objects.filter(pk=row.pk).update(since=row.since - timedelta(days=2))

    def go(self) -> None:
        """All the days, each closed and compared."""
        often = [self.fall_ill] * 4 + [self.get_well] * 5 + [self.announce, self.test_everybody]
        seldom = [
            self.take_back, self.move_somebody, self.move_a_unit, self.elsewhere, self.forgotten, self.rolled_back,
            self.an_earlier_day, self.rewritten,
        ]  # fmt: skip
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            with clock.frozen(last_moment(day)):
                self.steps(day)
                for deed in self.dice.sample(often, self.dice.randrange(3)):
                    self.try_it(deed, day)
                if self.dice.random() < 0.35:
                    self.try_it(self.dice.choice(seldom), day)
                the_day.run(day, by=SYSTEM)
                assert differing(last_moment(day)) == [], f"{day} after {sorted(self.happened)}"
                since = day - timedelta(days=self.dice.choice([1, 3]))
                for share in queries.shares("4201/", day, since):
                    assert (share.balance, share.units) == counted(share.level, since, day), f"{share.level} on {day}"
        for held in Round.objects.all():
            assert all(what_does_not_add_up(told) == () for told in held.balance.values())

    def try_it(self, deed: Any, day: date) -> None:
        try:
            with transaction.atomic():
                deed(day)
        except Refusal:
            return
        self.happened.add(deed.__name__)


def differing(until: datetime) -> list[Any]:
    """The rows that the tables lack, by one full course of everything: the slow and plain way, with nothing kept."""
    moves = areas.unit_moves()
    tops = areas.subtree("", "street").values_list("path", flat=True)
    wrong = []
    for together in families.tops_of(tops, moves):
        family = families.family_of(together, moves)
        below = [number for number, place in family.places.items() if place.level not in families.TOP]
        facts = deciding.facts_of(family, below)
        path = family.tops[0]
        told = course(
            [family.by_id[number] for number in below],
            facts,
            lambda day, path=path: families.policy_on(day, path),  # type: ignore[misc]
            until,
        )
        stands = deciding.known_changes(below, until)
        for unit in below:
            wanted = {change.at: change for change in told.changes if change.unit == unit}
            wrong += deciding.missing(unit, wanted, stands.get(unit, []))
    return wrong


def counted(level: str, since: date, day: date) -> tuple[Balance, int]:
    """A share, unit by unit: each as its own rows say it stood, and those that stand on the day."""
    units = list(Area.objects.filter(level=level))
    changes = deciding.known_changes(unit.pk for unit in units)
    pairs = [(state_on(changes.get(unit.pk, []), since), state_on(changes.get(unit.pk, []), day)) for unit in units]
    return balance(pairs), sum(1 for unit in units if areas.subtree(unit.path, day=day).filter(pk=unit.pk).exists())


def tell(seed: int, tree: dict[str, Any], people: dict[str, Person], shelf: list[ledger.Ledger]) -> History:
    history = History(seed, tree, people, shelf)
    history.go()
    return history


def test_the_tables_say_what_a_full_course_says(
    tree: dict[str, Any], people: dict[str, Person], shelf: list[ledger.Ledger]
) -> None:
    history = tell(7, tree, people, shelf)
    states = set(CertificationStatus.objects.values_list("state", flat=True))
    assert {"named", "suspended", "cancelled"} <= states, "the history reaches what matters"
    assert CertificationStatus.objects.filter(reason="corrected").exists()
    assert history.happened


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_histories(seed: int, tree: dict[str, Any], people: dict[str, Person], shelf: list[ledger.Ledger]) -> None:
    tell(seed, tree, people, shelf)
