"""What the office sees and does: boards, permits, who passed with whom, flags; and what is forgotten when."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang import clock
from shouwang.codes import holders, indexes
from shouwang.command.policy import Role
from shouwang.command.rules import Scope
from shouwang.gates import (
    actions,
    board,
    permitting,
    policy_rows,
    queries,
    second_look,
    taking,
    tracing,
    watch_jobs,
    watching,
)
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

from .conftest import NOW, phone_at
from .passages import body, key, passage

if TYPE_CHECKING:
    from shouwang.areas.models import Area
    from shouwang.gates.models import Device, Gate
    from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db
BY = Actor.operator()


@pytest.fixture(autouse=True)
def _own_code_keys(tmp_path: Path, settings: Any) -> None:
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"


def scope_of(area: Area, role: Role = Role.COMMUNITY_OFFICER) -> Scope:
    return Scope(7, "officer", 1, role, area.pk, area.code, area.name, area.path, area.level)


@pytest.fixture
def people(tree: dict[str, Area]) -> list[Person]:
    """Two of X1 and one of X2."""
    from shouwang.residents.models import Household, Person
    from shouwang.residents.sealing import sealer

    lock, made = sealer(), []
    for ref, code in (("P1", "X1"), ("P2", "X1"), ("P3", "X2")):
        area = tree[code]
        home = Household.objects.create(ref=f"H-{ref}", area=area, area_path=area.path)
        made.append(
            Person.objects.create(
                ref=ref,
                name_sealed=lock.seal("name", ref, f"王{ref}"),
                name_hash=lock.hash("name", f"王{ref}"),
                area=area,
                area_path=area.path,
                household=home,
            )
        )
    return made


def send(phone: tuple[Device, str], *items: dict[str, Any]) -> None:
    assert {one.outcome for one in taking.take(phone[1], str(phone[0].gate_id), body(*items))} <= {"stored"}


def by_code(person: Person, **facts: Any) -> dict[str, Any]:
    """A passage with the strip of somebody."""
    day_list = indexes.day_list(clock.now())
    idx = holders.places_of([person.pk], day_list)[person.pk]
    return passage(**{"traveller": {"kind": "strip", "list": day_list, "idx": idx, "cti": f"cti-{person.pk}"}, **facts})


def test_the_board_counts_by_hour_and_by_reason(phone: tuple[Device, str], people: list[Person]) -> None:
    """In, out, turned back, held, and who is inside as far as the gate saw."""
    gate = queries.Gate.objects.get(pk=phone[0].gate_id)
    send(
        phone,
        by_code(people[0], direction="out"),
        passage(direction="in", traveller={"kind": "visitor"}),
        passage(verdict="refuse", reason="red"),
        passage(verdict="refuse", reason="yellow", override={"reason": "ambulance"}),
        passage(verdict="hold", reason="fever"),
    )
    shown = board.of_gate(gate, clock.today())
    assert (shown.into, shown.out, shown.refused, shown.held, shown.overridden) == (2, 1, 2, 1, 1)
    assert (shown.residents, shown.inside) == (2, 2)
    assert {reason for _verdict, reason, _n in shown.reasons} == {"red", "yellow", "fever"}
    assert [hour.hour for hour in shown.hours if hour.into] == [9]
    assert len(board.stopped(gate, clock.today())) == 3


def test_a_gate_without_a_guard_is_unattended_after_ten_minutes(phone: tuple[Device, str]) -> None:
    """From the moment the guard left, or from the beginning when there never was one."""
    scope = scope_of(queries.Gate.objects.get(pk=phone[0].gate_id).area, Role.CITY_OFFICER)

    def lonely(at: Any) -> int:
        with clock.frozen(at):
            return queries.unattended(queries.gates_in(scope)).count()

    assert (lonely(NOW + timedelta(minutes=10)), lonely(NOW + timedelta(minutes=11))) == (0, 1)
    with clock.frozen(NOW + timedelta(minutes=30)):
        watching.record_shift_events(phone[0], [_shift("check_in", NOW + timedelta(minutes=20))])
        assert lonely(NOW + timedelta(hours=9)) == 0
        watching.record_shift_events(phone[0], [_shift("check_out", NOW + timedelta(minutes=25))])
    assert (lonely(NOW + timedelta(minutes=35)), lonely(NOW + timedelta(minutes=36))) == (0, 1)


def test_a_guard_of_many_gates_gets_a_pin_from_any_of_their_offices(
    gates: dict[str, Gate], tree: dict[str, Area]
) -> None:
    """Posted at X1 and X2: the office of X2 sets the PIN; an office of neither does not."""
    from shouwang.accounts.models import Account
    from shouwang.command.actions import grant_post

    guard = Account.objects.create(username="many")
    for code in ("X1", "X2"):
        grant_post(guard, Role.GATE_GUARD, code, clock.today(), by=BY)
    by = Actor("person", "officer", 7)
    assert actions.set_pin(guard, "280419", by=by, scope=scope_of(tree["X2"])).area_path == tree["X2"].path
    elsewhere = Scope(7, "officer", 1, Role.COMMUNITY_OFFICER, 0, "Z", "Z", "9/", "community")
    with pytest.raises(Refusal):
        actions.set_pin(guard, "280419", by=by, scope=elsewhere)


def _shift(kind: str, at: Any) -> watching.Told:
    import uuid

    return watching.Told(uuid.UUID(key()), at, kind=kind)


def test_a_permit_counts_once_it_is_approved_by_the_right_role(
    tree: dict[str, Area], gates: dict[str, Gate], people: list[Person]
) -> None:
    """Asked by the community; special duty is approved by the street; then it stands in the gate's row, until ended."""
    from shouwang.gates.models import Permit

    community, street = scope_of(tree["C1"]), scope_of(tree["S1"], Role.STREET_OFFICER)
    officer = Actor("person", "officer", account_id=7)
    until = NOW + timedelta(days=3)
    wanted = permitting.Wanted("special_duty", NOW, until, "works at the hospital", person_id=people[0].pk)
    permit = permitting.ask("X1", wanted, by=officer, scope=community)
    row = lambda: policy_rows.composed(gates["X1"], NOW, NOW + timedelta(hours=36))["permits"]  # noqa: E731
    assert list(row()) == []
    with pytest.raises(Refusal) as refused:
        permitting.step(permit.pk, "approved", by=officer, scope=community)
    assert refused.value.code == "gates.permit_role"
    permitting.step(permit.pk, "approved", by=officer, scope=street)
    (told,) = row()
    assert (told["kind"], told["holder"]["row"]) == ("special_duty", people[0].pk)
    with pytest.raises(Refusal):
        permitting.step(permit.pk, "refused", by=officer, scope=street, why="too late for that")
    permitting.step(permit.pk, "ended", by=officer, scope=street, why="no longer on duty")
    assert list(row()) == []
    assert [one.state for one in Permit.objects.get().statuses.order_by("at", "pk")] == ["asked", "approved", "ended"]
    with pytest.raises(Refusal) as elsewhere:
        permitting.ask("X1", permitting.Wanted("one_off", NOW, until, "errand", person_id=people[2].pk), by=BY)
    assert elsewhere.value.code == "gates.permit_for_whom"


