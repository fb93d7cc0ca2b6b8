"""Appeals and exceptions against a real database: evidence is corrected, the colour follows, nobody sets one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shouwang import clock
from shouwang.codes import queries, remedies, remedy_queries
from shouwang.codes.models import ColourStatus
from shouwang.command.rules import Role
from shouwang.health.actions import record_event
from shouwang.health.models import HealthEvent
from shouwang.health.tests.places import scope_at
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

pytestmark = pytest.mark.django_db
RESIDENT = Actor("resident", "resident")


def at(tree: dict[str, Any], code: str, role: Role, account: int) -> dict[str, Any]:
    """Somebody posted at a unit, as the arguments of a deed."""
    scope = scope_at(tree[code], role, account)
    return {"scope": scope, "by": Actor("person", scope.account_name, account, account, scope.area_path)}


def raised(person: Any) -> int:
    """An appeal of a resident."""
    given = {"raised_by": "resident", "by": RESIDENT, "scope": None}
    return remedies.raise_appeal(person.pk, person.area_path, "我从没去过那里", **given).pk  # type: ignore[arg-type]


def refused(code: str) -> Any:
    """A refusal with a code."""
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


class TestAppeals:
    """Community, then district; right means that the record is corrected."""

    def test_right_corrects_evidence_and_the_colour_follows(
        self, tree: dict[str, Any], people: dict[str, Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        """A contact that never was: withdrawn through the same deed as any, linked, and the code is green again."""
        person = people["P1"]
        with django_capture_on_commit_callbacks(execute=True):
            wrong = record_event(person.pk, "confirmed", "2020-04-25T08:00", by=Actor.operator())
        before = queries.colour_of(person.pk, person.area_path).decision.colour
        assert before == "red"
        number = raised(person)
        with django_capture_on_commit_callbacks(execute=True):
            remedies.review_appeal(number, why="was at home all week", **at(tree, "C1", Role.COMMUNITY_OFFICER, 1))
            remedies.uphold_appeal(
                number,
                why="another person's sample",
                withdraw=[wrong],
                made=[],
                **at(tree, "420102", Role.DISTRICT_OFFICER, 2),
            )
        [shown] = remedy_queries.appeals_of([person.pk])
        assert shown.state == "upheld"
        [row] = HealthEvent.objects.filter(supersedes__ref=wrong)
        assert shown.last.corrections == [row.ref]
        assert row.author == "officer-2"
        assert queries.colour_of(person.pk, person.area_path).decision.colour == "green"
        assert ColourStatus.objects.filter(person=person).order_by("since", "id").last().colour == "green"  # type: ignore[union-attr]

    def test_also_when_green(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """When the system says that there is no risk, one may appeal all the same."""
        assert raised(people["P2"])
        with refused("codes.appeal_open"):
            raised(people["P2"])

    def test_only_in_order_and_by_two(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """The district does not decide before the community looked; nobody does both; other areas see nothing."""
        number = raised(people["P1"])
        words = {"why": "checked the list", "next_step": "bring the test result"}
        with refused("codes.appeal_step"):
            remedies.refuse_appeal(number, **words, **at(tree, "420102", Role.DISTRICT_OFFICER, 2))
        with refused("codes.no_such_appeal"):
            remedies.review_appeal(number, why="checked", **at(tree, "C2", Role.COMMUNITY_OFFICER, 3))
        with refused("command.role_may_not"):
            remedies.review_appeal(number, why="checked", **at(tree, "C1", Role.HEALTH_DESK, 3))
        remedies.review_appeal(number, why="checked", **at(tree, "C1", Role.COMMUNITY_OFFICER, 2))
        with refused("codes.appeal_same_person"):
            remedies.refuse_appeal(number, **words, **at(tree, "420102", Role.DISTRICT_OFFICER, 2))
        remedies.refuse_appeal(number, **words, **at(tree, "420102", Role.DISTRICT_OFFICER, 4))
        with refused("codes.appeal_closed"):
            remedies.refuse_appeal(number, **words, **at(tree, "420102", Role.DISTRICT_OFFICER, 4))
        [shown] = remedy_queries.appeals_of([people["P1"].pk])
        assert (shown.state, shown.last.next_step) == ("refused", "bring the test result")
        assert raised(people["P1"]), "one may appeal again"

    def test_late_ones_stand_first(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """After 48 hours it is overdue, on top of the list of every level above."""
        number = raised(people["P1"])
        later = clock.now() + timedelta(hours=49)
        with clock.frozen(later):
            raised(people["P2"])
            shown = remedy_queries.open_appeals_in(scope_at(tree["420102"], Role.DISTRICT_OFFICER))
            assert [(one.appeal.pk == number, one.overdue) for one in shown] == [(True, True), (False, False)]
            assert remedy_queries.open_appeals_in(scope_at(tree["C2"])) == []

    def test_an_older_record_is_no_correction(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """What was recorded before the appeal, or about somebody else, does not make it right."""
        old = record_event(people["P1"].pk, "suspected", "2020-04-25T08:00", by=Actor.operator())
        other = record_event(people["P2"].pk, "suspected", "2020-04-25T08:00", by=Actor.operator())
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            number = raised(people["P1"])
            remedies.review_appeal(number, why="checked", **at(tree, "C1", Role.COMMUNITY_OFFICER, 1))
            district = at(tree, "420102", Role.DISTRICT_OFFICER, 2)
            for made, withdraw in (([old], []), ([], [other])):
                with refused("codes.appeal_correction"):
                    remedies.uphold_appeal(number, why="it is so", withdraw=withdraw, made=made, **district)

    def test_taking_it_back(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """By those who may speak for the person, and nobody else."""
        number = raised(people["P1"])
        with refused("codes.no_such_appeal"):
            remedies.withdraw_appeal(number, [people["P2"].pk], by=RESIDENT)
        remedies.withdraw_appeal(number, [people["P1"].pk], by=RESIDENT)
        assert remedy_queries.open_appeal_of(people["P1"].pk) is None


class TestExceptions:
    """May pass although …: two offices, a closed list, 72 hours."""

    def asked(self, tree: dict[str, Any], person: Any, hours: int = 24, reason: str = "medical") -> int:
        """Asked for by the community."""
        now = clock.now()
        given = at(tree, "C1", Role.COMMUNITY_OFFICER, 1)
        ends = now + timedelta(hours=hours)
        return remedies.ask_exception(
            person.pk, person.area_path, reason=reason, note="", begins=now, ends=ends, **given
        ).pk

    def test_holds_once_another_office_grants_it(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """Not before, not by the same office, and not after its end; no colour changes."""
        person = people["P1"]
        number = self.asked(tree, person)
        assert remedy_queries.active_exceptions(person.area_path) == []
        for code, role, account, reason in [
            ("C1", Role.COMMUNITY_OFFICER, 1, "codes.exception_same_person"),
            ("C1", Role.COMMUNITY_OFFICER, 2, "codes.exception_same_office"),
            ("C2", Role.COMMUNITY_OFFICER, 2, "codes.no_such_exception"),
            ("420102", Role.OBSERVER, 2, "command.role_may_not"),
        ]:
            with refused(reason):
                remedies.decide_exception(number, granted=True, why="", **at(tree, code, role, account))
        remedies.decide_exception(number, granted=True, why="", **at(tree, "420102002", Role.STREET_OFFICER, 2))
        [active] = remedy_queries.active_exceptions(tree["C1"].path)
        assert (active.person_id, active.reason) == (person.pk, "medical")
        with clock.frozen(active.ends_at):
            assert remedy_queries.active_exceptions(person.area_path) == []
        assert not ColourStatus.objects.exists()
        assert Entry.objects.filter(deed="codes.grant_exception", actor_name="officer-2").exists()

    def test_neither_longer_nor_for_another_reason(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """73 hours, and what is not on the list."""
        with refused("codes.exception_too_long"):
            self.asked(tree, people["P1"], hours=73)
        with refused("codes.exception_reason"):
            self.asked(tree, people["P1"], reason="friendship")

    def test_ended_early(self, tree: dict[str, Any], people: dict[str, Any]) -> None:
        """With a reason; then it no longer holds."""
        number = self.asked(tree, people["P1"])
        remedies.decide_exception(number, granted=True, why="", **at(tree, "420102", Role.HEALTH_DESK, 2))
        remedies.end_exception(number, why="no longer needed", **at(tree, "C1", Role.COMMUNITY_OFFICER, 1))
        assert remedy_queries.active_exceptions("") == []
        [(_month, reason, count)] = remedy_queries.exceptions_by_month()
        assert (reason, count) == ("medical", 1)
