"""The trust list: which keys gates believe, for what, and from when until when. Signed by the root key, pure.

A gate knows the root key from its enrolment and never takes a list with a smaller counter than it has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from shouwang.codes import cbor, cose
from shouwang.refusal import Refusal

TYP = "sw/trust"
EXP, IAT, COUNTER, KEYS = 4, 6, -65540, -65541
USES = ("strip", "status", "policy", "roster")
KID_BYTES = 8


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One row of the list. Believed for signatures met from `not_before` until `expires` (unix seconds)."""

    kid: bytes
    alg: int
    use: str
    public: bytes
    not_before: int
    expires: int


@dataclass(frozen=True, slots=True)
class TrustList:
    """The list as it was signed. `exp` is when a gate should no longer believe any of it."""

    exp: int
    iat: int
    counter: int
    keys: tuple[TrustedKey, ...]

    def resolver(self, moment: int) -> Callable[[bytes | None], cose.Key | None]:
        """The keys that are believed at a moment, as `read_code` and `verify1` ask for them."""
        believed = {
            key.kid: cose.Key(cose.public_of(key.public), key.alg, key.use)
            for key in self.keys
            if moment < self.exp and key.not_before <= moment < key.expires
        }
        return lambda kid: believed.get(kid) if kid is not None else None


def make_trust_list(root: cose.Signer, found: TrustList) -> bytes:
    """The signed document of a list."""
    rows = [[key.kid, key.alg, key.use, key.public, key.not_before, key.expires] for key in found.keys]
    return root.sign(cbor.write({EXP: found.exp, IAT: found.iat, COUNTER: found.counter, KEYS: rows}), typ=TYP)


def read_trust_list(message: bytes, root: cose.PublicKey, *, counter_at_least: int = 0) -> TrustList:
    """The list in a signed document. A Refusal if root did not sign it, its form is another, or it is an older one."""
    payload = cose.verify1(message, lambda _kid: root, deterministic=True, typ=TYP)
    try:
        claims = cbor.read(payload, deterministic=True)
        if type(claims) is not dict or set(claims) != {EXP, IAT, COUNTER, KEYS} or type(claims[KEYS]) is not list:
            raise ValueError("claims")
        found = TrustList(
            _seconds(claims[EXP]), _seconds(claims[IAT]), _seconds(claims[COUNTER]), tuple(_keys(claims[KEYS]))
        )
    except ValueError as error:
        raise Refusal("codes.trust_list_malformed", reason=str(error)) from None
    if found.counter < counter_at_least:
        raise Refusal("codes.trust_list_older", counter=found.counter, seen=counter_at_least)
    return found


def _seconds(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a number")
    return value


def _keys(rows: Iterable[Any]) -> Iterable[TrustedKey]:
    seen: set[bytes] = set()
    for row in rows:
        if type(row) is not list or len(row) != 6:
            raise ValueError("a row")
        kid, alg, use, public, not_before, expires = row
        if type(kid) is not bytes or len(kid) != KID_BYTES or kid in seen:
            raise ValueError("a kid")
        if alg != cose.ESP256 or use not in USES or type(public) is not bytes:
            raise ValueError("a key")
        cose.public_of(public)
        seen.add(kid)
        yield TrustedKey(kid, alg, use, public, _seconds(not_before), _seconds(expires))