def test_passages_and_companions_are_read_with_a_reason(
    phone: tuple[Device, str], people: list[Person], tree: dict[str, Area]
) -> None:
    """By strip and by roster; those elsewhere are counted; every reading stands in the journal."""
    from shouwang.journal.models import Entry

    first, second, third = people
    by_roster = passage(traveller={"kind": "roster", "row": second.pk})
    send(phone, by_code(first), by_roster, by_code(third), passage(NOW - timedelta(hours=2), **{}))
    scope, officer = scope_of(tree["C1"]), Actor("person", "officer", account_id=7)
    found = tracing.passages_of(first, "tracing a case", by=officer, scope=scope)
    assert [one.gate_id for one in found] == [phone[0].gate_id]
    with_whom = tracing.companions_of(first, "tracing a case", by=officer, scope=scope)
    assert [one.person.ref for one in with_whom.here] == ["P2"]
    assert with_whom.elsewhere == 1
    with pytest.raises(Refusal):
        tracing.passages_of(first, " ", by=officer, scope=scope)
    with pytest.raises(Refusal):
        tracing.passages_of(third, "of another place", by=officer, scope=scope)
    deeds = [entry.deed for entry in Entry.objects.filter(deed__startswith="gates.read")]
    assert sorted(deeds) == ["gates.read_companions", "gates.read_passages"]


def test_a_person_is_found_by_indexes_alone(phone: tuple[Device, str]) -> None:
    """Of a city's hundred million passages, those of one person are looked up: by place in each list, and by line."""
    with CaptureQueriesContext(connection) as asked:
        board.passages_of(7, {20_000: {5}, 20_001: {9, 11}}, NOW - timedelta(days=14))
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "gates_passage" in plan
    assert "Seq Scan" not in plan, plan


