"""What a code on a phone or a card says: strip, card and family (`SW1:`), made and read. Pure: no clock, no database.

`read_code` is what a gate does first. It never raises for what somebody holds up: the state says how far it could be
believed, and only `ok` carries anything. Whether the times, the status and the compound let a person pass is decided
afterwards, elsewhere. The same cases (`specs/strips`) hold this reader and the gate app's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

from shouwang.codes import base45, cbor, cose
from shouwang.refusal import Refusal

PREFIX = "SW1:"
USE = "strip"
LARGEST_BYTES = 400
KID_BYTES = 8
CTI_BYTES = 8
LONGEST_STRIP = 4 * 3600
LONGEST_CARD = 90 * 86400
MOST_MEMBERS = 6
FIRST_CARD_LIST = 1_000_000
LAST_CARD_LIST = 1_999_999
INDEXES = 1 << 24
LONGEST_NAME_BYTES = 64
LAST_SECOND = (1 << 53) - 1
"""The greatest number that every language reads exactly."""

EXP, IAT, CTI = 4, 6, 7
ENTRY, NAME, MEMBERS = -65537, -65538, -65539
PROFILES = {
    frozenset({EXP, IAT, CTI, ENTRY}): "strip",
    frozenset({EXP, IAT, ENTRY, NAME}): "card",
    frozenset({EXP, IAT, CTI, MEMBERS}): "family",
}

OK, MALFORMED, UNKNOWN_KEY, WRONG_USE, BAD_SIGNATURE = "ok", "malformed", "unknown_key", "wrong_use", "bad_signature"

ResolveKey = Callable[[bytes], "cose.Key | None"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a code says, if its signature holds. With a state other than `ok` everything else is empty.

    `kind` is strip, card or family; times are unix seconds; `members` are (index, colour), a family's in order.
    """

    state: str
    kind: str | None = None
    exp: int | None = None
    iat: int | None = None
    cti: bytes | None = None
    list: int | None = None
    members: tuple[tuple[int, int], ...] = ()
    masked_name: str | None = None


class _NotOursError(ValueError):
    """The code breaks a profile."""


def read_code(text: str, resolve_key: ResolveKey) -> Reading:
    """Read what was scanned, in the order: form, key, use of the key, signature. Never raises for a bad text."""
    try:
        message = _bytes_of(text)
        parts = cose.take_apart(message, deterministic=True, largest=LARGEST_BYTES)
        kid = _kid_of(parts)
        payload = parts.payload
        if payload is None or len(parts.signature) != cose.SIGNATURE_BYTES:
            raise _NotOursError
        said = _reading_of(cbor.read(payload, deterministic=True))
    except (ValueError, Refusal):
        return Reading(MALFORMED)
    key = resolve_key(kid)
    if key is None:
        return Reading(UNKNOWN_KEY)
    if key.use != USE or key.alg != cose.ESP256:
        return Reading(WRONG_USE)
    try:
        cose.check_signature(parts, payload, key, exact=True)
    except Refusal:
        return Reading(BAD_SIGNATURE)
    return said


def _bytes_of(text: str) -> bytes:
    longest = len(PREFIX) + (LARGEST_BYTES + 1) // 2 * 3
    if not isinstance(text, str) or len(text) > longest or not text.startswith(PREFIX):
        raise _NotOursError
    return base45.decode(text[len(PREFIX) :])


def _kid_of(parts: cose.Parts) -> bytes:
    """The key's name, where the protected header holds exactly what it should."""
    kid = parts.protected.get(cose.KID)
    if set(parts.protected) != {cose.ALG, cose.KID} or parts.protected[cose.ALG] != cose.ESP256:
        raise _NotOursError
    if type(kid) is not bytes or len(kid) != KID_BYTES:
        raise _NotOursError
    return kid


def _reading_of(claims: Any) -> Reading:
    """The claims as a reading. Raises _NotOursError unless they fit one profile to the letter."""
    kind = PROFILES.get(frozenset(claims)) if type(claims) is dict else None
    if kind is None:
        raise _NotOursError
    exp, iat = _whole(claims[EXP], 1, LAST_SECOND), _whole(claims[IAT], 0, LAST_SECOND)
    if not 0 < exp - iat <= (LONGEST_CARD if kind == "card" else LONGEST_STRIP):
        raise _NotOursError
    if kind == "card":
        number, members = _entry(claims[ENTRY])
        _whole(number, FIRST_CARD_LIST, LAST_CARD_LIST)
        return Reading(OK, kind, exp, iat, None, number, members, _name(claims[NAME]))
    number, members = _entry(claims[ENTRY]) if kind == "strip" else _family(claims[MEMBERS])
    _whole(number, 0, FIRST_CARD_LIST - 1)
    cti = claims[CTI]
    if type(cti) is not bytes or len(cti) != CTI_BYTES:
        raise _NotOursError
    return Reading(OK, kind, exp, iat, cti, number, members)


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _NotOursError
    return value


def _member(value: Any) -> tuple[int, int]:
    if type(value) is not list or len(value) != 2:
        raise _NotOursError
    return _whole(value[0], 0, INDEXES - 1), _whole(value[1], 0, 3)


def _entry(value: Any) -> tuple[int, tuple[tuple[int, int], ...]]:
    if type(value) is not list or len(value) != 3:
        raise _NotOursError
    return value[0], (_member(value[1:]),)


def _family(value: Any) -> tuple[int, tuple[tuple[int, int], ...]]:
    if type(value) is not list or not 3 <= len(value) <= MOST_MEMBERS + 1:
        raise _NotOursError
    members = tuple(_member(each) for each in value[1:])
    if len({idx for idx, _ in members}) != len(members):
        raise _NotOursError
    return value[0], members


def _name(value: Any) -> str:
    """A masked name: short, and without control characters."""
    if type(value) is not str or not 1 <= len(value.encode()) <= LONGEST_NAME_BYTES:
        raise _NotOursError
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in value):
        raise _NotOursError
    return value


def make_strip(signer: cose.Signer, *, list_number: int, idx: int, colour: int, iat: int, exp: int) -> str:
    """One person's code for a few hours, with a random number of its own."""
    claims = {EXP: exp, IAT: iat, CTI: secrets.token_bytes(CTI_BYTES), ENTRY: [list_number, idx, colour]}
    return _made(signer, claims)


def make_card(
    signer: cose.Signer, *, list_number: int, idx: int, colour: int, masked_name: str, iat: int, exp: int
) -> str:
    """A code to be printed, with the masked name that the guard compares."""
    return _made(signer, {EXP: exp, IAT: iat, ENTRY: [list_number, idx, colour], NAME: masked_name})


def make_family(
    signer: cose.Signer, *, list_number: int, members: Sequence[tuple[int, int]], iat: int, exp: int
) -> str:
    """One code for two to six people of a household: (index, colour) each, whoever holds the phone first."""
    entry = [list_number, *([idx, colour] for idx, colour in members)]
    return _made(signer, {EXP: exp, IAT: iat, CTI: secrets.token_bytes(CTI_BYTES), MEMBERS: entry})


def _made(signer: cose.Signer, claims: dict[int, Any]) -> str:
    """Signed and written as text. The claims are checked first: a code that no gate would read is never handed out."""
    try:
        _reading_of(claims)
    except _NotOursError:
        raise ValueError(f"these claims fit no profile: {claims}") from None
    # Keys stand in their order already: 4, 6, 7, then the private ones, of which there is one, or −65537 and −65538.
    return PREFIX + base45.encode(signer.sign(cbor2.dumps(claims)))
