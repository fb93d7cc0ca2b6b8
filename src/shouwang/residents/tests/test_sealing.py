"""Sealed values open only where they belong and only with their key; hashes tell nothing without theirs."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.areas.models import Area
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents import key_ring, queries, rotation
from shouwang.residents.models import Person
from shouwang.residents.sealing import FIELDS, sealer
from shouwang.residents.tests.files import row, take

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
LENIENT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(field=st.sampled_from(FIELDS), ref=ANY_TEXT, text=ANY_TEXT)
@LENIENT
def test_what_is_sealed_opens_again(field: str, ref: str, text: str) -> None:
    """Any text, in any writing, comes back the same, and sealing it twice gives two different values."""
    lock = sealer()
    sealed = lock.seal(field, ref, text)
    assert lock.open(field, ref, sealed) == text
    assert sealed != lock.seal(field, ref, text)
    assert len(text) < 8 or text.encode() not in sealed


@given(ref=ANY_TEXT, other=ANY_TEXT, text=ANY_TEXT)
@LENIENT
def test_a_value_moved_to_another_row_or_column_does_not_open(ref: str, other: str, text: str) -> None:
    """Swapping two people's phones in the database, or a phone into the name column, is noticed."""
    lock = sealer()
    sealed = lock.seal("phone", ref, text)
    for field, place in (("name", ref), ("phone", ref + "x"), *([("phone", other)] if other != ref else [])):
        with pytest.raises(Refusal, match=r"does not belong to its row"):
            lock.open(field, place, sealed)


@given(text=ANY_TEXT, data=st.data())
@LENIENT
def test_a_changed_byte_does_not_open(text: str, data: st.DataObject) -> None:
    """Whichever byte is changed — version, key, nonce, text, tag — the value is refused, never read wrongly."""
    lock = sealer()
    sealed = bytearray(lock.seal("name", "P1", text))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refusal):
        lock.open("name", "P1", bytes(sealed))
    with pytest.raises(Refusal):
        lock.open("name", "P1", bytes(sealed[: data.draw(st.integers(0, 20))]))


def test_hashes_are_separate_by_field() -> None:
    """The same digits as a phone and as an ID number have unrelated hashes; the same field has the same."""
    lock = sealer()
    hashes = {lock.hash(field, "13800138000") for field in FIELDS}
    assert len(hashes) == 3
    assert lock.hash("phone", "13800138000") in hashes


def test_the_ring_is_made_once_and_for_its_owner_only(key_ring_file: Path) -> None:
    """Two processes that start together use one ring, readable by nobody else."""
    key_ring.make()
    first = key_ring_file.read_bytes()
    key_ring.make()
    assert key_ring_file.read_bytes() == first
    assert stat.S_IMODE(key_ring_file.stat().st_mode) == 0o600
    assert [path.name for path in key_ring_file.parent.iterdir()] == [key_ring_file.name]


def test_production_never_makes_a_ring_silently(key_ring_file: Path, settings: Any) -> None:
    """A missing ring in production was lost; the words say which file and where to bring it back from."""
    settings.KEY_RING_MUST_EXIST = True
    with pytest.raises(Refusal, match=str(key_ring_file)) as refused:
        sealer()
    assert refused.value.code == "residents.key_ring_missing"
    key_ring.add_key("data_keys")
    assert sealer().open("name", "P", sealer().seal("name", "P", "张伟")) == "张伟"


@pytest.mark.parametrize("damage", ["", "{}", '{"version": 2}', '{"version": 1, "data_keys": [], "look_up_keys": []}'])
def test_a_damaged_ring_says_what_is_wrong(key_ring_file: Path, damage: str) -> None:
    """Half a file, another version, no active key: refused with the path, not with a traceback."""
    key_ring_file.parent.mkdir(parents=True)
    key_ring_file.write_text(damage)
    with pytest.raises(Refusal) as refused:
        sealer()
    assert refused.value.code == "residents.key_ring_unreadable"


def test_a_missing_key_is_named(key_ring_file: Path, tree: dict[str, Area]) -> None:
    """After a key was lost from the ring, the refusal names it, and the list of keys does too."""
    take(row())
    lost = sealer().active_id.hex()
    key_ring.add_key("data_keys")
    content = json.loads(key_ring_file.read_text())
    content["data_keys"] = [key for key in content["data_keys"] if key["id"] != lost]
    key_ring_file.write_text(json.dumps(content))
    person = Person.objects.get()
    with pytest.raises(Refusal, match=lost):
        sealer().open("name", "P1", person.name_sealed)
    with pytest.raises(Refusal, match=lost):
        rotation.key_uses()


@pytest.mark.parametrize("purpose", key_ring.PURPOSES)
def test_rotation_brings_everybody_under_the_new_key(
    tree: dict[str, Area], purpose: key_ring.Purpose, scope_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the first batch everybody is still found and read; called again it goes on with the same key."""
    monkeypatch.setattr(rotation, "BATCH", 4)
    take(*[row(f"P{n}", name=f"张{n}", phone=f"1380013{n:04d}", id_number=f"P:E1234{n}") for n in range(10)])
    old = sealer().active_id, sealer().active_look_up_id

    def everybody_is_there() -> None:
        for n in range(10):
            found = queries.find(scope_at("42"), queries.Sought(phone=f"138 0013 {n:04d}", name=f"张 {n}"))
            assert [person.ref for person in found.people] == [f"P{n}"]
            assert sealer().open("name", f"P{n}", Person.objects.get(ref=f"P{n}").name_sealed) == f"张{n}"

    running = rotation.rotate(purpose, by=Actor.operator())
    assert (next(running), next(running)) == ((0, 10), (4, 10))
    running.close()
    assert rotation.left(purpose) == 6
    everybody_is_there()
    assert list(rotation.rotate(purpose, by=Actor.operator()))[-1] == (6, 6)
    assert rotation.left(purpose) == 0
    everybody_is_there()
    assert len(key_ring.read().of(purpose)) == 2
    changed = (sealer().active_id != old[0], sealer().active_look_up_id != old[1])
    assert changed == (purpose == "data_keys", purpose == "look_up_keys")
    assert [use.values for use in rotation.key_uses() if use.purpose == purpose] == [0, 30]
    assert Entry.objects.filter(deed="residents.rotate_keys").count() == 2


def test_sealing_a_million_people_stays_well_under_a_minute_of_work() -> None:
    """Three fields of 20,000 people take under 1.2 s of processor time: a million under a minute."""
    lock = sealer()
    started = time.process_time()
    for number in range(20_000):
        ref = f"P{number}"
        for field in FIELDS:
            lock.seal(field, ref, "13800138000")
    assert time.process_time() - started < 1.2


def test_no_column_of_people_holds_identity_in_clear(tree: dict[str, Area]) -> None:
    """A dump of the whole table, as bytes, holds neither name nor number nor phone of anybody."""
    take(row(name="欧阳明月", phone="13812345678", id_number="P:E87654321"))
    with connection.cursor() as cursor:
        cursor.execute("select p::text from residents_person p")
        (dump,) = cursor.fetchone()
    for secret in ("欧阳明月", "13812345678", "E87654321"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
