"""Batches of several phones stored in one transaction: each is answered as if it had come alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db.models import Sum

from shouwang.gates import taking
from shouwang.gates.taking import Answer, Batch, Outcome
from shouwang.refusal import Refusal
from shouwang.site.gathering import MOST, Gathering

from .conftest import NOW, phone_at
from .passages import body, passage

if TYPE_CHECKING:
    from shouwang.gates.models import Device, Gate


@pytest.fixture
def other(gates: dict[str, Gate]) -> tuple[Device, str]:
    """A phone at the second gate."""
    return phone_at(gates["X2"])


def batch(phone: tuple[Device, str], *items: Any, token: str | None = None) -> Batch:
    """A batch as the door reads it."""
    return taking.read_batch(token or phone[1], str(phone[0].gate_id), body(*items))


def outcomes_of(outcome: Outcome) -> list[str]:
    """What became of each item; why not, where there was no answer."""
    if isinstance(outcome, Exception):
        return [outcome.code if isinstance(outcome, Refusal) else type(outcome).__name__]
    return [one.outcome for one in outcome]


def counts() -> dict[int, int]:
    """What the counters of each gate say; they agree with the rows."""
    from shouwang.gates.models import Passage, PassageCount

    found = {row["gate"]: row["n"] for row in PassageCount.objects.values("gate").annotate(n=Sum("count"))}
    rows = list(Passage.objects.values_list("gate", flat=True))
    assert found == {gate: rows.count(gate) for gate in set(rows)}
    return found


@pytest.mark.django_db
def test_each_is_answered_and_counted_at_its_own_gate(phone: tuple[Device, str], other: tuple[Device, str]) -> None:
    """Also with repetitions within a batch, of an earlier batch, and of another phone in the same group."""
    known, shared, twice = passage(), passage(), passage(direction="out")
    assert outcomes_of(taking.take_together([batch(phone, known)])[0]) == ["stored"]
    first, second, third = taking.take_together(
        [
            batch(phone, known, passage(), shared),
            batch(other, shared, twice, twice, "nothing"),
            batch(phone, passage(NOW - timedelta(days=2)), {**shared, "verdict": "hold"}),
        ]
    )
    assert outcomes_of(first) == ["duplicate", "stored", "stored"]
    assert outcomes_of(second) == ["duplicate", "stored", "duplicate", "quarantined"]
    assert outcomes_of(third) == ["stored", "duplicate"]
    assert isinstance(third, list)
    assert (third[1].verdict, third[1].differs) == ("pass", True)
    assert counts() == {phone[0].gate_id: 4, other[0].gate_id: 1}


@pytest.mark.django_db
def test_a_refused_phone_takes_no_key_away_from_another(phone: tuple[Device, str], other: tuple[Device, str]) -> None:
    """Who may not speak is refused; the same key from who may is stored and counted."""
    item = passage()
    outcomes = taking.take_together(
        [batch(phone, item, token="stolen"), batch(phone, item, token=other[1]), batch(phone, item)]
    )
    assert [outcomes_of(one) for one in outcomes] == [["gates.unknown_device"], ["gates.other_gate"], ["stored"]]
    assert counts() == {phone[0].gate_id: 1}


@pytest.mark.django_db
def test_one_that_fails_harms_no_other(phone: tuple[Device, str], other: tuple[Device, str]) -> None:
    """Where the group cannot be stored each is stored alone."""
    broken = batch(phone, passage(traveller={"kind": "strip", "people": 2}))
    (line,) = broken.made.values()
    line.fields = line.fields.replace(b"\x01{", b"\x09{")  # JSON of a version that PostgreSQL does not know
    good, bad, fine = taking.take_together([batch(phone, passage()), broken, batch(other, passage(), passage())])
    assert [outcomes_of(good), outcomes_of(fine)] == [["stored"], ["stored", "stored"]]
    assert isinstance(bad, psycopg.Error)
    assert counts() == {phone[0].gate_id: 1, other[0].gate_id: 2}


def _line_up(number: int) -> Batch:
    return Batch(str(number), number, [])


def test_what_comes_meanwhile_is_stored_together() -> None:
    """Many at once go in few groups, never two groups at a time, and everybody gets their own answer."""
    groups: list[list[int]] = []
    storing = threading.Lock()
    begun, gate = threading.Event(), threading.Event()

    def store(batches: list[Batch]) -> list[Outcome]:
        assert storing.acquire(blocking=False), "two groups at a time"
        begun.set()
        gate.wait(5)
        groups.append([one.gate for one in batches])
        storing.release()
        return [[Answer(str(one.gate), "stored", None, "", False)] for one in batches]

    gathering = Gathering(store)
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(gathering.take, _line_up(0))
        assert begun.wait(5)
        rest = [pool.submit(gathering.take, _line_up(number)) for number in range(1, 12)]
        while len(gathering._waiting) < 11:
            pass
        gate.set()
        answers = [done.result(5) for done in (first, *rest)]
    assert [one[0].id for one in answers if isinstance(one, list)] == [str(number) for number in range(12)]
    assert (groups[0], sorted(groups[1])) == ([0], list(range(1, 12)))


def test_a_store_that_breaks_answers_everybody_and_goes_on() -> None:
    """Nobody waits for ever, and the next is stored."""

    def store(batches: list[Batch]) -> list[Outcome]:
        if batches[0].gate == 0:
            raise RuntimeError("broken")
        return [[] for _one in batches]

    gathering = Gathering(store)
    assert isinstance(gathering.take(_line_up(0)), RuntimeError)
    assert gathering.take(_line_up(1)) == []
    assert MOST >= 8 * taking.LARGEST_BATCH


def test_a_leader_that_is_ended_leaves_one_leader() -> None:
    """The server ends a thread while it stores for others: they are told, nobody stores twice, and the next goes on."""
    led: list[list[int]] = []
    begun, gate = threading.Event(), threading.Event()

    def store(batches: list[Batch]) -> list[Outcome]:
        led.append([one.gate for one in batches])
        if batches[0].gate == 0:
            begun.set()
            gate.wait(5)
        if batches[0].gate == 1:
            raise SystemExit
        return [[] for _one in batches]

    def taken(number: int) -> Outcome | str:
        try:
            return gathering.take(_line_up(number))
        except SystemExit:
            return "ended"

    gathering = Gathering(store)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(taken, 0)
        assert begun.wait(5)
        second = pool.submit(taken, 1)
        while len(gathering._waiting) < 1:
            pass
        third = pool.submit(taken, 2)
        while len(gathering._waiting) < 2:
            pass
        gate.set()
        assert (first.result(5), second.result(5)) == ([], "ended")
        assert isinstance(third.result(5), ConnectionAbortedError)
    assert gathering.take(_line_up(3)) == []
    assert led == [[0], [1, 2], [3]]
