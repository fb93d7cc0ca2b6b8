"""Where a person's number stands in a list: a keyed bijection of 24 bits, another for every list.

Gates see only these places. Without the secret nobody can tell that the place of today and the place of yesterday are
the same person's. A balanced Feistel network of ten rounds; since a half has twelve bits, each round's function is a
table of 4,096 entries drawn from AES-256 in counter mode, which numpy applies to ten million numbers in a second.
"""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from shouwang import clock

BITS = 24
INDEXES = 1 << BITS
HALF_BITS = BITS // 2
HALF = 1 << HALF_BITS
ROUNDS = 10

DAY_TURNS = timedelta(hours=4)
"""A control day begins at 04:00, when fewest people are on their way."""
OLD_LIST_LIVES = timedelta(hours=4)
"""The list of the day before lives until 08:00: as long as the longest strip drawn on it."""
FIRST_CARD_LIST = 1_000_000
EPOCH = date(1970, 1, 1)


@functools.lru_cache(maxsize=64)
def tables(secret: bytes, list_number: int) -> NDArray[np.uint32]:
    """The round functions of a list: ROUNDS rows of 4,096 values of twelve bits, from the one secret."""
    key = HKDF(SHA256(), 32, salt=None, info=f"shouwang index {list_number}".encode()).derive(secret)
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(ROUNDS * HALF * 2))
    drawn = np.frombuffer(stream, dtype="<u2").reshape(ROUNDS, HALF)
    return (drawn & (HALF - 1)).astype(np.uint32)


def places(numbers: NDArray[np.uint32], secret: bytes, list_number: int) -> NDArray[np.uint32]:
    """The places of many numbers in a list. Numbers are below 2²⁴."""
    left: NDArray[Any] = numbers >> HALF_BITS
    right: NDArray[Any] = numbers & (HALF - 1)
    for table in tables(secret, list_number):
        left, right = right, left ^ table[right]
    return left << HALF_BITS | right


def numbers(found: NDArray[np.uint32], secret: bytes, list_number: int) -> NDArray[np.uint32]:
    """The numbers that stand at places: `places` undone."""
    left: NDArray[Any] = found >> HALF_BITS
    right: NDArray[Any] = found & (HALF - 1)
    for table in tables(secret, list_number)[::-1]:
        left, right = right ^ table[left], left
    return left << HALF_BITS | right


def control_day(moment: datetime) -> date:
    """The control day in which a moment falls: the local day, which here begins at 04:00."""
    return clock.local_day(moment - DAY_TURNS)


def day_list(moment: datetime) -> int:
    """The list of the control day of a moment: its number of days since 1970."""
    return (control_day(moment) - EPOCH).days


def day_begins(list_number: int) -> datetime:
    """The moment at which a day list begins to be drawn on: 04:00 local time."""
    return clock.day_bounds(EPOCH + timedelta(days=list_number))[0] + DAY_TURNS


def live_day_lists(moment: datetime) -> list[int]:
    """Today's list and, until 08:00, yesterday's."""
    today = day_list(moment)
    return [today - 1, today] if moment < day_begins(today) + OLD_LIST_LIVES else [today]


def card_list(moment: datetime) -> int:
    """The list of the cards issued in the local month of a moment."""
    local = moment.astimezone(clock.ZONE)
    return FIRST_CARD_LIST + local.year * 12 + local.month


def live_card_lists(moment: datetime, longest: timedelta) -> list[int]:
    """The lists on which a card that is still valid may stand."""
    return list(range(card_list(moment - longest), card_list(moment) + 1))


def list_begins(list_number: int) -> datetime:
    """The moment from which a list, of days or of cards, can have been used."""
    if list_number < FIRST_CARD_LIST:
        return day_begins(list_number)
    year, month = divmod(list_number - FIRST_CARD_LIST - 1, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC) - timedelta(days=1)
