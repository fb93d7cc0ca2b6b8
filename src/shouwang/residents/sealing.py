"""Names, ID numbers and phones under lock: sealing, opening, and keyed hashes for exact look-up.

A sealed value is one byte of version, four of key id, twelve of nonce, then AES-256-GCM ciphertext with its tag. Its
associated data are the field and the reference of the person, so that a value moved to another row or column does not
open. A hash is four bytes of key id and sixteen of HMAC-SHA-256, with a key of its own for each field, so that a phone
and an ID number of the same digits have nothing in common. The keys are read from the key ring (key_ring.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from shouwang.refusal import Refusal
from shouwang.residents import key_ring
from shouwang.residents.key_ring import Key

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
HEADER_BYTES = 1 + KEY_ID_BYTES
DIGEST_BYTES = 16
"""Half of SHA-256: 128 bits leave no collision among all people on earth, and halve three indexes."""

FIELDS = ("name", "id_number", "phone")


class Sealer:
    """Seals with the active data key and opens with any on the ring; hashes with the look-up keys."""

    def __init__(self, data_keys: Iterable[Key], look_up_keys: Iterable[Key]) -> None:
        self._ciphers: dict[bytes, AESGCM] = {}
        self._look_ups: list[tuple[bytes, dict[str, HMAC]]] = []
        for key in data_keys:
            self._ciphers[key.id] = AESGCM(key.secret)
            if key.is_active:
                self.active_id = key.id
                self._active = self._ciphers[key.id]
                self._header = VERSION + key.id
        for key in look_up_keys:
            own = {field: HMAC(_field_key(key.secret, field), SHA256()) for field in FIELDS}
            self._look_ups.insert(0 if key.is_active else len(self._look_ups), (key.id, own))
        self.active_look_up_id = self._look_ups[0][0]

    def seal(self, field: str, ref: str, text: str) -> bytes:
        """Seal one value of the person `ref`. Empty text is sealed as nothing: store null instead."""
        nonce = os.urandom(NONCE_BYTES)
        return self._header + nonce + self._active.encrypt(nonce, text.encode(), _binding(field, ref))

    def open(self, field: str, ref: str, sealed: bytes | memoryview | None) -> str:
        """The text of a sealed value; empty for null.

        Raises Refusal `residents.key_missing`, or `residents.seal_broken` when the value was changed or moved here
        from another row or column.
        """
        if sealed is None:
            return ""
        value = bytes(sealed)
        if value[:1] != VERSION or len(value) < HEADER_BYTES + NONCE_BYTES:
            raise Refusal("residents.seal_broken", status=500, sealed_field=field)
        cipher = self._ciphers.get(value[1:HEADER_BYTES])
        if cipher is None:
            raise Refusal("residents.key_missing", status=500, key=value[1:HEADER_BYTES].hex())
        nonce, ciphertext = value[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], value[HEADER_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, _binding(field, ref)).decode()
        except InvalidTag:
            raise Refusal("residents.seal_broken", status=500, sealed_field=field) from None

    def hash(self, field: str, form: str) -> bytes:
        """The hash that is stored for a value in its look-up form (rules.look_up_…)."""
        key_id, own = self._look_ups[0]
        return key_id + _digest(own[field], form)

    def hashes(self, field: str, form: str) -> list[bytes]:
        """Every hash under which a value may be stored: while a look-up key is being changed there are two."""
        return [key_id + _digest(own[field], form) for key_id, own in self._look_ups]


def _binding(field: str, ref: str) -> bytes:
    return f"{field}\x00{ref}".encode()


def _field_key(secret: bytes, field: str) -> bytes:
    deriving = HMAC(secret, SHA256())
    deriving.update(b"shouwang look-up " + field.encode())
    return deriving.finalize()


def _digest(keyed: HMAC, form: str) -> bytes:
    # Copying a keyed state takes a third of the time of keying anew, and there are three a person.
    digest = keyed.copy()
    digest.update(form.encode())
    return digest.finalize()[:DIGEST_BYTES]


_sealer: tuple[tuple[str, int, int], Sealer] | None = None


def sealer() -> Sealer:
    """The sealer of the present key ring. Looks at the file's time on each call, so that every process notices a new
    key; take it once per batch, not once per value."""
    global _sealer
    place = key_ring.path()
    try:
        state = place.stat()
        mark = (str(place), state.st_mtime_ns, state.st_ino)
    except FileNotFoundError:
        mark = (str(place), 0, 0)
    if _sealer is None or _sealer[0] != mark or mark[1] == 0:
        ring = key_ring.read()
        _sealer = (mark, Sealer(ring.data_keys, ring.look_up_keys))
    return _sealer[1]
