"""What a phone sends: passages as msgspec reads them, and why an item cannot be one.

Reading is strict about form and lenient about content: a temperature of 20 is history, a letter in it is not readable.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

LARGEST_BATCH = 200
LARGEST_BODY = 1024 * 1024

Key = Annotated[str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
Word = Annotated[str, Meta(pattern="^[A-Za-z0-9_.:-]{1,60}$")]
Degrees = Annotated[str, Meta(pattern="^[0-9]{2}([.][0-9])?$")]
Short = Annotated[str, Meta(max_length=80)]
Long = Annotated[str, Meta(max_length=400)]
Int32 = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Index = Annotated[int, Meta(ge=0, lt=2**24)]
Int63 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Many = list[Any]
Offset = Annotated[float, Meta(ge=-3.2e12, le=3.2e12)]


class Traveller(Struct, forbid_unknown_fields=False, gc=False):
    """Who came, in the words of the phone: a code, a line of the roster, a visitor, a vehicle."""

    kind: Literal["strip", "card", "family", "roster", "lookup", "visitor", "vehicle", "delivery"]
    list: Int32 | None = None
    idx: Index | None = None
    cti: Annotated[str, Meta(pattern="^[A-Za-z0-9_=+/-]{1,24}$")] | None = None
    row: Int63 | None = None
    phone_hash: Short | None = None
    plate: Short | None = None
    host: Int63 | Short | None = None
    company: Short | None = None
    purpose: Long | None = None
    permit: Short | None = None
    """The permit that was used, as the policy row names it."""
    people: Int32 | Many | Short | None = None


class Override(Struct, gc=False):
    """The guard let somebody through against the verdict, and why."""

    reason: Long


class Sent(Struct, gc=False):
    """One passage as it is sent."""

    id: Key
    at: Annotated[datetime, Meta(tz=True)]
    direction: Literal["in", "out"]
    traveller: Traveller
    verdict: Literal["pass", "refuse", "hold", "check"]
    reason: Word
    clock_offset_ms: Offset = 0
    temperature: Degrees | None = None
    second_temperature: Degrees | None = None
    mask: bool | None = None
    identity: bool | None = None
    feed_sequence: Int63 | None = None
    policy_version: Short | Int63 | None = None
    guard: Int63 | Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is no passage: as it was sent, why, and the key it named if it named one."""

    raw: bytes
    reason: str
    detail: str
    key: str | None

    @property
    def digest(self) -> bytes:
        """What tells this item from others."""
        return hashlib.blake2b(self.raw, digest_size=16).digest()


_batch = msgspec.json.Decoder(list[Sent])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(Sent)
_any = msgspec.json.Decoder()
NUL = b"\\u0000"
"""A character that JSON can write and PostgreSQL cannot keep."""


class NotABatchError(ValueError):
    """The body is no list of items; nothing of it can be told apart."""


def read(body: bytes) -> list[Sent | Unreadable]:
    """The items of a body in order. Raises NotABatchError when it is no JSON list."""
    if NUL not in body:
        try:
            return list(_batch.decode(body))
        except msgspec.DecodeError:
            pass
    try:
        raws = _items.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [_read_one(raw) for raw in _leniently(body, str(error))]
    return [_read_one(bytes(raw)) for raw in raws]


def _leniently(body: bytes, error: str) -> list[bytes]:
    """The items of a list that a stricter reader stumbles over as a whole, such as half a character in one of them: a
    phone would otherwise send the same batch for ever."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotABatchError(error) from None
    if not isinstance(found, list):
        raise NotABatchError(error)
    return [json.dumps(one).encode() for one in found]


def _read_one(raw: bytes) -> Sent | Unreadable:
    if NUL in raw:
        return Unreadable(raw, "gates.malformed", "holds a character that cannot be kept (U+0000)", _key(raw))
    try:
        return _one.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unreadable(raw, "gates.malformed", str(error)[:400], _key(raw))


def _key(raw: bytes) -> str | None:
    """The key that an unreadable item named, to answer it by."""
    try:
        found = _any.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    key = found.get("id") if isinstance(found, dict) else None
    return key if isinstance(key, str) and len(key) <= 64 else None


def written(item: Sent) -> bytes:
    """An item as JSON again, for the quarantine."""
    return msgspec.json.encode(item)
