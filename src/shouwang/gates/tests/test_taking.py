"""Taking in passages: one key is one row and one answer, nothing is bounced, counters agree with rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Sum

from shouwang import clock
from shouwang.gates import actions, partitions, taking
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

from .conftest import NOW, phone_at
from .passages import body, passage

if TYPE_CHECKING:
    from shouwang.gates.models import Device, Gate

pytestmark = pytest.mark.django_db


def sent(phone: tuple[Device, str], *items: Any) -> list[dict[str, Any]]:
    """Send a batch and read the answer as a phone does."""
    device, token = phone
    answers = taking.take(token, str(device.gate_id), body(*items))
    return json.loads(taking.written_answers(answers))["items"]


def rows() -> int:
    from shouwang.gates.models import Passage

    return Passage.objects.count()


def counted() -> int:
    from shouwang.gates.models import PassageCount

    return PassageCount.objects.aggregate(n=Sum("count"))["n"] or 0


def test_a_batch_is_stored_and_answered_in_order(phone: tuple[Device, str]) -> None:
    """Each item under its own key, with the verdict the phone gave."""
    items = [
        passage(),
        passage(verdict="refuse", reason="red"),
        passage(direction="out", verdict="hold", reason="fever"),
    ]
    answered = sent(phone, *items)
    assert [one["id"] for one in answered] == [one["id"] for one in items]
    assert [(one["outcome"], one["verdict"], one["reason"]) for one in answered] == [
        ("stored", "pass", "green"),
        ("stored", "refuse", "red"),
        ("stored", "hold", "fever"),
    ]
    assert (rows(), counted()) == (3, 3)


def test_everything_that_was_sent_is_in_the_row(phone: tuple[Device, str]) -> None:
    """With the moment put right by the signed clock, and the rest as it was told."""
    from shouwang.gates.models import Passage

    at = NOW - timedelta(minutes=11)
    sent(
        phone,
        passage(
            at,
            clock_offset_ms=600_000,
            traveller={"kind": "vehicle", "plate": '鄂A"1\\2', "people": 3, "company": "{x},NULL"},
            second_temperature="37.4",
            override={"reason": '救护车, "urgent"'},
            guard=None,
        ),
    )
    row = Passage.objects.get()
    assert row.at == NOW - timedelta(minutes=1)
    assert row.offset_ms == 600_000
    assert row.day == clock.today()
    assert row.detail == {"plate": '鄂A"1\\2', "people": 3, "company": "{x},NULL", "override": '救护车, "urgent"'}
    assert (row.overridden, str(row.second_temperature), row.policy_version) == (True, "37.4", "1")
    assert row.area_path == phone[0].area_path


def test_the_same_key_is_one_row_and_one_answer(phone: tuple[Device, str]) -> None:
    """In one batch, and in the next; counted once."""
    item = passage()
    first = sent(phone, item, item)
    again = sent(phone, item, passage())
    assert [one["outcome"] for one in first] == ["stored", "duplicate"]
    assert [one["outcome"] for one in again] == ["duplicate", "stored"]
    told = [{**one, "outcome": ""} for one in (first[0], first[1], again[0])]
    assert told[0] == told[1] == told[2]
    assert (rows(), counted()) == (2, 2)


def test_another_content_under_a_key_is_answered_with_the_first_and_flagged(phone: tuple[Device, str]) -> None:
    """Whatever else was changed: verdict, moment, gate's day; also inside one batch."""
    from shouwang.gates.models import Flag, Passage

    item = passage()
    sent(phone, item)
    changed = {**item, "verdict": "refuse", "reason": "red", "at": (NOW - timedelta(hours=11)).isoformat()}
    (answer,) = sent(phone, changed)
    assert (answer["outcome"], answer["verdict"], answer["reason"], answer["differs"]) == (
        "duplicate",
        "pass",
        "green",
        True,
    )
    assert Passage.objects.get().verdict == "pass"
    assert Flag.objects.get().kind == "content_differs"
    other = passage()
    both = sent(phone, other, {**other, "verdict": "hold"})
    assert [(one["outcome"], one["verdict"], one["differs"]) for one in both] == [
        ("stored", "pass", False),
        ("duplicate", "pass", True),
    ]
    assert Flag.objects.count() == 2


