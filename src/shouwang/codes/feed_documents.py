"""The documents of the status feed, made and read: head, snapshot and delta. Pure; docs/gate-formats.md has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shouwang.codes import cbor, cose, status_list
from shouwang.codes.status_list import Places, Statuses, StatusList
from shouwang.refusal import Refusal

HEAD_TYP, DELTA_TYP, SNAPSHOT_TYP = "sw/head", "sw/delta", "application/statuslist+cwt"
SUB, EXP, IAT, STATUS_LIST, TTL = 2, 4, 6, 65533, 65534
LISTS, LIST, CHANGES = -65542, -65543, -65544
TTL_SECONDS = 300
LARGEST = status_list.LIST_BYTES + (1 << 16)

ResolveKey = Callable[[bytes | None], "cose.Key | None"]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a list stands: its sequence and the hash of its statuses."""

    list: int
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The heartbeat: when it was written, and where each list stands."""

    iat: int
    stands: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All statuses of a list at one sequence."""

    iat: int
    exp: int
    stand: Stand
    compressed: bytes

    def statuses(self) -> StatusList:
        """The list. A Refusal when it does not have the hash it says."""
        try:
            found = StatusList(status_list.inflated(self.compressed))
        except ValueError as error:
            raise Refusal("codes.feed_malformed", reason=str(error)) from None
        if found.hash() != self.stand.hash:
            raise Refusal("codes.feed_malformed", reason="another hash")
        return found


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a list between two sequences."""

    iat: int
    list: int
    since: int
    to: int
    hash_before: bytes
    hash_after: bytes
    places: Places
    statuses: Statuses


def make_head(signer: cose.Signer, head: Head) -> bytes:
    """The signed heartbeat."""
    rows = [[stand.list, stand.sequence, stand.hash] for stand in head.stands]
    return signer.sign(cbor.write({IAT: head.iat, LISTS: rows}), typ=HEAD_TYP)


def make_snapshot(signer: cose.Signer, snapshot: Snapshot) -> bytes:
    """The signed list, as a Token Status List in a CWT, with the list's number, sequence and hash beside it."""
    stand = snapshot.stand
    claims = {
        SUB: f"sw:list:{stand.list}",
        EXP: snapshot.exp,
        IAT: snapshot.iat,
        STATUS_LIST: {"bits": status_list.BITS, "lst": snapshot.compressed},
        TTL: TTL_SECONDS,
        LIST: [stand.list, stand.sequence, stand.hash],
    }
    return signer.sign(cbor.write(claims), typ=SNAPSHOT_TYP)


def make_delta(signer: cose.Signer, delta: Delta) -> bytes:
    """The signed changes."""
    stands = [delta.list, delta.since, delta.to, delta.hash_before, delta.hash_after]
    raw = status_list.gaps(delta.places, delta.statuses)
    return signer.sign(cbor.write({IAT: delta.iat, LIST: stands, CHANGES: raw}), typ=DELTA_TYP)


def read_head(message: bytes, resolve_key: ResolveKey) -> Head:
    """A heartbeat whose signature holds."""
    claims = _claims(message, resolve_key, HEAD_TYP, {IAT, LISTS})
    rows = _rows(claims[LISTS])
    stands = tuple(Stand(_whole(row[0]), _whole(row[1]), _hash(row[2])) for row in (_of(row, 3) for row in rows))
    if len({stand.list for stand in stands}) != len(stands):
        raise Refusal("codes.feed_malformed", reason="a list stands twice")
    return Head(_whole(claims[IAT]), stands)


def read_snapshot(message: bytes, resolve_key: ResolveKey) -> Snapshot:
    """A snapshot whose signature holds; its statuses are unpacked by itself."""
    claims = _claims(message, resolve_key, SNAPSHOT_TYP, {SUB, EXP, IAT, STATUS_LIST, TTL, LIST})
    number, sequence, digest = _of(claims[LIST], 3)
    held = claims[STATUS_LIST]
    if type(held) is not dict or set(held) != {"bits", "lst"} or held["bits"] != status_list.BITS:
        raise Refusal("codes.feed_malformed", reason="it is no list of two bits")
    if claims[SUB] != f"sw:list:{number}" or type(held["lst"]) is not bytes:
        raise Refusal("codes.feed_malformed", reason="it speaks of another list")
    stand = Stand(_whole(number), _whole(sequence), _hash(digest))
    return Snapshot(_whole(claims[IAT]), _whole(claims[EXP]), stand, held["lst"])


def read_delta(message: bytes, resolve_key: ResolveKey) -> Delta:
    """Changes whose signature holds."""
    claims = _claims(message, resolve_key, DELTA_TYP, {IAT, LIST, CHANGES})
    number, since, to, before, after = _of(claims[LIST], 5)
    if type(claims[CHANGES]) is not bytes:
        raise Refusal("codes.feed_malformed", reason="changes are no bytes")
    try:
        places, statuses = status_list.changes(claims[CHANGES])
    except ValueError as error:
        raise Refusal("codes.feed_malformed", reason=str(error)) from None
    return Delta(
        _whole(claims[IAT]), _whole(number), _whole(since), _whole(to), _hash(before), _hash(after), places, statuses
    )


def _claims(message: bytes, resolve_key: ResolveKey, typ: str, keys: set[int]) -> dict[Any, Any]:
    """The claims of a document signed by a key of use `status`."""

    def status_key(kid: bytes | None) -> cose.Key | None:
        key = resolve_key(kid)
        return key if key is not None and key.use == "status" else None

    payload = cose.verify1(message, status_key, deterministic=True, typ=typ, largest=LARGEST)
    try:
        claims = cbor.read(payload, deterministic=True)
    except cbor.MalformedError as error:
        raise Refusal("codes.feed_malformed", reason=str(error)) from None
    if type(claims) is not dict or set(claims) != keys:
        raise Refusal("codes.feed_malformed", reason="other claims")
    return claims


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise Refusal("codes.feed_malformed", reason="a number")
    return value


def _hash(value: Any) -> bytes:
    if type(value) is not bytes or len(value) != status_list.HASH_BYTES:
        raise Refusal("codes.feed_malformed", reason="a hash")
    return value


def _rows(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Refusal("codes.feed_malformed", reason="no rows")
    return value


def _of(value: Any, count: int) -> Sequence[Any]:
    rows = _rows(value)
    if len(rows) != count:
        raise Refusal("codes.feed_malformed", reason="a row of another length")
    return rows
