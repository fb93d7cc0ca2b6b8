"""Two bits a place as the Token Status List draft packs them; changes that lead exactly from one state to the next."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.codes import status_list
from shouwang.codes.status_list import INDEXES, StatusList

# draft-ietf-oauth-status-list: the example of section 4 (two bits), and appendix C (2²⁰ places, two bits).
EXAMPLE = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
EXAMPLE_LST = "eNo76fITAAPfAgc"
APPENDIX = {
    0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3,
}  # fmt: skip
APPENDIX_LST = (
    "78daeddb310d00211000412ea1a04004fe5520ed357c28c81d3312b6df68bc65480000000000406e2101000000000000000000000000"
    "0000000000000000000000000000000000000040795b0200000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080f4ba0400"
    "000000000000000000000000406d764a000000000000000000000000000000000000000000e092210100000000000000000000000000"
    "0000000000fc131200000000000000000000000000000000000000000000000000000000000000c0912e010000000000000000000000"
    "00000000000000c07d4b02000000000000000000000000000000a8614a0000000000000000000000406a1fcd60010c"
)


def lst(text: str) -> bytes:
    """base64url without its padding, as bytes."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_drafts_example() -> None:
    """The draft's twelve statuses in two bits: its bytes, its compression, and back."""
    packed = status_list.packed_of(np.array(EXAMPLE, np.uint8))
    assert packed == bytes([0xC9, 0x44, 0xF9])
    assert zlib.compress(packed, 9) == lst(EXAMPLE_LST)
    assert status_list.unpacked(lst(EXAMPLE_LST)).tolist() == EXAMPLE
    one_bit = status_list.unpacked(lst("eNrbuRgAAhcBXQ"), 1).tolist()
    assert one_bit == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]


def test_the_drafts_appendix() -> None:
    """A list of 2²⁰ places with eleven that are not 0."""
    statuses = np.zeros(1 << 20, np.uint8)
    statuses[list(APPENDIX)] = list(APPENDIX.values())
    found = status_list.unpacked(bytes.fromhex(APPENDIX_LST))
    assert (found == statuses).all()
    assert zlib.compress(status_list.packed_of(statuses), 9) == bytes.fromhex(APPENDIX_LST)


def test_our_list_is_packed_as_the_drafts() -> None:
    """`StatusList.put` writes the bytes that packing all statuses would."""
    rng = np.random.default_rng(7)
    places = np.sort(rng.choice(INDEXES, 5000, replace=False)).astype(np.uint32)
    statuses = rng.integers(1, 4, 5000).astype(np.uint8)
    found = StatusList()
    found.put(places, statuses)
    everything = np.zeros(INDEXES, np.uint8)
    everything[places] = statuses
    assert found.packed.tobytes() == status_list.packed_of(everything)
    assert (found.places_not_green() == places).all()
    assert (found.at(places) == statuses).all()
    found.put(places, np.zeros(5000, np.uint8))
    assert found.hash() == StatusList().hash()


entries = st.dictionaries(st.integers(0, INDEXES - 1), st.integers(0, 3), max_size=200)


@settings(deadline=None)
@given(entries)
def test_changes_there_and_back(given_entries: dict[int, int]) -> None:
    """Any changes are read as they were written; each number is as short as it can be."""
    places = np.array(sorted(given_entries), np.uint32)
    statuses = np.array([given_entries[place] for place in sorted(given_entries)], np.uint8)
    raw = status_list.gaps(places, statuses)
    again = status_list.changes(raw)
    assert again[0].tolist() == places.tolist()
    assert again[1].tolist() == statuses.tolist()


def test_changes_by_hand() -> None:
    """First the place itself, then how many places are left out; 127 is the last number of one byte."""
    raw = status_list.gaps(np.array([0, 1, 33, 65, 8193], np.uint32), np.array([1, 2, 3, 0, 0], np.uint8))
    assert raw == bytes([0b01, 0b10, 31 << 2 | 3, 31 << 2, 0xFC, 0xFD, 0x01])


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_changes_or_refused(raw: bytes) -> None:
    """What is read is what would be written; everything else is a ValueError."""
    try:
        places, statuses = status_list.changes(raw)
    except ValueError:
        return
    assert status_list.gaps(places, statuses) == raw


@pytest.mark.parametrize("raw", [b"\x80", b"\x80\x00", b"\xff\xff\xff\xff\x01", b"\xff\xff\xff\x7f"])
def test_numbers_that_are_none(raw: bytes) -> None:
    """Cut short, longer than need be, too long, out of the list."""
    with pytest.raises(ValueError, match=r"number|place"):
        status_list.changes(raw)


@pytest.mark.parametrize("size", [0, 100, status_list.LIST_BYTES + 1, 1 << 28])
def test_a_list_of_another_size(size: int) -> None:
    """Bombs and stumps are refused without unpacking them whole."""
    compressed = zlib.compress(bytes(size), 1)
    with pytest.raises(ValueError, match="list"):
        StatusList(status_list.inflated(compressed))
    for broken in (b"", compressed[:-1], compressed + b"x", b"junk"):
        with pytest.raises(ValueError, match="list"):
            StatusList(status_list.inflated(broken))


def test_a_whole_list_is_read() -> None:
    """Exactly the size of a list."""
    full = StatusList()
    full.put(np.arange(1000, dtype=np.uint32), np.full(1000, 3, np.uint8))
    assert status_list.inflated(full.compressed()) == full.packed.tobytes()
