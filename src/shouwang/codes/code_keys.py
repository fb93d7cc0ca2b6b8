"""The keys behind codes and feed: a folder of its own, apart from the database and its backups.

```
code-keys/            0700
  keys.json           0600  what there is: kid, use, not_before, signs_until, expires, removed; the counter
  root.pem            0600  signs the trust list; may be carried away once `trust` is published
  root.pub                  its public point, which gates are given at enrolment
  <kid>.pem           0600  one private key each
  index-secret        0600  of which the permutation of every list is derived
  trust                     the trust list as it was last signed
```
Every use has one key that signs now; the next stands on the trust list at least 24 hours before it signs. A key is
believed until the last thing it signed has run out. PKCS#11 would be another way to answer `Ring.signer`.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from shouwang import clock
from shouwang.codes import cose, trust
from shouwang.refusal import Refusal

WEEK = timedelta(days=7)
SIGNS_FOR = {"strip": WEEK, "status": 4 * WEEK, "policy": 4 * WEEK, "roster": 4 * WEEK}
BELIEVED_AFTER = {
    "strip": timedelta(days=92),
    "status": timedelta(days=2),
    "policy": timedelta(days=35),
    "roster": timedelta(days=35),
}
"""After its last signature: a card lasts 90 days, a strip is drawn a day ahead; policy rows and rosters are renewed."""

MADE_AHEAD = timedelta(hours=48)
"""The next key is made, and published, so long before it signs: 24 hours at least, whatever stands still for a day."""

TRUST_LASTS = timedelta(days=30)
TRUST_RENEWED = timedelta(days=7)
SECRET_BYTES = 32


@dataclass(frozen=True)
class CodeKey:
    """What is known of a key. Times are ISO text in UTC; `removed` says when and why it was taken off the list."""

    kid: str
    use: str
    not_before: str
    signs_until: str
    expires: str
    removed: str = ""
    why: str = ""

    def signs_at(self, moment: datetime) -> bool:
        """Whether this key is one that may sign at a moment."""
        return not self.removed and moment_of(self.not_before) <= moment < moment_of(self.signs_until)

    def stands_at(self, moment: datetime) -> bool:
        """Whether this key belongs on the trust list at a moment."""
        return not self.removed and moment < moment_of(self.expires)


@dataclass(frozen=True)
class Ring:
    """All keys of the folder, as they were read at once."""

    folder: Path
    counter: int
    keys: tuple[CodeKey, ...]
    index_secret: bytes

    def signer(self, use: str, moment: datetime | None = None) -> cose.Signer:
        """The private key that signs for a use at a moment (now). A Refusal when there is none."""
        at = moment or clock.now()
        able = [key for key in self.keys if key.use == use and key.signs_at(at)]
        if not able:
            raise Refusal("codes.no_signing_key", status=500, use=use, path=str(self.folder))
        newest = max(able, key=lambda key: key.not_before)
        return cose.Signer(bytes.fromhex(newest.kid), _private(self.folder / f"{newest.kid}.pem"))

    def trust_list(self) -> bytes:
        """The trust list as it was last published."""
        return (self.folder / "trust").read_bytes()

    def root_public(self) -> bytes:
        """The root key's point of 65 bytes, which a gate pins when it is enrolled."""
        return (self.folder / "root.pub").read_bytes()


def moment_of(text: str) -> datetime:
    """A time of `CodeKey` as a moment."""
    return datetime.fromisoformat(text)


def folder() -> Path:
    """Where the keys are, as the settings say."""
    return Path(settings.CODE_KEYS_DIR)


_read: dict[Path, tuple[object, Ring]] = {}
_privates: dict[tuple[Path, int], ec.EllipticCurvePrivateKey] = {}


