"""Passages as one parameter of the statement that stores them: an array of `gates_sent`, in PostgreSQL's binary form.

Text would be written here and read again there, field by field, and one array a column would be unpacked into twenty
tables; both cost more than keeping the rows does. The order of the fields is that of the type (migration 0004).
"""

from __future__ import annotations

import functools
import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo

from shouwang import clock
from shouwang.gates.own_look import contradicts_itself
from shouwang.gates.sent import Sent

TYPE = "gates_sent"
FIELDS = 25
BOOL, INT8, INT4, TEXT, NUMERIC, DATE, MOMENT, UUID, JSONB = 16, 20, 23, 25, 1700, 1082, 1184, 2950, 3802
"""Numbers of PostgreSQL's own types; the same in every database."""
EPOCH = date(1970, 1, 1).toordinal()
DAYS_KNOWN = EPOCH - 1
DAY_2000 = 10_957
"""Days from 1970 to 2000, where PostgreSQL counts from."""
SECOND_2000 = DAY_2000 * 86_400
KEY_TRUSTED_MS = 12 * 3600 * 1000
"""How far the time inside a key may be from the signed clock and still say in which day's part a row is kept."""
QUARTER_MS = 900_000
"""No zone of the world changes its clock between quarters of an hour."""

_head = struct.Struct("!ii16siiiiiqiiq").pack
_tail = struct.Struct("!ii?iiqiiiiii").pack
_int4 = struct.Struct("!iii").pack
_length = struct.Struct("!i").pack
_digest = struct.Struct("!q").unpack
_missing = {kind: struct.pack("!ii", kind, -1) for kind in (BOOL, INT8, INT4, TEXT, NUMERIC, JSONB)}
_yes_or_no = {
    None: _missing[BOOL],
    True: struct.pack("!ii?", BOOL, 1, True),
    False: struct.pack("!ii?", BOOL, 1, False),
}


class Line(msgspec.Struct, gc=False):
    """A readable item: the day it is kept under, the counter it belongs to, and most of its row."""

    item: Sent
    kept_under: tuple[int, str]
    """Day (since 1970) and key: what no two rows share."""
    counter: tuple[str, int, str, str, str, str, bool]
    """Day, hour, direction, kind, verdict, reason, override: the counter of its gate that it is added to."""
    differs: bool
    fields: bytes
    content: int
    """Digest of all that was told, as a signed 64-bit number."""