def test_one_code_at_two_gates_is_flagged_once(
    phone: tuple[Device, str], gates: dict[str, Gate], people: list[Person]
) -> None:
    """Within ten minutes, whichever arrived first; at one gate, or an hour apart, it is nothing."""
    from shouwang.codes.models import ColourStatus
    from shouwang.gates.models import Flag

    other = phone_at(gates["X2"])
    send(phone, by_code(people[0]), by_code(people[0], direction="out"), by_code(people[1]))
    send(other, by_code(people[0], at=NOW - timedelta(minutes=9)))
    send(other, by_code(people[1], at=NOW - timedelta(hours=2)))
    with clock.frozen(NOW + timedelta(minutes=5)):
        assert watch_jobs.flag_two_gates() == 2
        assert watch_jobs.flag_two_gates() == 0
    assert set(Flag.objects.values_list("kind", flat=True)) == {"same_code"}
    assert not ColourStatus.objects.exists()


@pytest.mark.parametrize("seed", range(4))
def test_two_gates_whatever_arrives_when(phone: tuple[Device, str], gates: dict[str, Gate], seed: int) -> None:
    """Passages arrive in any order, with looks in between: flagged is each that another gate saw, with the same code,
    in the ten minutes before it. The slow plain twin compares every passage with every other."""
    from shouwang.gates.models import Flag

    chance = random.Random(seed)
    phones = [phone, phone_at(gates["X2"])]
    sent: list[tuple[datetime, str, int, str]] = []
    for number in range(40):
        at = NOW - timedelta(seconds=chance.randrange(3600))
        which, code = chance.randrange(2), chance.choice(["code-one", "code-two"])
        item = passage(at, traveller={"kind": "strip", "list": 18312, "idx": 7, "cti": code})
        with clock.frozen(NOW + timedelta(seconds=number)):
            send(phones[which], item)
        sent.append((at, item["id"], which, code))
        if chance.random() < 0.2:
            with clock.frozen(NOW + timedelta(seconds=number + 60)):
                watch_jobs.flag_two_gates()
    with clock.frozen(NOW + timedelta(minutes=5)):
        watch_jobs.flag_two_gates()
        assert watch_jobs.flag_two_gates() == 0
    wanted = {
        key
        for at, key, which, code in sent
        for other_at, other_key, other_which, other_code in sent
        if other_which != which and other_code == code and timedelta() <= at - other_at <= timedelta(minutes=10)
        and (other_at, other_key) < (at, key)
    }  # fmt: skip
    assert wanted
    assert {str(one) for one in Flag.objects.filter(kind="same_code").values_list("passage", flat=True)} == wanted


def test_the_second_look_flags_a_red_who_was_let_through(phone: tuple[Device, str], people: list[Person]) -> None:
    """By the colour of that moment; afterwards is nothing, and a refusal is none."""
    from shouwang.codes.models import ColourStatus
    from shouwang.gates.models import Flag

    red = {
        "area": people[0].area,
        "area_path": people[0].area_path,
        "colour": "red",
        "rule": "confirmed",
        "policy_version": "v",
    }
    ColourStatus.objects.create(
        person=people[0], since=NOW - timedelta(minutes=30), decided_at=NOW - timedelta(minutes=30), **red
    )
    ColourStatus.objects.create(person=people[1], since=NOW + timedelta(minutes=1), decided_at=NOW, **red)
    send(phone, by_code(people[0]), by_code(people[1]), by_code(people[0], verdict="refuse", reason="red"))
    with clock.frozen(NOW + timedelta(minutes=5)):
        assert second_look.flag_verdicts() == 1
        assert second_look.flag_verdicts() == 0
    assert Flag.objects.get().detail["own_verdict"] == "hold"


def test_what_is_past_its_time_is_forgotten(phone: tuple[Device, str]) -> None:
    """After fourteen days: passages by their parts, quarantine, flags; the hourly counts stay."""
    from shouwang.gates.models import Passage, PassageCount, Quarantine

    taking.take(phone[1], str(phone[0].gate_id), body(passage(), {"id": "x"}))
    with clock.frozen(NOW + timedelta(days=13)):
        watch_jobs.tend(clock.today(), BY)
        assert (Passage.objects.count(), Quarantine.objects.count()) == (1, 1)
    with clock.frozen(NOW + timedelta(days=15)):
        watch_jobs.tend(clock.today(), BY)
    assert (Passage.objects.count(), Quarantine.objects.count(), PassageCount.objects.count()) == (0, 0, 1)