MALFORMED = [
    {"id": "not-a-key"},
    {"id": "0190a3c0-0000-4000-8000-000000000000"},
    {"at": "yesterday"},
    {"at": "2020-02-20T10:00:00"},
    {"verdict": "maybe"},
    {"direction": "up"},
    {"traveller": {"kind": "bird"}},
    {"traveller": None},
    {"traveller": {"kind": "strip", "idx": 2**24}},
    {"traveller": {"kind": "strip", "idx": -1}},
    {"temperature": "hot"},
    {"temperature": 36.5},
    {"mask": "yes"},
    {"reason": "a; drop table"},
    {"reason": "x\u0000y"},
    {"policy_version": "x\u0000y"},
    {"feed_sequence": 2**63},
    {"clock_offset_ms": 1e300},
    {"guard": "guard"},
    {"override": {"reason": "x" * 401}},
]


@pytest.mark.parametrize("fault", MALFORMED, ids=lambda fault: json.dumps(fault)[:40])
def test_a_malformed_item_goes_to_the_quarantine_and_the_others_go_on(
    phone: tuple[Device, str], fault: dict[str, Any]
) -> None:
    """It is kept as it was sent, once, however often it is sent."""
    from shouwang.gates.models import Quarantine

    bad = {**passage(), **fault}
    for _turn in range(2):
        answered = sent(phone, passage(), bad, passage())
        assert [one["outcome"] for one in answered] == ["stored", "quarantined", "stored"]
        assert (answered[1]["reason"], answered[1]["verdict"]) == ("gates.malformed", None)
    kept = Quarantine.objects.get()
    assert "traveller" in kept.item
    assert kept.reason == "gates.malformed"
    assert rows() == 4


@pytest.mark.parametrize("item", [None, 3, "x", [], {}, {"id": 5}, [[[[]]]]])
def test_an_item_that_is_nothing_is_kept_too(phone: tuple[Device, str], item: Any) -> None:
    """Whatever JSON holds."""
    assert [one["outcome"] for one in sent(phone, item, passage())] == ["quarantined", "stored"]


@pytest.mark.parametrize("sent_body", [b"", b"{}", b"[", b"null", b'"\xff"', b"[1,]", b'{"items": []}', b"\xff\xfe"])
def test_what_is_no_list_is_refused_as_a_whole(phone: tuple[Device, str], sent_body: bytes) -> None:
    """There is no item to answer; nothing is stored."""
    with pytest.raises(Refusal) as refused:
        taking.take(phone[1], str(phone[0].gate_id), sent_body)
    assert (refused.value.code, refused.value.status) == ("gates.not_a_batch", 422)


def test_lone_surrogates_do_not_stop_a_batch(phone: tuple[Device, str]) -> None:
    """JSON can write half a character; PostgreSQL cannot keep it."""
    text = body(passage(), passage(policy_version="HALF")).replace(b"HALF", b"\\ud800")
    answers = taking.take(phone[1], str(phone[0].gate_id), text)
    assert [one.outcome for one in answers] == ["stored", "quarantined"]


def test_words_that_mean_nothing_to_a_database_are_words(phone: tuple[Device, str]) -> None:
    """A reason, a code or a version that reads NULL is stored as it is told."""
    from shouwang.gates.models import Passage

    odd = passage(reason="NULL", policy_version="NULL", traveller={"kind": "strip", "cti": "None"})
    assert sent(phone, odd)[0]["reason"] == "NULL"
    assert Passage.objects.values_list("reason", "policy_version", "cti").get() == ("NULL", "NULL", "None")


def test_a_batch_has_at_most_two_hundred_items(phone: tuple[Device, str]) -> None:
    """Two hundred are taken, two hundred and one are refused together; none at all is fine."""
    assert len(sent(phone, *[passage() for _ in range(200)])) == 200
    with pytest.raises(Refusal) as refused:
        sent(phone, *[passage() for _ in range(201)])
    assert refused.value.status == 413
    assert sent(phone) == []
    assert rows() == 200


