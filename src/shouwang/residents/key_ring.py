"""The key ring: a file of a few data keys and look-up keys, kept apart from the database and its backups.

```json
{"version": 1,
 "data_keys": [
   {"id": "8f3a0c11", "key": "<32 bytes in base64>", "made": "2020-02-10T00:00:00+00:00", "state": "active"}],
 "look_up_keys": [{"id": "…", "key": "…", "made": "…", "state": "active"}]}
```
One data key and one look-up key are active; old ones stay for what is not sealed anew yet, and for backups.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from shouwang import clock
from shouwang.refusal import Refusal

Purpose = Literal["data_keys", "look_up_keys"]
PURPOSES: tuple[Purpose, Purpose] = ("data_keys", "look_up_keys")


@dataclass(frozen=True)
class Key:
    """One key of the ring. `id` is four bytes that every value sealed with it carries."""

    id: bytes
    secret: bytes
    made: str
    is_active: bool


@dataclass(frozen=True)
class Ring:
    """All keys, by what they are for."""

    data_keys: tuple[Key, ...]
    look_up_keys: tuple[Key, ...]

    def of(self, purpose: Purpose) -> tuple[Key, ...]:
        """The keys for one purpose, in the order they were made."""
        return self.data_keys if purpose == "data_keys" else self.look_up_keys


def path() -> Path:
    """Where the ring lies (environment variable SHOUWANG_KEY_RING_FILE)."""
    return Path(settings.KEY_RING_FILE)


def read() -> Ring:
    """The ring as it is in its file. Made on first use, except in production, where a missing ring is a Refusal:
    there it was lost, and a new one would hide that nobody can be read any more."""
    place = path()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        if settings.KEY_RING_MUST_EXIST:
            raise Refusal("residents.key_ring_missing", status=500, path=str(place)) from None
        make()
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        raise Refusal("residents.key_ring_unreadable", status=500, path=str(place), reason=error.strerror) from error
    return _parse(text, place)


def make() -> None:
    """Make a ring with one data key and one look-up key, unless there is one: the first of several processes wins."""
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _write_draft(Ring((_new_key(),), (_new_key(),)), place)
    try:
        # Linking fails where the file exists, and shows it only when it is whole.
        os.link(draft, place)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def add_key(purpose: Purpose) -> Key:
    """Make a new key the active one for its purpose; what is sealed from now on uses it. The others stay, as old."""
    place = path()
    if not place.exists():
        make()
        return next(key for key in read().of(purpose) if key.is_active)
    with _alone(place):
        ring = read()
        key = _new_key()
        keys = (*(replace(each, is_active=False) for each in ring.of(purpose)), key)
        _replace(_with(ring, purpose, keys), place)
    return key


def _with(ring: Ring, purpose: Purpose, keys: tuple[Key, ...]) -> Ring:
    return replace(ring, data_keys=keys) if purpose == "data_keys" else replace(ring, look_up_keys=keys)


def _new_key() -> Key:
    return Key(secrets.token_bytes(4), secrets.token_bytes(32), clock.now().isoformat(timespec="seconds"), True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Two operators changing the ring at once would each lose the other's key."""
    with place.with_name(place.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_draft(ring: Ring, place: Path) -> Path:
    draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
    content: dict[str, Any] = {"version": 1}
    for purpose in PURPOSES:
        content[purpose] = [
            {
                "id": key.id.hex(),
                "key": base64.b64encode(key.secret).decode(),
                "made": key.made,
                "state": "active" if key.is_active else "old",
            }
            for key in ring.of(purpose)
        ]
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _replace(ring: Ring, place: Path) -> None:
    os.replace(_write_draft(ring, place), place)
    # Without this a power cut could bring back the ring without a key that rows are already sealed with.
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _parse(text: str, place: Path) -> Ring:
    try:
        content = json.loads(text)
        if content["version"] != 1:
            raise ValueError(f"version {content['version']}")
        rings = {
            purpose: tuple(
                Key(bytes.fromhex(each["id"]), base64.b64decode(each["key"]), each["made"], each["state"] == "active")
                for each in content[purpose]
            )
            for purpose in PURPOSES
        }
        for purpose, keys in rings.items():
            if sum(key.is_active for key in keys) != 1:
                raise ValueError(f"{purpose}: one key must be active")
            if any(len(key.secret) != 32 or len(key.id) != 4 for key in keys):
                raise ValueError(f"{purpose}: keys have 32 bytes, ids 4")
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("residents.key_ring_unreadable", status=500, path=str(place), reason=str(error)) from error
    return Ring(rings["data_keys"], rings["look_up_keys"])


def missing(key_id: bytes) -> None:
    """Raise the Refusal that says which key is missing from the ring."""
    raise Refusal("residents.key_missing", status=500, key=key_id.hex())
