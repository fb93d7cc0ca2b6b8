"""CBOR, strictly: every byte accounted for, nothing twice, nothing deeper or larger than agreed (RFC 8949).

Messages come from strangers, so they are read by this small reader, which knows no tags with a meaning and runs no
constructors. `deterministic=True` also demands the one encoding of RFC 8949 4.2.1: shortest heads, definite lengths,
map keys in the order of their bytes. What it answers: int, bytes, str, list, dict, float, Tag, bool, None, Simple.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

MOST_ITEMS = 10_000
DEEPEST = 16
BREAK = object()
HEAD_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
SIMPLE_VALUES: Mapping[int, object] = {20: False, 21: True, 22: None}


class MalformedError(ValueError):
    """These bytes are not what they should be; the text says where."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tagged item, whose meaning is left to the caller."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple value without a meaning here (`undefined` is 23)."""

    number: int


class _Reader:
    """One pass over the bytes; `at` is the next one to read."""

    def __init__(self, data: bytes, deterministic: bool, deepest: int) -> None:
        self.data = data
        self.deterministic = deterministic
        self.deepest = deepest
        self.at = 0
        self.left = MOST_ITEMS

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise MalformedError(f"cut short at byte {len(self.data)}")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def item(self, depth: int, *, may_break: bool = False) -> Any:
        """The item that begins here, or BREAK where that may stand."""
        self.left -= 1
        if self.left < 0 or depth > self.deepest:
            raise MalformedError("too many items" if self.left < 0 else "nested too deep")
        first = self.take(1)[0]
        major, short = first >> 5, first & 31
        if short == 31:
            return self.without_length(major, depth, may_break)
        if 28 <= short <= 30:
            raise MalformedError(f"reserved head {first:#04x}")
        if major == 7:
            return self.simple_or_float(short)
        number = self.number(short)
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            return self.text(self.take(number))
        if major == 4:
            return [self.item(depth + 1) for _ in range(self.fits(number))]
        if major == 5:
            return self.map_of(number, depth)
        return Tag(number, self.item(depth + 1))

    def number(self, short: int) -> int:
        if short < 24:
            return short
        length = HEAD_LENGTHS[short]
        number = int.from_bytes(self.take(length), "big")
        if self.deterministic and number < (24 if length == 1 else 1 << (4 * length)):
            raise MalformedError("a number is longer than it need be")
        return number

    def fits(self, number: int) -> int:
        """A count of items, each of which takes a byte at least: a lie is found before anything is made for it."""
        if number > len(self.data) - self.at:
            raise MalformedError(f"cut short at byte {len(self.data)}")
        return number

    def map_of(self, number: int, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        before = b""
        for _ in range(self.fits(number)):
            begins = self.at
            key = self.key(self.item(depth + 1), found)
            encoded = self.data[begins : self.at]
            if self.deterministic and encoded <= before:
                raise MalformedError("map keys out of order")
            before = encoded
            found[key] = self.item(depth + 1)
        return found

    def key(self, key: Any, found: dict[Any, Any]) -> Any:
        """A key that is a number, text or bytes, and stands for the first time."""
        if type(key) not in (int, str, bytes):
            raise MalformedError("a map key is neither a number nor text nor bytes")
        if key in found:
            raise MalformedError("a map key stands twice")
        return key

    def text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise MalformedError("text is not UTF-8") from None

    def without_length(self, major: int, depth: int, may_break: bool) -> Any:
        """A string, array or map that goes on until a break, or that break."""
        if major == 7 and may_break:
            return BREAK
        if self.deterministic or major not in (2, 3, 4, 5):
            raise MalformedError("an item without a length")
        parts: list[Any] = []
        while (part := self.item(depth + 1, may_break=True)) is not BREAK:
            if major in (2, 3) and type(part) is not (bytes if major == 2 else str):
                raise MalformedError("a piece of a string is of another type")
            parts.append(part)
        if major == 2:
            return b"".join(parts)
        if major == 3:
            return "".join(parts)
        if major == 4:
            return parts
        if len(parts) % 2:
            raise MalformedError("a map key without a value")
        found: dict[Any, Any] = {}
        for place in range(0, len(parts), 2):
            found[self.key(parts[place], found)] = parts[place + 1]
        return found

    def simple_or_float(self, short: int) -> Any:
        if short in FLOATS:
            raw = self.take(HEAD_LENGTHS[short])
            value: float = struct.unpack(FLOATS[short], raw)[0]
            if self.deterministic and cbor2.dumps(value, canonical=True) != bytes([0xE0 | short]) + raw:
                raise MalformedError("a fraction is longer than it need be")
            return value
        number = self.take(1)[0] if short == 24 else short
        if short == 24 and number < 32:
            raise MalformedError("a simple value is longer than it need be")
        return SIMPLE_VALUES[number] if number in SIMPLE_VALUES else Simple(number)


def read(data: bytes, *, deterministic: bool = False, deepest: int = DEEPEST) -> Any:
    """The one item that these bytes are. Raises MalformedError, and nothing else, for any bytes."""
    reader = _Reader(bytes(data), deterministic, deepest)
    found = reader.item(0)
    if reader.at != len(reader.data):
        raise MalformedError("bytes are left over at the end")
    return found


def write(value: Any) -> bytes:
    """The deterministic encoding of plain values: int, bytes, str, bool, None, and lists and dicts of them."""
    encoded: bytes = cbor2.dumps(_ordered(value))
    return encoded


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=cbor2.dumps)}
    if isinstance(value, list | tuple):
        return [_ordered(each) for each in value]
    return value