def test_a_batch_is_one_statement(phone: tuple[Device, str]) -> None:
    """Looking up the phone, storing and counting; repeated items take one more."""
    from psycopg import Cursor

    sent(phone, passage())  # a new connection asks for the type of the rows, once
    seen: list[str] = []
    real = Cursor.execute

    def watched(self: Any, query: Any, *rest: Any, **kwargs: Any) -> Any:
        seen.append(str(query))
        return real(self, query, *rest, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", watched)
        sent(phone, *[passage() for _ in range(50)])
    assert len([query for query in seen if "SAVEPOINT" not in query]) == 1


def test_history_is_never_bounced(phone: tuple[Device, str]) -> None:
    """Two weeks late it is stored; somebody let through with a fever is stored and marked."""
    late = passage(NOW - timedelta(days=13))
    fever = passage(temperature="38.1")
    rested = passage(temperature="37.6", second_temperature="36.9")
    overridden = passage(mask=False, override={"reason": "infant"})
    bare = passage(mask=False)
    answered = sent(phone, late, fever, rested, overridden, bare)
    assert {one["outcome"] for one in answered} == {"stored"}
    assert [one["differs"] for one in answered] == [False, True, False, False, True]
    assert sent(phone, fever)[0]["differs"] is True


def test_a_day_that_is_no_longer_kept_is_quarantined_with_the_reason(phone: tuple[Device, str]) -> None:
    """And so is a day ahead, of a phone whose clock is wrong and was never put right."""
    from shouwang.gates.models import Quarantine

    answered = sent(phone, passage(NOW - timedelta(days=14)), passage(NOW + timedelta(days=3)), passage())
    assert [one["reason"] for one in answered] == ["gates.day_gone", "gates.day_ahead", "green"]
    assert Quarantine.objects.count() == 2


def test_a_phone_years_off_is_put_right_by_the_signed_clock(phone: tuple[Device, str]) -> None:
    """Its keys carry its own year; rows are kept under the day it really was, and repetitions still meet them."""
    from shouwang.gates.models import Passage

    wrong = NOW + timedelta(days=2000, minutes=-1)
    item = passage(wrong, clock_offset_ms=-int(timedelta(days=2000).total_seconds() * 1000))
    assert [one["outcome"] for one in sent(phone, item) + sent(phone, item)] == ["stored", "duplicate"]
    assert Passage.objects.get().day == clock.today()


def test_a_missing_part_is_made_on_demand(phone: tuple[Device, str]) -> None:
    """A server that slept through its schedule takes passages all the same."""
    with clock.frozen(NOW + timedelta(days=12)):
        assert sent(phone, passage())[0]["outcome"] == "stored"


def test_parts_are_made_ahead_and_dropped_behind(phone: tuple[Device, str]) -> None:
    """Fourteen days are kept; the counts of the hours stay."""
    first = clock.today() - timedelta(days=13)
    assert (partitions.days()[0], partitions.days()[-1]) == (first, clock.today() + timedelta(days=7))
    sent(phone, passage(NOW - timedelta(days=13)), passage())
    later = clock.today() + timedelta(days=1)
    assert partitions.make_ahead(later) == 1
    assert partitions.drop_old(later) == 1
    assert partitions.days()[0] == later - timedelta(days=13)
    assert (rows(), counted()) == (1, 2)
    assert partitions.drop_old(later) == 0


def test_counts_agree_with_rows_by_hour_in_local_time(phone: tuple[Device, str]) -> None:
    """An hour of the city, not of UTC."""
    from shouwang.gates.models import PassageCount

    night = NOW.replace(hour=16, minute=30) - timedelta(days=1)
    sent(phone, passage(night), passage(night), passage(night, direction="out"), passage(night, verdict="refuse"))
    found = set(PassageCount.objects.values_list("day", "hour", "direction", "verdict", "count"))
    day = clock.today()
    assert found == {(day, 0, "in", "pass", 2), (day, 0, "out", "pass", 1), (day, 0, "in", "refuse", 1)}


def test_a_phone_speaks_for_its_own_gate_only(phone: tuple[Device, str], gates: dict[str, Gate]) -> None:
    """Another gate, a gate that is not there, no token, a wrong one."""
    token = phone[1]
    for gate, given, status in [
        (str(gates["X2"].pk), token, 403),
        ("999999", token, 403),
        ("x", token, 403),
        ("٣", token, 403),
        (str(gates["X1"].pk), "wrong", 401),
        (str(gates["X1"].pk), "", 401),
    ]:
        with pytest.raises(Refusal) as refused:
            taking.take(given, gate, body(passage()))
        assert refused.value.status == status
    assert rows() == 0


def test_a_revoked_or_expired_phone_is_told_so(phone: tuple[Device, str], gates: dict[str, Gate]) -> None:
    """At once; its passages are not stored, and stay on the phone."""
    device, token = phone
    actions.revoke(device.pk, by=Actor.operator(), why="lost in the market")
    with pytest.raises(Refusal) as refused:
        taking.take(token, str(device.gate_id), body(passage()))
    assert (refused.value.code, refused.value.status) == ("gates.device_ended", 401)
    other, other_token = phone_at(gates["X2"])
    with clock.frozen(other.expires_at), pytest.raises(Refusal) as refused:
        taking.take(other_token, str(other.gate_id), body(passage()))
    assert refused.value.code == "gates.device_ended"
