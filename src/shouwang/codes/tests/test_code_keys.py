"""Keys: made once, published before they sign, believed until what they signed is over, gone at once when removed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwang import clock
from shouwang.codes import code_keys, cose, keeping_keys, strips, trust
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

BY = Actor.operator()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Path:
    """A folder of the test's own."""
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    return tmp_path / "code-keys"


@pytest.fixture
def later() -> Iterator[Any]:
    """Moves the still clock forward."""
    blocks = []

    def move(by: timedelta) -> None:
        block = clock.frozen(clock.now() + by)
        block.__enter__()
        blocks.append(block)

    yield move
    for block in reversed(blocks):
        block.__exit__(None, None, None)


def believed(moment_offset: timedelta = timedelta(0)) -> Any:
    """The resolver a gate has, from the published list, at a moment from now."""
    ring = code_keys.ring()
    listed = trust.read_trust_list(ring.trust_list(), cose.public_of(ring.root_public()))
    return listed.resolver(int((clock.now() + moment_offset).timestamp()))


def a_strip() -> str:
    now = int(clock.now().timestamp())
    return strips.make_strip(code_keys.signer("strip"), list_number=18383, idx=7, colour=0, iat=now, exp=now + 60)


def test_made_on_first_use(keys: Path) -> None:
    """The folder, a key for each use, the next ones ahead, and nothing that others may read."""
    ring = code_keys.ring()
    assert {key.use for key in ring.keys} == set(trust.USES)
    assert keys.stat().st_mode & 0o077 == 0
    for path in keys.iterdir():
        assert path.name == ".lock" or stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert strips.read_code(a_strip(), believed()).state == "ok"
    assert code_keys.ring() is ring


def test_production_never_makes_them_silently(settings: Any) -> None:
    """A folder that is gone was lost; the words say where it was looked for."""
    settings.CODE_KEYS_MUST_EXIST = True
    with pytest.raises(Refusal, match="code-keys"):
        code_keys.ring()


def test_weeks_follow_each_other(later: Any) -> None:
    """Each week another key signs; it stood on the list at least 24 hours before, and a gate knows it all along."""
    code_keys.ring()
    signers = []
    for _ in range(60):
        resolve_tomorrow = believed(timedelta(hours=24))
        code_keys.tend(clock.now())
        later(timedelta(hours=24))
        signer = code_keys.signer("strip")
        assert resolve_tomorrow(signer.kid) is not None, "published a day before it signs"
        signers.append(signer.kid)
        assert strips.read_code(a_strip(), believed()).state == "ok"
    assert len(set(signers)) == 9
    assert [signers.count(kid) for kid in dict.fromkeys(signers)][1:8] == [7] * 7


def test_a_key_is_believed_as_long_as_a_card(later: Any) -> None:
    """What was signed on a key's last day holds for ninety days, and is unknown after the key has run out."""
    ring = code_keys.ring()
    kid = code_keys.signer("strip").kid
    later(7 * DAY - timedelta(minutes=1))
    assert code_keys.signer("strip").kid == kid
    assert believed(90 * DAY)(kid) is None, "no list is believed for so long"
    later(90 * DAY)
    code_keys.tend(clock.now())
    assert believed()(kid) is not None
    later(3 * DAY)
    code_keys.tend(clock.now())
    later(8 * DAY)
    code_keys.tend(clock.now())
    assert believed()(kid) is None
    assert code_keys.ring().counter > ring.counter


def test_after_a_standstill(later: Any) -> None:
    """A year without anybody: keys are made again on the first question."""
    code_keys.ring()
    later(365 * DAY)
    assert strips.read_code(a_strip(), believed()).state == "ok"


def test_rotation(db: None, later: Any) -> None:
    """The new key signs in 24 hours, the old one until then, and what the old one signed stays good."""
    before = code_keys.signer("strip").kid
    old = a_strip()
    made = keeping_keys.rotate("strip", by=BY)
    assert code_keys.signer("strip").kid == before
    later(DAY)
    assert code_keys.signer("strip").kid.hex() == made.kid
    assert strips.read_code(old, believed()).state == "ok"
    later(7 * DAY - timedelta(hours=1))
    code_keys.tend(clock.now())
    later(timedelta(hours=2))
    assert code_keys.signer("strip").kid.hex() not in (made.kid, before.hex())
    assert Entry.objects.filter(deed="codes.rotate_key", on=f"codes.keys:{made.kid}").count() == 1


def test_emergency_removal(db: None, keys: Path) -> None:
    """A removed key is unknown at once, its secret is destroyed, another signs, and the journal has the reason."""
    old = a_strip()
    kid = code_keys.signer("strip").kid.hex()
    counter = code_keys.ring().counter
    made = keeping_keys.remove(kid, "the machine was stolen", by=BY)
    assert strips.read_code(old, believed()).state == "unknown_key"
    assert strips.read_code(a_strip(), believed()).state == "ok"
    assert code_keys.signer("strip").kid.hex() == made[0].kid
    assert code_keys.ring().counter == counter + 1
    assert not (keys / f"{kid}.pem").exists()
    assert Entry.objects.get(deed="codes.remove_key").why == "the machine was stolen"
    with pytest.raises(Refusal, match="no key"):
        keeping_keys.remove(kid, "again", by=BY)


def test_the_root_key_can_be_carried_away(db: None, keys: Path, tmp_path: Path, later: Any) -> None:
    """Without it codes go on being signed; who holds it publishes."""
    code_keys.ring()
    (keys / "root.pem").rename(tmp_path / "root.pem")
    assert strips.read_code(a_strip(), believed()).state == "ok"
    assert code_keys.tend(clock.now() + 300 * DAY) == []
    counter = code_keys.ring().counter
    assert keeping_keys.publish(tmp_path / "root.pem", by=BY) == counter + 1
    later(365 * DAY)
    with pytest.raises(Refusal, match="No key signs"):
        code_keys.signer("strip")


def test_a_trust_list_of_somebody_else(later: Any) -> None:
    """A list that root did not sign, an older one, another document: refused."""
    ring = code_keys.ring()
    root = cose.public_of(ring.root_public())
    message = ring.trust_list()
    other = code_keys.signer("status").private.public_key()
    for bad, key, least in ((message, other, 0), (message[:-1] + b"\0", root, 0), (message, root, 99), (b"", root, 0)):
        with pytest.raises(Refusal):
            trust.read_trust_list(bad, key, counter_at_least=least)
    with pytest.raises(Refusal, match="typ"):
        cose.verify1(message, lambda _: root, deterministic=True, typ="sw/head")
    assert code_keys.ring().signer("status").kid != code_keys.ring().signer("strip").kid
