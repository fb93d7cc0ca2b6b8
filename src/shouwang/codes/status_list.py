"""Statuses of a whole list in two bits each (Token Status List, IETF draft), and what changed between two states.

A list has 2²⁴ places: 4 MiB, of which almost all is zeros. Place 0 is in the least significant bits of byte 0.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouwang.codes.indexes import INDEXES

BITS = 2
LIST_BYTES = INDEXES * BITS // 8
HASH_BYTES = 8
THOROUGH_BELOW = 20_000
"""Up to so many statuses other than green the best compression takes less than a fifth of a second; beyond, seconds."""
THOROUGH, QUICK = 9, 6

Places = NDArray[np.uint32]
Statuses = NDArray[np.uint8]


class StatusList:
    """The statuses of a list, to be read and changed by many places at once."""

    def __init__(self, packed: bytes | None = None) -> None:
        if packed is not None and len(packed) != LIST_BYTES:
            raise ValueError(f"a list has {LIST_BYTES} bytes")
        self.packed: Statuses = (
            np.zeros(LIST_BYTES, np.uint8) if packed is None else np.frombuffer(packed, np.uint8).copy()
        )

    def at(self, places: Places) -> Statuses:
        """The statuses at places."""
        shifts = ((places & 3) << 1).astype(np.uint8)
        return (self.packed[places >> 2] >> shifts) & 3

    def put(self, places: Places, statuses: Statuses) -> None:
        """Set the statuses at places, each of which is given once."""
        shifts = ((places & 3) << 1).astype(np.uint8)
        np.bitwise_and.at(self.packed, places >> 2, ~(np.uint8(3) << shifts))
        np.bitwise_or.at(self.packed, places >> 2, statuses.astype(np.uint8) << shifts)

    def places_not_green(self) -> Places:
        """The places whose status is not 0, ascending."""
        touched: Places = np.flatnonzero(self.packed).astype(np.uint32)
        candidates: Any = (touched[:, None] * 4 + np.arange(4, dtype=np.uint32)).reshape(-1)
        found: Places = candidates[self.at(candidates) != 0]
        return found

    def hash(self) -> bytes:
        """The first eight bytes of the SHA-256 of the uncompressed list."""
        return hashlib.sha256(self.packed.data).digest()[:HASH_BYTES]

    def compressed(self, level: int | None = None) -> bytes:
        """The `lst` of a Token Status List."""
        if level is None:
            level = THOROUGH if np.count_nonzero(self.packed) < THOROUGH_BELOW else QUICK
        return zlib.compress(self.packed.data, level)


def packed_of(statuses: Statuses, bits: int = BITS) -> bytes:
    """Statuses as the draft packs them: `bits` (1, 2, 4 or 8) each, least significant first."""
    each = 8 // bits
    padded = np.zeros(-(-len(statuses) // each) * each, np.uint8)
    padded[: len(statuses)] = statuses
    found = np.zeros(len(padded) // each, np.uint8)
    for place in range(each):
        found |= padded[place::each] << np.uint8(place * bits)
    return found.tobytes()


def unpacked(compressed: bytes, bits: int = BITS, *, largest: int = LIST_BYTES) -> Statuses:
    """The statuses in a `lst`. Raises ValueError when it is not whole or holds more than `largest` bytes."""
    raw = np.frombuffer(inflated(compressed, largest=largest), np.uint8)
    each = 8 // bits
    found = np.zeros(len(raw) * each, np.uint8)
    for place in range(each):
        found[place::each] = (raw >> np.uint8(place * bits)) & np.uint8((1 << bits) - 1)
    return found


def inflated(compressed: bytes, *, largest: int = LIST_BYTES) -> bytes:
    """The bytes of a `lst`, never more than `largest`. Raises ValueError."""
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(compressed, largest)
        if stream.unconsumed_tail or stream.unused_data or not stream.eof:
            # Exactly `largest` bytes may leave the end of the stream to be read.
            raw += stream.decompress(stream.unconsumed_tail, 1)
    except zlib.error as error:
        raise ValueError(f"not a compressed list: {error}") from None
    if len(raw) > largest or not stream.eof or stream.unused_data:
        raise ValueError("a list of another size")
    return raw


def gaps(places: Places, statuses: Statuses) -> bytes:
    """Changes as LEB128 numbers `(gap << 2) | status`, ascending: the gap is to the place after the one before."""
    if not len(places):
        return b""
    found = places.astype(np.int64)
    skipped = np.diff(found, prepend=np.int64(-1)) - 1
    values = (skipped << 2 | statuses.astype(np.int64)).astype(np.uint64)
    pieces = np.stack([(values >> np.uint64(7 * n)) & np.uint64(0x7F) for n in range(4)], axis=1).astype(np.uint8)
    lengths: Any = 1 + sum((values >= np.uint64(1 << 7 * n)).astype(np.int64) for n in (1, 2, 3))
    counted = np.arange(4)
    pieces |= ((counted < lengths[:, None] - 1) * np.uint8(0x80)).astype(np.uint8)
    written: Any = pieces[counted < lengths[:, None]]
    return bytes(written.tobytes())


def changes(raw: bytes) -> tuple[Places, Statuses]:
    """`gaps` undone. Raises ValueError for numbers that are cut short, too long, or lead out of the list."""
    places: list[int] = []
    statuses: list[int] = []
    place, value, shift = -1, 0, 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 21:
                raise ValueError("a number is too long")
            continue
        if shift and not byte:
            raise ValueError("a number is longer than it need be")
        place += (value >> 2) + 1
        places.append(place)
        statuses.append(value & 3)
        value = shift = 0
    if shift:
        raise ValueError("a number is cut short")
    if place >= INDEXES:
        raise ValueError("a place outside the list")
    return np.array(places, np.uint32), np.array(statuses, np.uint8)
