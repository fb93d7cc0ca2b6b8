"""The whole decision is taken again under the row that the phone used; what differs is flagged, nothing bounced."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock
from shouwang.codes import remedies
from shouwang.command.rules import Role
from shouwang.gates import papers, permitting, policy_rows, second_look, taking, watch_jobs
from shouwang.gates.permitting import Wanted
from shouwang.gates.tests.conftest import NOW
from shouwang.gates.tests.passages import body, passage
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor

if TYPE_CHECKING:
    from shouwang.gates.models import Device, Gate
    from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db
BY = Actor.operator()


@pytest.fixture
def person(gates: dict[str, Gate]) -> Person:
    """Somebody who lives at X1."""
    return house(gates["X1"].area, ["E1"])["E1"]


def version(gate: Gate) -> str:
    """The version of the row that phones of the gate have now; signing it keeps it."""
    from shouwang.gates.models import KeptRow

    papers.paper(gate, "policy")
    return KeptRow.objects.filter(gate=gate).latest("pk").version


def send(phone: tuple[Device, str], person: Person, row: str, **facts: Any) -> None:
    """They came to X1 and were found in the roster."""
    traveller = {"kind": "roster", "row": person.pk, **facts.pop("traveller", {})}
    item = passage(**{"traveller": traveller, "policy_version": row, **facts})
    assert [one.outcome for one in taking.take(phone[1], str(phone[0].gate_id), body(item))] == ["stored"]


def looked() -> list[tuple[str, str, str, str]]:
    """What a look some minutes later flagged: the phone's verdict and reason, and the server's."""
    from shouwang.gates.models import Flag, Passage

    before = list(Passage.objects.values_list("id", "verdict", "reason", "differs").order_by("id"))
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        second_look.flag_verdicts()
    assert list(Passage.objects.values_list("id", "verdict", "reason", "differs").order_by("id")) == before
    keys = ("verdict", "reason", "own_verdict", "own_reason")
    found = [tuple(one.detail[key] for key in keys) for one in Flag.objects.filter(kind="verdict_differs")]
    return sorted(found)  # type: ignore[arg-type]


def coloured(person: Person, colour: str) -> None:
    """A colour since half an hour, shown since then."""
    from shouwang.codes.models import ColourStatus

    since = NOW - timedelta(minutes=30)
    ColourStatus.objects.create(
        person=person,
        area=person.area,
        area_path=person.area_path,
        colour=colour,
        rule="r",
        policy_version="v",
        since=since,
        decided_at=since,
    )


def test_what_the_server_would_have_said_too_is_not_flagged(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person
) -> None:
    """Home on green; out refused where only duty goes out."""
    row = version(gates["X1"])
    send(phone, person, row)
    send(phone, person, row, direction="out", verdict="refuse", reason="duty_only")
    assert looked() == []


def test_let_out_without_a_permit(gates: dict[str, Gate], phone: tuple[Device, str], person: Person) -> None:
    """Green, but the row of that gate let nobody out: more than colours is looked at."""
    send(phone, person, version(gates["X1"]), direction="out")
    assert looked() == [("pass", "green", "refuse", "duty_only")]


def test_refused_though_nothing_was_against_it(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person
) -> None:
    """Turned away on a colour that they did not have is flagged as well; what only the phone could see is not."""
    row = version(gates["X1"])
    send(phone, person, row, verdict="hold", reason="red_hold")
    send(phone, person, row, verdict="refuse", reason="expired")
    send(phone, person, row, verdict="check", reason="feed_too_old")
    send(phone, person, row, verdict="refuse", reason="mask_missing", mask=False)
    assert looked() == [("hold", "red_hold", "pass", "green")]


def test_red_is_held_unless_two_offices_let_them_pass(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person
) -> None:
    """A permission that held at that moment is looked at as well."""
    coloured(person, "red")
    row = version(gates["X1"])
    send(phone, person, row)
    assert looked() == [("pass", "green", "hold", "red_hold")]
    community, street = person.area.parent, person.area.parent.parent
    first, second = scope_at(community), scope_at(street, Role.STREET_OFFICER, 8)
    with clock.frozen(NOW + timedelta(minutes=10)):
        asked = remedies.ask_exception(
            person.pk,
            person.area_path,
            reason="medical",
            note="",
            begins=clock.now(),
            ends=clock.now() + timedelta(hours=5),
            scope=first,
            by=Actor("person", "officer-7", 7, 1, first.area_path),
        )
        remedies.decide_exception(
            asked.pk, granted=True, why="", scope=second, by=Actor("person", "officer-8", 8, 2, second.area_path)
        )
    with clock.frozen(NOW + timedelta(minutes=20)):
        send(phone, person, row, reason="exception")
        assert len(looked()) == 1


def test_a_once_only_permit_used_at_two_phones(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person
) -> None:
    """Both were without network and let them out; the later of the two is flagged."""
    wanted = Wanted("one_off", NOW - timedelta(hours=1), NOW + timedelta(days=1), "x-ray", person.pk, purpose="medical")
    asked = permitting.ask("X1", wanted, by=BY)
    permitting.step(asked.pk, "approved", by=BY)
    row = version(gates["X1"])
    for minutes in (30, 20):
        at = NOW - timedelta(minutes=minutes)
        send(phone, person, row, direction="out", at=at, traveller={"permit": str(asked.pk)})
    assert looked() == [("pass", "green", "refuse", "permit_used")]


def test_the_row_that_the_phone_had_decides(gates: dict[str, Gate], phone: tuple[Device, str], person: Person) -> None:
    """A permit that was ended since had held by the row of then: not flagged; a phone that has the new row: flagged."""
    gate = gates["X1"]
    wanted = Wanted("special_duty", NOW - timedelta(hours=1), NOW + timedelta(days=1), "doctor", person.pk)
    asked = permitting.ask("X1", wanted, by=BY)
    permitting.step(asked.pk, "approved", by=BY)
    old = version(gate)
    permitting.step(asked.pk, "ended", by=BY, why="on leave")
    with clock.frozen(NOW + timedelta(minutes=2)):
        new = version(gate)
    assert new != old
    send(phone, person, old, direction="out", traveller={"permit": str(asked.pk)})
    assert looked() == []
    with clock.frozen(NOW + timedelta(minutes=10)):
        send(phone, person, new, direction="out")
        assert looked() == [("pass", "green", "refuse", "duty_only")]


def test_rows_are_kept_by_version_and_forgotten_with_the_passages(gates: dict[str, Gate]) -> None:
    """The same content is the same version, whenever it is signed; what changes by the minute is not kept."""
    from shouwang.gates.models import KeptRow

    gate = gates["X1"]
    first = version(gate)
    with clock.frozen(NOW + timedelta(hours=20)):
        assert version(gate) == first
    row = KeptRow.objects.get(gate=gate)
    assert row.until_at == NOW + timedelta(hours=56)
    assert not policy_rows.MOMENTARY & set(row.content)
    with clock.frozen(NOW + timedelta(days=16)):
        watch_jobs.tend(clock.today(), BY)
        assert KeptRow.objects.filter(gate=gate).exists()
    with clock.frozen(NOW + timedelta(days=17)):
        watch_jobs.tend(clock.today(), BY)
        assert not KeptRow.objects.filter(gate=gate).exists()