def ring() -> Ring:
    """The keys. On a development installation they are made on first use; a city makes them with `code-keys rotate`."""
    place = folder()
    try:
        status = (place / "keys.json").stat()
    except FileNotFoundError:
        if settings.CODE_KEYS_MUST_EXIST:
            raise Refusal("codes.keys_missing", status=500, path=str(place)) from None
        tend(clock.now())
        status = (place / "keys.json").stat()
    stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
    known = _read.get(place)
    if known is None or known[0] != stamp:
        known = _read[place] = (stamp, _ring_of(place))
    return known[1]


def signer(use: str, moment: datetime | None = None) -> cose.Signer:
    """The private key that signs for a use now. Where none is left, as after a long standstill, the next are made."""
    at = moment or clock.now()
    try:
        return ring().signer(use, at)
    except Refusal as refusal:
        if refusal.code != "codes.no_signing_key":
            raise
        tend(at)
        return ring().signer(use, at)


def _ring_of(place: Path) -> Ring:
    try:
        content = json.loads((place / "keys.json").read_text(encoding="utf-8"))
        keys = tuple(CodeKey(**row) for row in content["keys"])
        secret = bytes.fromhex((place / "index-secret").read_text(encoding="utf-8").strip())
        if len(secret) != SECRET_BYTES or any(len(bytes.fromhex(key.kid)) != trust.KID_BYTES for key in keys):
            raise ValueError("a length")
        return Ring(place, int(content["counter"]), keys, secret)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal("codes.keys_unreadable", status=500, path=str(place), reason=str(error)) from error


def _private(place: Path) -> ec.EllipticCurvePrivateKey:
    try:
        stamp = (place, place.stat().st_mtime_ns)
        if stamp not in _privates:
            found = load_pem_private_key(place.read_bytes(), None)
            if not isinstance(found, ec.EllipticCurvePrivateKey) or not isinstance(found.curve, ec.SECP256R1):
                raise ValueError("it is no P-256 key")
            _privates[stamp] = found
        return _privates[stamp]
    except (OSError, ValueError, TypeError) as error:
        raise Refusal("codes.keys_unreadable", status=500, path=str(place), reason=str(error)) from error


def tend(moment: datetime) -> list[CodeKey]:
    """Make what will be needed: first keys, the next one of each use ahead of time, a trust list that is not old.

    Safe to call at any time, from several processes; answers the keys it made.
    """
    with _alone() as place:
        begun = (place / "keys.json").exists()
        found = _ring_of(place) if begun else _begin(place)
        if not (place / "root.pem").exists():
            # The root key was carried away: whoever holds it rotates and publishes.
            return []
        made = []
        for use in trust.USES:
            own = [key for key in found.keys if key.use == use and not key.removed]
            if not any(key.signs_at(moment) for key in own):
                # The first, or the first after a standstill: it signs at once, since nothing can be published earlier.
                own.append(_made(place, use, moment))
                made.append(own[-1])
            ends = max(moment_of(key.signs_until) for key in own)
            if ends <= moment + MADE_AHEAD:
                made.append(_made(place, use, ends))
        if made or _is_old(place, moment):
            _publish(replace(found, keys=(*found.keys, *made)), moment, root=place / "root.pem")
    return made


def rotate(use: str, moment: datetime) -> CodeKey:
    """Make a new key that takes over in 24 hours, and the present one stop then. On a new folder: the first keys."""
    tend(moment)
    with _alone() as place:
        found = _ring_of(place)
        takes_over = moment + timedelta(hours=24)
        kept = tuple(
            replace(key, signs_until=_text(min(moment_of(key.signs_until), takes_over)))
            if key.use == use and not key.removed and moment_of(key.not_before) < takes_over
            else key
            for key in found.keys
        )
        # One that was made ahead and has not begun would take over again later: it gives way to the new one.
        kept = tuple(
            replace(key, removed=_text(moment), why="rotated")
            if key.use == use and not key.removed and moment_of(key.not_before) >= takes_over
            else key
            for key in kept
        )
        key = _made(place, use, takes_over)
        _publish(replace(found, keys=(*kept, key)), moment, root=place / "root.pem")
    return key


