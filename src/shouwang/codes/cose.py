"""COSE_Sign1 (RFC 9052): signing our own documents, and verifying anybody's.

`verify1` takes any COSE_Sign1 made by strangers and answers its payload or raises a Refusal, never anything else.
With `deterministic=True` it takes only what our own profiles write: no tags, one encoding, an empty unprotected
header, ESP256. The algorithm is bound to the key that the caller trusts; what a message says of it must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from shouwang.codes import cbor
from shouwang.refusal import Refusal

ES256, EDDSA, ESP256, ED25519 = -7, -8, -9, -19
"""Algorithm numbers: the older polymorphic ones, and those of RFC 9864 that name the curve as well."""

ALG, CRIT, CONTENT_TYPE, KID, TYP = 1, 2, 3, 4, 16
UNDERSTOOD = frozenset({ALG, CRIT, CONTENT_TYPE, KID, TYP})
SIGN1_TAG, CWT_TAG = 18, 61
SIGNATURE_BYTES = 64
LARGEST = 1 << 20

ECDSA = ec.ECDSA(SHA256())
P256_POINT_BYTES = 65

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that is trusted: for which algorithm, and for which use (strip, status, policy, roster, root)."""

    public: PublicKey
    alg: int
    use: str = ""


ResolveKey = Callable[[bytes | None], "PublicKey | Key | None"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A COSE_Sign1 taken apart but not yet verified: believe nothing in it."""

    protected_bytes: bytes
    protected: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    payload: bytes | None
    signature: bytes

    def header(self, label: int) -> Any:
        """A header's value, from where it stands; None when it is in neither place."""
        return self.protected[label] if label in self.protected else self.unprotected.get(label)


def verify1(
    message: bytes,
    resolve_key: ResolveKey,
    *,
    external_aad: bytes = b"",
    payload: bytes | None = None,
    deterministic: bool = False,
    typ: str | None = None,
    largest: int = LARGEST,
) -> bytes:
    """The payload of a COSE_Sign1 whose signature holds. Every other message is a Refusal, whatever its bytes.

    `resolve_key(kid)` gives the trusted key (a `cryptography` public key or a `Key`), or None when the kid (None when
    the message names none) is unknown. `payload` is for detached ones. `typ` demands that protected header 16.
    """
    parts = take_apart(message, deterministic=deterministic, largest=largest)
    if typ is not None and parts.protected.get(TYP) != typ:
        raise Refusal("codes.cose_malformed", reason=f"typ is not {typ}")
    if parts.payload is not None and payload is not None:
        raise Refusal("codes.cose_malformed", reason="a payload stands in the message and beside it")
    content = parts.payload if parts.payload is not None else payload
    if content is None:
        raise Refusal("codes.cose_no_payload")
    kid = parts.header(KID)
    check_signature(parts, content, _found(resolve_key, kid), external_aad=external_aad, exact=deterministic)
    return content


def take_apart(message: bytes, *, deterministic: bool = False, largest: int = LARGEST) -> Parts:
    """The parts of a COSE_Sign1, checked for form alone: whoever uses them goes on to `check_signature`."""
    if not isinstance(message, bytes | bytearray | memoryview):
        raise Refusal("codes.cose_malformed", reason="it is not bytes")
    if len(message) > largest:
        raise Refusal("codes.cose_oversize", bytes=len(message), largest=largest)
    try:
        found = cbor.read(bytes(message), deterministic=deterministic)
        if not deterministic:
            found = _untagged(found)
        if type(found) is not list or len(found) != 4:
            raise cbor.MalformedError("it is no array of four")
        protected_bytes, unprotected, payload, signature = found
        if type(protected_bytes) is not bytes or type(unprotected) is not dict or type(signature) is not bytes:
            raise cbor.MalformedError("a part is of the wrong type")
        if payload is not None and type(payload) is not bytes:
            raise cbor.MalformedError("the payload is no byte string")
        protected = cbor.read(protected_bytes, deterministic=deterministic) if protected_bytes else {}
        if type(protected) is not dict:
            raise cbor.MalformedError("the protected header is no map")
        # An empty protected header is signed as the empty string, however it was written (RFC 9052, 4.4).
        parts = Parts(protected_bytes if protected else b"", protected, unprotected, payload, signature)
        _check_headers(parts, deterministic)
    except cbor.MalformedError as error:
        raise Refusal("codes.cose_malformed", reason=str(error)) from None
    return parts


def _untagged(found: Any) -> Any:
    if isinstance(found, cbor.Tag) and found.number == CWT_TAG:
        if not (isinstance(found.value, cbor.Tag) and found.value.number == SIGN1_TAG):
            raise cbor.MalformedError("a CWT tag around something else than a COSE_Sign1 tag")
        return found.value.value
    if isinstance(found, cbor.Tag) and found.number == SIGN1_TAG:
        return found.value
    return found


def _check_headers(parts: Parts, deterministic: bool) -> None:
    """Labels are numbers or text and stand once; nothing critical is unknown; alg and kid are of their types."""
    labels = [*parts.protected, *parts.unprotected]
    if any(type(label) not in (int, str) for label in labels):
        raise cbor.MalformedError("a header label is neither a number nor text")
    if len(set(labels)) != len(labels):
        raise cbor.MalformedError("a header label stands in both headers")
    if deterministic and parts.unprotected:
        raise cbor.MalformedError("the unprotected header is not empty")
    if CRIT in parts.unprotected:
        raise cbor.MalformedError("crit is not protected")
    if CRIT in parts.protected:
        critical = parts.protected[CRIT]
        if type(critical) is not list or not critical:
            raise cbor.MalformedError("crit is no list of labels")
        for label in critical:
            if type(label) not in (int, str) or label not in parts.protected:
                raise cbor.MalformedError("crit names a label that is not there")
            if label not in UNDERSTOOD:
                raise Refusal("codes.cose_critical", label=label)
    kid = parts.header(KID)
    if kid is not None and type(kid) is not bytes:
        raise cbor.MalformedError("kid is no byte string")
    alg = parts.header(ALG)
    if type(alg) not in (int, str):
        raise cbor.MalformedError("alg is missing")


def _found(resolve_key: ResolveKey, kid: bytes | None) -> Key:
    """The trusted key for a kid, with its algorithm."""
    try:
        key = resolve_key(kid)
    except LookupError:
        key = None
    except (AttributeError, TypeError):
        # A resolver that expects bytes knows nothing of a message that names no key.
        if kid is not None:
            raise
        key = None
    if key is None:
        raise Refusal("codes.cose_unknown_key", kid=kid.hex() if kid is not None else "—")
    if isinstance(key, Key):
        return key
    if isinstance(key, ed25519.Ed25519PublicKey):
        return Key(key, ED25519)
    return Key(key, ESP256)


def check_signature(parts: Parts, payload: bytes, key: Key, *, external_aad: bytes = b"", exact: bool = False) -> None:
    """Raise the Refusal that says what is wrong with the signature, if anything is.

    `exact`: the message must name the key's own algorithm number, not merely the same algorithm by an older number.
    """
    alg = parts.header(ALG)
    if isinstance(key.public, ec.EllipticCurvePublicKey) and isinstance(key.public.curve, ec.SECP256R1):
        same = (ES256, ESP256)
    elif isinstance(key.public, ed25519.Ed25519PublicKey):
        same = (EDDSA, ED25519)
    else:
        raise Refusal("codes.cose_unusable_key")
    if key.alg not in same:
        raise Refusal("codes.cose_unusable_key")
    if alg not in ((key.alg,) if exact else same):
        raise Refusal("codes.cose_wrong_algorithm", alg=alg)
    if len(parts.signature) != SIGNATURE_BYTES:
        raise Refusal("codes.cose_bad_signature")
    signed = cbor2.dumps(["Signature1", parts.protected_bytes, bytes(external_aad), payload])
    try:
        if isinstance(key.public, ed25519.Ed25519PublicKey):
            key.public.verify(parts.signature, signed)
        else:
            r, s = int.from_bytes(parts.signature[:32], "big"), int.from_bytes(parts.signature[32:], "big")
            key.public.verify(encode_dss_signature(r, s), signed, ECDSA)
    except InvalidSignature:
        raise Refusal("codes.cose_bad_signature") from None


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name. `sign` writes our own form: untagged, deterministic, unprotected header empty."""

    kid: bytes
    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @property
    def alg(self) -> int:
        """ESP256 or Ed25519, by the kind of key."""
        return ED25519 if isinstance(self.private, ed25519.Ed25519PrivateKey) else ESP256

    def sign(self, payload: bytes, *, typ: str | None = None, external_aad: bytes = b"") -> bytes:
        """The COSE_Sign1 of a payload; `typ` goes into the protected header."""
        header: dict[int, Any] = {ALG: self.alg, KID: self.kid}
        if typ is not None:
            header[TYP] = typ
        protected = cbor2.dumps(header)
        signed = cbor2.dumps(["Signature1", protected, external_aad, payload])
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            signature = self.private.sign(signed)
        else:
            r, s = decode_dss_signature(self.private.sign(signed, ECDSA))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        message: bytes = cbor2.dumps([protected, {}, payload, signature])
        return message


def public_of(point: bytes) -> ec.EllipticCurvePublicKey:
    """The P-256 key of an uncompressed point of 65 bytes. Raises ValueError when it is none."""
    if len(point) != P256_POINT_BYTES:
        raise ValueError("a point has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
