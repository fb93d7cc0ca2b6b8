"""What is known about somebody at a gate, and about the gate itself, when a passage is decided. Plain values only.

Everything that cannot be known without a clock, a network or a camera is brought here by whoever asks: the reading of
a code (whether it parses, whose key, whether the signature holds), what the status feed says, lines of the roster,
earlier passages. Times are unix seconds of the signed clock unless said otherwise, temperatures tenths of a degree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shouwang.gates.policy import Earlier


class Kind(StrEnum):
    """How somebody came to be known at the gate."""

    STRIP = "strip"
    CARD = "card"
    FAMILY = "family"
    ROSTER = "roster"
    LOOKUP = "lookup"
    VISITOR = "visitor"
    VEHICLE = "vehicle"
    DELIVERY = "delivery"


class ReadingState(StrEnum):
    """How far the reading of a code came."""

    OK = "ok"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    WRONG_USE = "wrong_use"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, slots=True)
class Reading:
    """A code that was read. `issued` and `expires` are its iat and exp; of a look-up, when it was answered and the same
    moment plus what the policy allows. `of`: what a visitor or driver showed (strip, card, family, lookup)."""

    state: ReadingState
    issued: int | None = None
    expires: int | None = None
    of: Kind = Kind.STRIP


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the traveller, in the order of the code. Colours as in the feed: 0 green, 1 red, 2 yellow, 3 other.

    `claim`: at issue, by the code (or the look-up). `status`: in the feed, None when this gate holds no such list.
    `resident` of this compound by the signed roster; None when the gate cannot tell. `row`, `household`, `dwelling`
    (`building-unit-dwelling`) are of the roster, with their numbers inside the roster.
    """

    idx: int | None = None
    claim: int | None = None
    status: int | None = None
    resident: bool | None = None
    row: int | None = None
    household: int | None = None
    dwelling: str = ""


@dataclass(frozen=True, slots=True)
class Temperature:
    """One measurement. `position`: of which person (1 is the first), 0 when it stands for all that came."""

    tenths: int
    at: int
    position: int = 0


@dataclass(frozen=True, slots=True)
class Traveller:
    """Who wants to pass. `status_at`: as of when the feed's statuses in `people` are known (the head's time while the
    list is current). `list`: on which the indexes of `people` stand. `phone_hash`, `plate`: as permits name them.
    `host`: household visited. `courier`: of deliveries, parcels and meals for one household. `purpose`: what for, as
    told to the guard. Musts are None while not yet done; `not_measured`: the guard says that the thermometer is broken
    and nobody can measure. `earlier`: passages that this phone remembers.
    """

    kind: Kind
    reading: Reading | None = None
    people: tuple[Member, ...] = ()
    status_at: int | None = None
    phone_hash: str | None = None
    plate: str | None = None
    host: int | None = None
    host_dwelling: str = ""
    courier: bool = False
    purpose: str = ""
    identity: bool | None = None
    mask: bool | None = None
    temperatures: tuple[Temperature, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    list: int | None = None
    not_measured: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """The phone at the gate. `ready`: its stores are there and hold policy, keys and roster of this enrolment.

    `feed_at`: signed time of the last head. `clock_offset_ms`: signed clock minus device clock; None while no signed
    time was ever heard. `keys_loaded`: a trust list that has not expired. `roster_at`, `roster_expires`: of the signed
    roster; None when there is none.
    """

    compound: str
    gate: str
    ready: bool = True
    keys_loaded: bool = True
    feed_at: int | None = None
    clock_offset_ms: int | None = None
    roster_at: int | None = None
    roster_expires: int | None = None

    def signed_moment(self, moment: int) -> int | None:
        """The moment of the device's clock by the signed clock; None when their difference is not known."""
        return None if self.clock_offset_ms is None else moment + self.clock_offset_ms // 1000


_DEGREES = re.compile(r"([0-9]{2})(?:[.]([0-9]))?")


def tenths(text: str) -> int | None:
    """A temperature as it is written ("36.5", "37") in tenths of a degree; None for anything else."""
    found = _DEGREES.fullmatch(text)
    return int(found[1]) * 10 + int(found[2] or 0) if found else None