def line(item: Sent) -> Line:
    """Put an item into its fields. The part of a row follows from its key alone, so that a repetition meets the first
    whatever else it says; only from a phone whose clock is wildly off is it taken from the signed clock."""
    key = bytes.fromhex(item.id.replace("-", ""))
    offset = int(item.clock_offset_ms)
    at = round(item.at.timestamp() * 1000) + offset
    made = int.from_bytes(key[:6], "big")
    day = _local((made if abs(made - at) <= KEY_TRUSTED_MS else at) // QUARTER_MS)[0]
    person, overridden = item.traveller, item.override is not None
    fields = b"".join(
        (
            _head(UUID, 16, key, DATE, 4, day - DAY_2000, MOMENT, 8, (at - SECOND_2000 * 1000) * 1000, INT8, 8, offset),
            _came(item.direction, person.kind, person.list),
            _missing[INT4] if person.idx is None else _int4(INT4, 4, person.idx),
            _missing[TEXT] if person.cti is None else _written(TEXT, person.cti.encode()),
            _missing[INT8] if person.row is None else _large(person.row),
            _looked_at(item.temperature, item.second_temperature, item.mask, item.identity),
            _decided(item.verdict, item.reason, item.feed_sequence, item.policy_version, item.guard, overridden),
            _detail(item),
        )
    )
    (content,) = _digest(hashlib.blake2b(fields, digest_size=8).digest())
    hour = _local_hour(at // QUARTER_MS)
    counter = (hour[0], hour[1], item.direction, person.kind, item.verdict, item.reason, overridden)
    return Line(item, (day, item.id), counter, contradicts_itself(item), fields, content)


def row(one: Line, batch: int, counter: int) -> bytes:
    """The row of a line: its fields, then which batch of the statement it came with, and which counter it moves."""
    tail = _tail(BOOL, 1, one.differs, INT8, 8, one.content, INT4, 4, batch, INT4, 4, counter)
    return _length(4 + len(one.fields) + len(tail)) + _length(FIELDS) + one.fields + tail


class Rows:
    """Packed rows on their way to the database."""

    def __init__(self, number: int, packed: list[bytes]) -> None:
        self.packed = struct.pack("!iiIii", 1, 0, number, len(packed), 1) + b"".join(packed)


class _RowsDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Rows) -> Buffer:
        return obj.packed


def made_ready(held: psycopg.Connection[Any]) -> int:
    """Teach a connection to send rows and to keep its statement; answers the number of the type in this database."""
    known = held.adapters.types.get(TYPE)
    if known is None:
        known = TypeInfo.fetch(held, TYPE)
        if known is None:
            raise psycopg.errors.UndefinedObject(f"the type {TYPE} is missing: run the migrations")
        held.adapters.register_dumper(Rows, _RowsDumper)
        # Django prepares nothing by itself; without a threshold psycopg would not either, when asked to.
        held.prepare_threshold = 5
        known.register(held)
    return known.oid


def _written(kind: int, told: bytes) -> bytes:
    return struct.pack("!ii", kind, len(told)) + told


def _text(told: str | int | None) -> bytes:
    return _missing[TEXT] if told is None else _written(TEXT, str(told).encode())


def _large(told: int | str | None) -> bytes:
    return _missing[INT8] if told is None else struct.pack("!iiq", INT8, 8, int(told))


# Neighbouring fields that take few values between them are looked up together, with the bytes they make.


@functools.lru_cache(maxsize=1024)
def _came(direction: str, kind: str, list_number: int | None) -> bytes:
    number = _missing[INT4] if list_number is None else _int4(INT4, 4, list_number)
    return _text(direction) + _text(kind) + number


@functools.lru_cache(maxsize=8192)
def _looked_at(temperature: str | None, second: str | None, mask: bool | None, identity: bool | None) -> bytes:
    return _degrees(temperature) + _degrees(second) + _yes_or_no[mask] + _yes_or_no[identity]


@functools.lru_cache(maxsize=8192)
def _decided(
    verdict: str,
    reason: str,
    feed: int | None,
    policy: str | int | None,
    guard: int | str | None,
    overridden: bool,
) -> bytes:
    told = (_text(verdict), _text(reason), _large(feed), _text(policy), _large(guard), _yes_or_no[overridden])
    return b"".join(told)


def _degrees(told: str | None) -> bytes:
    """A number with at most two digits before the point and one behind it: in PostgreSQL digits of ten thousand."""
    if told is None:
        return _missing[NUMERIC]
    whole, _point, tenth = told.partition(".")
    digits = [int(whole), int(tenth or 0) * 1000]
    while digits and not digits[-1]:
        digits.pop()
    weight = 0
    if digits and not digits[0]:
        weight, digits = -1, digits[1:]
    return _written(NUMERIC, struct.pack(f"!hhHH{len(digits)}h", len(digits), weight, 0, len(tenth), *digits))


_encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
_rare = ("phone_hash", "plate", "host", "company", "purpose", "permit")


def _detail(item: Sent) -> bytes:
    """What only some passages have, as JSON; of most only how many people came."""
    person = item.traveller
    told: dict[str, Any] = {}
    if person.plate or person.host or person.phone_hash or person.purpose or person.company or person.permit:
        told = {key: value for key in _rare if (value := getattr(person, key)) is not None}
    if item.override is not None:
        told["override"] = item.override.reason
    if not told and (person.people is None or type(person.people) is int):
        return _heads(person.people)
    if person.people is not None:
        told["people"] = person.people
    return _written(JSONB, b"\x01" + _encode(told))


@functools.lru_cache(maxsize=256)
def _heads(people: int | None) -> bytes:
    return _missing[JSONB] if people is None else _written(JSONB, b"\x01" + _encode({"people": people}))


@functools.lru_cache(maxsize=8192)
def _local(quarter: int) -> tuple[int, int]:
    """The local day (since 1970) and hour of a quarter of an hour."""
    try:
        found = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=quarter * QUARTER_MS)).astimezone(clock.ZONE)
    except OverflowError:
        # Before the first or after the last year that dates know: a day that is not kept, whichever.
        return quarter * QUARTER_MS // 86_400_000, 0
    return found.toordinal() - EPOCH, found.hour


@functools.lru_cache(maxsize=8192)
def _local_hour(quarter: int) -> tuple[str, int]:
    day, hour = _local(quarter)
    return (date.fromordinal(day + EPOCH).isoformat() if abs(day) < DAYS_KNOWN else ""), hour
