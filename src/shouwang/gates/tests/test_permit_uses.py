"""What is used at one phone is used at all: the row that the office signs says so, and nothing is counted twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import cbor2
import pytest

from shouwang import clock
from shouwang.gates import papers, permit_uses, permitting, policy_rows, taking, watch_jobs
from shouwang.gates.passage import Passage, Reason
from shouwang.gates.permitting import Wanted
from shouwang.gates.policy import Direction, Earlier, PassagePolicy, Verdict
from shouwang.gates.rules import decide_passage
from shouwang.gates.tests.conftest import NOW, phone_at
from shouwang.gates.tests.passages import body, key, passage
from shouwang.gates.traveller import Gate as Phone
from shouwang.gates.traveller import Kind, Member, Temperature, Traveller
from shouwang.health.tests.places import house
from shouwang.journal.actions import Actor

if TYPE_CHECKING:
    from shouwang.gates.models import Device, Gate, Permit
    from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db
BY = Actor.operator()


@pytest.fixture
def person(gates: dict[str, Gate]) -> Person:
    """Somebody who lives at X1."""
    return house(gates["X1"].area, ["E1"])["E1"]


@pytest.fixture
def permit(person: Person) -> Permit:
    """Leave to go out once."""
    return approved(person, kind="one_off", purpose="medical")


def approved(person: Person, **what: Any) -> Permit:
    """A permit for a person, approved."""
    wanted = Wanted(
        from_at=NOW - timedelta(hours=1), until_at=NOW + timedelta(days=30), why="hospital", person_id=person.pk, **what
    )
    asked = permitting.ask("X1", wanted, by=BY)
    permitting.step(asked.pk, "approved", by=BY)
    return asked


def row(gate: Gate) -> PassagePolicy:
    """The row as a phone reads it when it asks now."""
    permit_uses.note(timedelta(0))
    now = clock.now()
    return PassagePolicy.from_json(policy_rows.composed(gate, now, now + timedelta(hours=36)))


def out(person: Person, permit: Permit | None = None, **facts: Any) -> dict[str, Any]:
    """They went out, found in the roster."""
    traveller = {"kind": "roster", "row": person.pk, "list": 18312, "idx": 5}
    if permit is not None:
        traveller["permit"] = str(permit.pk)
    return passage(**{"direction": "out", "traveller": traveller, **facts})


def asked_out(policy: PassagePolicy, person: Person, own: tuple[Earlier, ...] = (), household: int = 1) -> Passage:
    """What a phone that remembers `own` says to them now, green and by roster."""
    now = int(clock.now().timestamp())
    traveller = Traveller(
        Kind.ROSTER,
        people=(Member(5, None, 0, True, person.pk, household, "1-1-101"),),
        status_at=now,
        identity=True,
        mask=True,
        temperatures=(Temperature(365, now),),
        earlier=own,
    )
    gate = Phone(policy.compound, policy.gate, feed_at=now, clock_offset_ms=0, roster_expires=now + 60)
    return decide_passage(policy, traveller, gate, Direction.OUT, now)


def test_used_at_one_phone_is_used_at_the_other(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person, permit: Permit
) -> None:
    """Before, both let them out; once the passage is sent, the row refuses it at a phone that never saw them."""
    gate = gates["X1"]
    assert asked_out(row(gate), person).permits == (str(permit.pk),)
    sent = out(person, permit)
    taking.take(phone[1], str(gate.pk), body(sent))
    told = row(gate)
    refused = asked_out(told, person)
    assert (refused.verdict, refused.reason) == (Verdict.REFUSE, Reason.PERMIT_USED)
    [use] = told.earlier
    assert (use.id, use.permit, use.row, use.direction) == (sent["id"], str(permit.pk), person.pk, Direction.OUT)


def test_the_signed_row_changes_and_a_new_phone_reads_it(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person, permit: Permit
) -> None:
    """Through the door by which phones ask: another ETag within a minute, and a phone enrolled today knows at once."""
    gate = gates["X1"]
    before = papers.paper(gate, "policy")
    taking.take(phone[1], str(gate.pk), body(out(person, permit)))
    with clock.frozen(NOW + timedelta(minutes=1)):
        after = papers.paper(gate, "policy")
        assert after.etag != before.etag
        phone_at(gate)
        told = PassagePolicy.from_json(json.loads(cbor2.loads(bytes(after.message))[2]))
        assert asked_out(told, person).reason is Reason.PERMIT_USED


def test_the_same_passage_counts_once(gates: dict[str, Gate], phone: tuple[Device, str], person: Person) -> None:
    """Sent twice, noted twice, known to the phone and to the office: one use. Two of three are left after it."""
    gate, permit = gates["X1"], approved(person, kind="special_duty", quota=2)
    sent = out(person, permit)
    for _ in range(2):
        taking.take(phone[1], str(gate.pk), body(sent))
        permit_uses.note(timedelta(0))
    told = row(gate)
    own = Earlier(int(NOW.timestamp()) - 60, Direction.OUT, row=person.pk, permit=str(permit.pk), id=sent["id"])
    assert len(told.earlier) == 1
    assert asked_out(told, person, (own,)).verdict is Verdict.PASS
    unsent = Earlier(int(NOW.timestamp()) - 30, Direction.OUT, row=person.pk, permit=str(permit.pk), id=key())
    assert asked_out(told, person, (own, unsent)).reason is Reason.PERMIT_USED


def test_only_what_was_let_through_at_that_compound_counts(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person, permit: Permit
) -> None:
    """A refusal uses nothing, nor does another compound's phone use up a permit; an override does."""
    gate, other = gates["X1"], phone_at(gates["X2"])
    refused = out(person, permit, verdict="refuse", reason="mask_missing")
    taking.take(phone[1], str(gate.pk), body(refused, out(person), out(person, permit, direction="in")))
    taking.take(other[1], str(gates["X2"].pk), body(out(person, permit)))
    odd = passage(direction="out", traveller={"kind": "roster", "row": person.pk, "permit": "exception"})
    taking.take(phone[1], str(gate.pk), body(odd))
    told = row(gate)
    assert [one.direction for one in told.earlier] == [Direction.IN]
    assert asked_out(told, person).verdict is Verdict.PASS
    late = out(person, permit, verdict="refuse", reason="feed_too_old", override={"reason": "asked the office"})
    taking.take(phone[1], str(gate.pk), body(late))
    assert asked_out(row(gate), person).reason is Reason.PERMIT_USED


