"""The files of one list of the feed: where it stands, the snapshot and deltas that say so, and taking old ones away."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import structlog

from shouwang.codes import cbor, cose, indexes
from shouwang.codes.feed_documents import (
    CHANGES,
    IAT,
    LIST,
    STATUS_LIST,
    Delta,
    Snapshot,
    Stand,
    make_delta,
    make_snapshot,
)
from shouwang.codes.status_list import Places, Statuses, StatusList, changes, inflated
from shouwang.refusal import Refusal

KEPT_SEQUENCES = 60
"""From each of so many sequences a delta leads to the newest."""
LARGEST_DELTA = 300_000
"""Beyond so many changes the snapshot is smaller."""
OLD_FILES_LIVE = 60.0
"""Seconds for which a file that is no longer the newest may be asked for, by a gate that has read an older head."""
SNAPSHOT_LASTS = timedelta(days=2)
NAME = re.compile(r"(?:(\d+)\.snapshot|(\d+)-(\d+)\.delta)\Z")

log = structlog.get_logger("shouwang.feed")


class ListFiles:
    """One list on disk. The folder's newest files are read when it is opened; whatever is broken there is left out."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.number = number
        self.sequence = 0
        self.statuses = StatusList()
        self.hash = self.statuses.hash()
        self.signed_by = b""
        self.written_at: datetime | None = None
        # Sequence → hash, and the places that changed since: with their present statuses these are a delta.
        self.since: dict[int, tuple[bytes, Places]] = {}
        self.written: dict[str, float] = {}
        folder.mkdir(exist_ok=True)
        self._read()

    def bring(self, places: Places, statuses: Statuses, now: datetime, signer: cose.Signer, *, whole: bool) -> bool:
        """Make these the statuses of these places, and with `whole` every other place green. True if that is news."""
        if whole:
            wanted = StatusList()
            wanted.put(places, statuses)
            there = self.statuses.places_not_green()
            places = np.union1d(places, there).astype(np.uint32)
            statuses = wanted.at(places)
        differ = self.statuses.at(places) != statuses
        if self.sequence and not differ.any():
            return False
        order = np.argsort(places[differ], kind="stable")
        self._next(places[differ][order], statuses[differ][order], now, signer)
        return True

    def renew(self, now: datetime, signer: cose.Signer) -> None:
        """Sign the list as it is once more, as the next sequence."""
        self._next(np.zeros(0, np.uint32), np.zeros(0, np.uint8), now, signer)

    def _next(self, places: Places, statuses: Statuses, now: datetime, signer: cose.Signer) -> None:
        """The next sequence, with these changes: snapshot and deltas are whole on disk when this returns."""
        before, hash_before = self.sequence, self.hash
        self.statuses.put(places, statuses)
        self.hash = self.statuses.hash()
        # Sequences lost with a disk are passed over: there is at most one a second.
        least = int((now - indexes.list_begins(self.number)).total_seconds()) if not before else 0
        self.sequence = max(before, least) + 1
        self.signed_by, self.written_at = signer.kid, now
        if before:
            self.since[before] = (hash_before, np.zeros(0, np.uint32))
        self.since = dict(sorted(self.since.items())[-KEPT_SEQUENCES:])
        iat = int(now.timestamp())
        snapshot = Snapshot(iat, self._exp(now), self._stand(), self.statuses.compressed())
        self._put(f"{self.sequence}.snapshot", make_snapshot(signer, snapshot))
        for since, (digest, known) in self.since.items():
            touched = np.union1d(known, places).astype(np.uint32) if len(places) else known
            self.since[since] = (digest, touched)
            if len(touched) > LARGEST_DELTA:
                continue
            delta = Delta(iat, self.number, since, self.sequence, digest, self.hash, touched, self.statuses.at(touched))
            self._put(f"{since}-{self.sequence}.delta", make_delta(signer, delta))
        log.debug("list", list=self.number, sequence=self.sequence, changes=len(places))

    def _stand(self) -> Stand:
        return Stand(self.number, self.sequence, self.hash)

    def _exp(self, now: datetime) -> int:
        """A day's list is over when its last strip is; a list of cards is written anew at least every day."""
        if self.number < indexes.FIRST_CARD_LIST:
            return int((indexes.day_begins(self.number + 1) + indexes.OLD_LIST_LIVES).timestamp())
        return int((now + SNAPSHOT_LASTS).timestamp())

    def is_old(self, now: datetime) -> bool:
        """Whether the newest snapshot has half run out."""
        return self.written_at is not None and now - self.written_at > SNAPSHOT_LASTS / 2

    def _put(self, name: str, content: bytes) -> None:
        put_file(self.folder / name, content)
        self.written[name] = time.monotonic()

    def sweep(self) -> None:
        """Take away what leads to older sequences, once no gate can be about to ask for it."""
        limit = time.monotonic() - OLD_FILES_LIVE
        for name, written in list(self.written.items()):
            if written < limit and _leads_to(name) != self.sequence:
                (self.folder / name).unlink(missing_ok=True)
                del self.written[name]

    def _read(self) -> None:
        """Find the newest whole snapshot, and from the deltas that lead to it what had changed since when."""
        for path in self.folder.iterdir():
            if NAME.match(path.name):
                self.written[path.name] = time.monotonic()
            else:
                path.unlink(missing_ok=True)
        snapshots = [int(name.split(".")[0]) for name in self.written if name.endswith(".snapshot")]
        for sequence in sorted(snapshots, reverse=True):
            try:
                self._read_snapshot(sequence)
                break
            except (OSError, ValueError, KeyError, TypeError, Refusal) as error:
                log.warning("a snapshot cannot be read", list=self.number, sequence=sequence, reason=str(error))
        for name in self.written:
            if name.endswith(f"-{self.sequence}.delta"):
                try:
                    self._read_delta(name)
                except (OSError, ValueError, KeyError, TypeError, Refusal) as error:
                    log.warning("a delta cannot be read", list=self.number, file=name, reason=str(error))

    def _read_snapshot(self, sequence: int) -> None:
        parts = cose.take_apart((self.folder / f"{sequence}.snapshot").read_bytes(), largest=1 << 23)
        claims = cbor.read(parts.payload or b"")
        found = StatusList(inflated(claims[STATUS_LIST]["lst"]))
        number, told, digest = claims[LIST]
        if (number, told, digest) != (self.number, sequence, found.hash()):
            raise ValueError("it says something else than its name, or another hash")
        self.statuses, self.sequence, self.hash = found, sequence, digest
        self.signed_by = parts.protected[cose.KID]
        self.written_at = datetime.fromtimestamp(claims[IAT], tz=UTC)

    def _read_delta(self, name: str) -> None:
        claims = cbor.read(cose.take_apart((self.folder / name).read_bytes(), largest=1 << 23).payload or b"")
        number, since, to, digest, after = claims[LIST]
        if (number, to, after) == (self.number, self.sequence, self.hash):
            self.since[since] = (digest, changes(claims[CHANGES])[0])


def _leads_to(name: str) -> int:
    found = NAME.match(name)
    assert found is not None
    return int(found[1] or found[3])


def put_file(place: Path, content: bytes) -> None:
    """A file that is there whole or not at all, for whoever serves it to read."""
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    with draft.open("wb") as file:
        file.write(content)
    os.replace(draft, place)


def swept(store: Path, due: Collection[int]) -> None:
    """Take away the folders of lists that are over."""
    for path in store.iterdir():
        if path.name.isdigit() and int(path.name) not in due:
            shutil.rmtree(path, ignore_errors=True)
