"""What a gate does with the feed, in Python: for tests, simulated gates and whoever writes another gate.

It believes nothing that is not signed by a key of the trust list with use `status`, and takes no list whose hash is
not the one that the head names.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shouwang.codes import cose, feed_documents, trust
from shouwang.codes.feed_documents import Head, Stand
from shouwang.codes.status_list import StatusList
from shouwang.refusal import Refusal

TRUST_SECONDS = 60
"""A key that was taken off the list is unknown to every gate after so long."""


class StatusReader:
    """Follows the feed. `fetch(name)` answers the bytes of a file below the feed's address; None: there is none."""

    def __init__(self, root: bytes, fetch: Callable[[str], bytes | None]) -> None:
        self.root = cose.public_of(root)
        self.fetch = fetch
        self.trusted: trust.TrustList | None = None
        self.trust_looked_at = 0
        self.head: Head | None = None
        self.lists: dict[int, StatusList] = {}
        self.stands: dict[int, Stand] = {}
        self.taken = {"trust": 0, "snapshot": 0, "delta": 0}

    @property
    def time(self) -> int | None:
        """The trusted time: when the newest head was signed."""
        return self.head.iat if self.head else None

    def status(self, list_number: int, idx: int) -> int | None:
        """The status at a place; None where the list is not there."""
        found = self.lists.get(list_number)
        return None if found is None else int(found.at(np.array([idx], np.uint32))[0])

    def poll(self, moment: int) -> bool:
        """Look at the head once, and take what is new. Answers whether it was a head that could be read.

        A Refusal when something is signed wrongly; what was there before stays as it is.
        """
        message = self.fetch("head")
        if message is None:
            return False
        head = self._head(message, moment)
        if self.head is not None and head.iat < self.head.iat:
            raise Refusal("codes.feed_older", iat=head.iat, seen=self.head.iat)
        for stand in head.stands:
            if self.stands.get(stand.list) != stand:
                self._take(stand, moment)
        for gone in self.lists.keys() - {stand.list for stand in head.stands}:
            del self.lists[gone], self.stands[gone]
        self.head = head
        return True

    def _head(self, message: bytes, moment: int) -> Head:
        """The head under the keys known; where they do not suffice, under the trust list as it is now."""
        if self.trusted is None or not 0 <= moment - self.trust_looked_at < TRUST_SECONDS:
            self.take_trust()
            self.trust_looked_at = moment
        try:
            return feed_documents.read_head(message, self._resolver(moment))
        except Refusal as refusal:
            if refusal.code != "codes.cose_unknown_key":
                raise
            self.take_trust()
            return feed_documents.read_head(message, self._resolver(moment))

    def take_trust(self) -> None:
        """Read the trust list; one with a smaller counter than seen is refused."""
        message = self.fetch("trust")
        if message is not None:
            seen = self.trusted.counter if self.trusted else 0
            self.trusted = trust.read_trust_list(message, self.root, counter_at_least=seen)
            self.taken["trust"] += 1

    def _resolver(self, moment: int) -> Callable[[bytes | None], cose.Key | None]:
        return self.trusted.resolver(moment) if self.trusted else lambda _kid: None

    def _take(self, wanted: Stand, moment: int) -> None:
        """Bring a list to where the head says it stands: by the delta from here if there is one, else whole."""
        known = self.stands.get(wanted.list)
        if known is not None:
            message = self.fetch(f"{wanted.list}/{known.sequence}-{wanted.sequence}.delta")
            if message is not None and self._apply(message, known, wanted, moment):
                return
        message = self.fetch(f"{wanted.list}/{wanted.sequence}.snapshot")
        if message is None:
            return
        snapshot = feed_documents.read_snapshot(message, self._resolver(moment))
        if snapshot.stand != wanted:
            raise Refusal("codes.feed_malformed", reason="the snapshot is not the one that the head names")
        self.lists[wanted.list] = snapshot.statuses()
        self.stands[wanted.list] = wanted
        self.taken["snapshot"] += 1

    def _apply(self, message: bytes, known: Stand, wanted: Stand, moment: int) -> bool:
        delta = feed_documents.read_delta(message, self._resolver(moment))
        leads = (delta.list, delta.since, delta.hash_before, delta.to, delta.hash_after)
        if leads != (known.list, known.sequence, known.hash, wanted.sequence, wanted.hash):
            return False
        changed = StatusList(self.lists[known.list].packed.tobytes())
        changed.put(delta.places, delta.statuses)
        if changed.hash() != wanted.hash:
            return False
        self.lists[known.list] = changed
        self.stands[known.list] = wanted
        self.taken["delta"] += 1
        return True