def test_a_passage_that_arrives_late_counts_when_it_arrives(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person, permit: Permit
) -> None:
    """A phone that was without network for hours: by its key, whenever it was."""
    gate = gates["X1"]
    assert asked_out(row(gate), person).verdict is Verdict.PASS
    with clock.frozen(NOW + timedelta(hours=5)):
        taking.take(phone[1], str(gate.pk), body(out(person, permit) | {"at": NOW.isoformat()}))
        assert asked_out(row(gate), person).reason is Reason.PERMIT_USED


def test_an_outing_of_the_household_counts_at_every_phone(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person
) -> None:
    """One of a household a day: gone past one phone, refused at the other; home again past either."""
    from shouwang.residents.models import Household

    gate = gates["X1"]
    home = Household.objects.create(ref="H1", area=gate.area, area_path=gate.area_path)
    person.household = home
    person.save()
    taking.take(phone[1], str(gate.pk), body(out(person) | {"at": NOW.isoformat()}))
    plain = row(gate)
    quota = PassagePolicy.from_json({**plain.to_json(), "exit": {"kind": "quota", "interval_days": 1}})
    with clock.frozen(NOW + timedelta(minutes=30)):
        now = clock.now()
        found = permit_uses.counted(quota, gate.area_path, permit_uses.window(quota, now), now)
        assert [(one.household, one.row, one.back) for one in found] == [(home.pk, person.pk, None)]
        back = passage(traveller={"kind": "roster", "row": person.pk}) | {"at": now.isoformat()}
        taking.take(phone[1], str(gate.pk), body(back))
    with clock.frozen(NOW + timedelta(minutes=40)):
        now = clock.now()
        [again] = permit_uses.counted(quota, gate.area_path, permit_uses.window(quota, now), now)
        assert again.back == int((NOW + timedelta(minutes=30)).timestamp())
        assert asked_out(replace(quota, earlier=(again,)), person, household=home.pk).reason is Reason.HOUSEHOLD_QUOTA
    assert permit_uses.counted(plain, gate.area_path, permit_uses.window(plain, NOW), NOW) == ()


def test_uses_are_forgotten_with_their_permit(
    gates: dict[str, Gate], phone: tuple[Device, str], person: Person, permit: Permit
) -> None:
    """They outlive the passages: a permit of months is counted for months. 14 days after its end they are gone."""
    from shouwang.gates.models import PermitUse

    gate = gates["X1"]
    taking.take(phone[1], str(gate.pk), body(out(person, permit)))
    permit_uses.note(timedelta(0))
    with clock.frozen(NOW + timedelta(days=20)):
        watch_jobs.tend(clock.today(), BY)
        assert asked_out(row(gate), person).reason is Reason.PERMIT_USED
    with clock.frozen(NOW + timedelta(days=45)):
        watch_jobs.tend(clock.today(), BY)
    assert not PermitUse.objects.exists()
