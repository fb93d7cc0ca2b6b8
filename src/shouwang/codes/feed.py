"""Writing the status feed: immutable files, and one `head` that names the newest.

A list is brought to where the rows stand (feed_facts.py); if anything differs it gets the next sequence: a snapshot,
deltas from the last sequences, and then the head, each file whole before the next names it. Killed at any moment and
started again, it reads its own newest files, asks the rows again, and goes on. One process writes; any server serves.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings

from shouwang import clock
from shouwang.codes import code_keys, cose, feed_facts, feed_paths, indexes, issuing, keeping_keys
from shouwang.codes.feed_documents import Head, Stand, make_head
from shouwang.codes.feed_files import ListFiles, put_file, swept
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

HEARTBEAT_SECONDS = 8.0
"""The head is written anew at least so often: gates are promised ten seconds."""
BETWEEN_CHANGES_SECONDS = 1.0
ADDRESSES_EVERY_SECONDS = 1.0
"""A phone that was told a new address asks there at once."""
TENDED_EVERY_SECONDS = 600.0
ALL_AGAIN_SECONDS = 3600.0
"""So often every list is compared with all rows, although each change is seen as it comes."""
READY_BEFORE = timedelta(minutes=10)
"""Tomorrow's list is there before the first strip is read on it."""

log = structlog.get_logger("shouwang.feed")


class Feed:
    """The one writer of a feed folder. `tick` is called a few times a second."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.FEED_DIR)
        self.store = self.folder / "store"
        self.store.mkdir(parents=True, exist_ok=True)
        (self.folder / "v1").mkdir(exist_ok=True)
        self._lock = self._alone()
        self.lists: dict[int, ListFiles] = {}
        self.mark = feed_facts.Mark()
        self.coming: list[tuple[datetime, int]] = []
        self.links: list[str] | None = None
        self.due: list[int] = []
        self.beat_at = self.changed_at = self.tended_at = self.all_at = self.linked_at = float("-inf")

    def close(self) -> None:
        """Let another process write."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def tick(self) -> bool:
        """Do what is due: keys, addresses, lists, head. Answers whether the head was written."""
        now, ticks = clock.now(), time.monotonic()
        if ticks - self.tended_at >= TENDED_EVERY_SECONDS:
            self.tended_at = ticks
            keeping_keys.tend(by=Actor.system("codes.feed"))
        signer = code_keys.signer("status", now)
        changed = False
        if ticks - self.changed_at >= BETWEEN_CHANGES_SECONDS:
            changed = self._bring_up_to_date(now, ticks, signer)
        if changed:
            self.changed_at = ticks
        if changed or ticks - self.beat_at >= HEARTBEAT_SECONDS:
            self._beat(now, signer)
            self.beat_at = self.linked_at = ticks
            return True
        if ticks - self.linked_at >= ADDRESSES_EVERY_SECONDS:
            self._link(feed_paths.live(now))
            self.linked_at = ticks
        return False

    def _bring_up_to_date(self, now: datetime, ticks: float, signer: cose.Signer) -> bool:
        """Make lists, statuses and signatures what they should be. Answers whether any list has a new sequence."""
        changed = False
        before, self.mark = self.mark, feed_facts.look()
        again = ticks - self.all_at >= ALL_AGAIN_SECONDS
        if again:
            self.all_at = ticks
            self.coming = feed_facts.coming_after(now)
            heapq.heapify(self.coming)
        people = set() if again else self._people_since(before, now)
        secret = code_keys.ring().index_secret
        for number in self._due(now):
            files = self.lists.get(number)
            if files is None:
                files = self.lists[number] = ListFiles(self.store / str(number), number)
                changed |= files.bring(*feed_facts.statuses(number, secret, now), now, signer, whole=True)
            elif again:
                changed |= files.bring(*feed_facts.statuses(number, secret, now), now, signer, whole=True)
            elif people:
                changed |= files.bring(*feed_facts.statuses(number, secret, now, people), now, signer, whole=False)
        return self._signed_anew(now, signer) or changed

    def _people_since(self, before: feed_facts.Mark, now: datetime) -> set[int]:
        """Who may have another status than at the last look: by new rows, or by rows whose moment has come."""
        people: set[int] = set()
        if before != self.mark:
            people, coming = feed_facts.people_since(before, self.mark)
            for since, person in coming:
                if since > now:
                    heapq.heappush(self.coming, (since, person))
        while self.coming and self.coming[0][0] <= now:
            people.add(heapq.heappop(self.coming)[1])
        return people

    def _due(self, now: datetime) -> list[int]:
        """The lists that live now, and the next day's from shortly before; those that are over are taken away."""
        days = {*indexes.live_day_lists(now), *indexes.live_day_lists(now + READY_BEFORE)}
        due = sorted(days) + indexes.live_card_lists(now, issuing.CARD_LASTS)
        if due != self.due:
            for number in self.lists.keys() - set(due):
                del self.lists[number]
            swept(self.store, due)
            self.due = due
        return due

    def _signed_anew(self, now: datetime, signer: cose.Signer) -> bool:
        """Sign again what was signed by a key that is believed no more, or so long ago that it runs out."""
        believed = {key.kid for key in code_keys.ring().keys if key.stands_at(now)}
        old = [files for files in self.lists.values() if files.signed_by.hex() not in believed or files.is_old(now)]
        for files in old:
            files.renew(now, signer)
        return bool(old)

    def _beat(self, now: datetime, signer: cose.Signer) -> None:
        """Write trust list, addresses and head, the head last."""
        trusted = code_keys.ring().trust_list()
        place = self.store / "trust"
        if not place.exists() or place.read_bytes() != trusted:
            put_file(place, trusted)
        feed_paths.current(now)
        self._link(feed_paths.live(now))
        stands = tuple(Stand(files.number, files.sequence, files.hash) for _, files in sorted(self.lists.items()))
        put_file(self.store / "head", make_head(signer, Head(int(now.timestamp()), stands)))
        for files in self.lists.values():
            files.sweep()

    def _link(self, capabilities: Sequence[str]) -> None:
        """Every live address leads to the one store; the others are gone."""
        if list(capabilities) == self.links:
            return
        folder = self.folder / "v1"
        for old in folder.iterdir():
            if old.name not in capabilities:
                old.unlink()
        for name in capabilities:
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(Path("..") / "store", target_is_directory=True)
        self.links = list(capabilities)

    def _alone(self) -> int:
        """Two writers would number different lists with the same sequences."""
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Refusal("codes.feed_busy", status=500, path=str(self.folder)) from None
        return lock