def remove(kid: str, why: str, moment: datetime) -> list[CodeKey]:
    """Take a key off the trust list at once, with all that it signed; whoever is left without one signs with a new one.

    Answers the keys made in its place. A Refusal when there is no such key on the list.
    """
    with _alone() as place:
        found = _ring_of(place)
        gone = next((key for key in found.keys if key.kid == kid and not key.removed), None)
        if gone is None:
            raise Refusal("codes.unknown_code_key", kid=kid)
        kept = tuple(replace(key, removed=_text(moment), why=why) if key is gone else key for key in found.keys)
        made = []
        if gone.signs_at(moment) and not any(key.use == gone.use and key.signs_at(moment) for key in kept):
            made.append(_made(place, gone.use, moment))
        _publish(replace(found, keys=(*kept, *made)), moment, root=place / "root.pem")
        (place / f"{kid}.pem").unlink(missing_ok=True)
    return made


def publish(moment: datetime, root: Path | None = None) -> int:
    """Sign the trust list anew, with a root key from elsewhere if it is not kept in the folder; answers its counter."""
    with _alone() as place:
        return _publish(_ring_of(place), moment, root=root or place / "root.pem")


def _publish(found: Ring, moment: datetime, *, root: Path) -> int:
    """Write keys.json and the trust list that follows from it; one counter further."""
    private = _private(root)
    if found.folder.joinpath("root.pub").read_bytes() != _point(private):
        raise Refusal(
            "codes.keys_unreadable", status=500, path=str(root), reason="it is not the root key of this folder"
        )
    counter = found.counter + 1
    now = int(moment.timestamp())
    rows = tuple(
        trust.TrustedKey(
            bytes.fromhex(key.kid),
            cose.ESP256,
            key.use,
            _point(_private(found.folder / f"{key.kid}.pem")),
            int(moment_of(key.not_before).timestamp()),
            int(moment_of(key.expires).timestamp()),
        )
        for key in found.keys
        if key.stands_at(moment)
    )
    listed = trust.TrustList(now + int(TRUST_LASTS.total_seconds()), now, counter, rows)
    message = trust.make_trust_list(cose.Signer(_root_kid(private), private), listed)
    content = {"version": 1, "counter": counter, "keys": [asdict(key) for key in found.keys]}
    _write(found.folder / "keys.json", json.dumps(content, indent=1).encode())
    _write(found.folder / "trust", message)
    return counter


def _is_old(place: Path, moment: datetime) -> bool:
    """Whether the trust list is missing or was signed long ago (in a drill: in the future)."""
    try:
        public = cose.public_of((place / "root.pub").read_bytes())
        signed_at = trust.read_trust_list((place / "trust").read_bytes(), public).iat
    except (OSError, ValueError, Refusal):
        return True
    return not 0 <= moment.timestamp() - signed_at < TRUST_RENEWED.total_seconds()


def _begin(place: Path) -> Ring:
    """A new folder's root key and secret."""
    root = ec.generate_private_key(ec.SECP256R1())
    _write(place / "root.pem", _pem(root))
    _write(place / "root.pub", _point(root))
    _write(place / "index-secret", secrets.token_hex(SECRET_BYTES).encode())
    return Ring(place, 0, (), bytes.fromhex((place / "index-secret").read_text(encoding="utf-8")))


def _made(place: Path, use: str, begins: datetime) -> CodeKey:
    private = ec.generate_private_key(ec.SECP256R1())
    kid = secrets.token_hex(trust.KID_BYTES)
    _write(place / f"{kid}.pem", _pem(private))
    until = begins + SIGNS_FOR[use]
    return CodeKey(kid, use, _text(begins), _text(until), _text(until + BELIEVED_AFTER[use]))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _root_kid(private: ec.EllipticCurvePrivateKey) -> bytes:
    return _point(private)[1:9]


def _write(place: Path, content: bytes) -> None:
    """A file that is there whole or not at all, readable by its owner alone."""
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, place)


@contextmanager
def _alone() -> Iterator[Path]:
    """Two who change the keys at once would each lose the other's."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place
