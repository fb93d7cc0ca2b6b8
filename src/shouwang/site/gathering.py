"""Batches that arrive while others are being stored wait for each other and are stored together.

One transaction for many costs one flush of the log and one statement. Nobody waits for a clock: the first that comes
goes at once, and what came meanwhile goes next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from shouwang.gates.taking import Batch, Outcome

MOST = 1600
"""Passages in one transaction: eight of the largest batches."""


class _Seat:
    """A batch that waits, and what became of it."""

    __slots__ = ("batch", "called", "leads", "outcome")

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.outcome: Outcome | None = None
        self.leads = False
        self.called = threading.Lock()
        self.called.acquire()


class Gathering:
    """Stores what several threads bring, one group after another; `store` is called by one thread at a time."""

    def __init__(self, store: Callable[[list[Batch]], list[Outcome]]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: list[_Seat] = []
        self._busy = False

    def take(self, batch: Batch) -> Outcome:
        """What became of a batch, once it is durably stored."""
        seat = _Seat(batch)
        with self._lock:
            self._waiting.append(seat)
            seat.leads = not self._busy
            self._busy = True
        if not seat.leads:
            # Called when it is stored, or when it is this thread's turn to store.
            seat.called.acquire()
        if seat.outcome is None:
            self._lead()
        assert seat.outcome is not None
        return seat.outcome

    def _lead(self) -> None:
        """Store the group at the head of the queue, in which is the leader's own, and call the next leader."""
        group: list[_Seat] = []
        try:
            with self._lock:
                size = 0
                while self._waiting and (not group or size + len(self._waiting[0].batch.lines) <= MOST):
                    group.append(self._waiting.pop(0))
                    size += len(group[-1].batch.lines)
            outcomes = self._store([seat.batch for seat in group])
            for seat, outcome in zip(group, outcomes, strict=True):
                seat.outcome = outcome
        except BaseException as error:
            # Who waits is told even when this thread is being ended: none of them leads in its place.
            for seat in group:
                seat.outcome = error if isinstance(error, Exception) else ConnectionAbortedError("the server is ending")
            if not isinstance(error, Exception):
                raise
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            for seat in group:
                seat.called.release()
            if following is not None:
                following.called.release()
