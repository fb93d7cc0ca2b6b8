"""How far a file is, written down where others can see it while the file's own transaction is still open."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connection

from shouwang.intake.policy import SECONDS_BETWEEN_PROGRESS

RUNNING_LOCK = 0x5357_5055
"""Advisory lock held, per take-in, by the connection that shows progress. It ends with the process, however that
ends, so a take-in that says `running` while nobody holds its lock was interrupted."""


class Progress:
    """Shows the progress of one take-in through a second connection, at most twice a second.

    With a block around it, so that the connection is closed. The row must have been committed for others to see it;
    inside somebody else's transaction the progress stays unseen, which does no harm.
    """

    def __init__(self, take_in: int, tell: Callable[[int], None] | None = None) -> None:
        self._take_in, self._tell = take_in, tell
        self._next = time.monotonic() + SECONDS_BETWEEN_PROGRESS
        self._connection: Any = connection.copy()

    def __enter__(self) -> Progress:
        self._execute("select pg_advisory_lock(%s, %s)", [RUNNING_LOCK, self._take_in])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def expect(self, rows: int) -> None:
        """Say how many rows there will be, as far as one can know before reading them."""
        self._execute("update intake_takein set rows = %s where id = %s", [rows, self._take_in])

    def at(self, done: int, *, now: bool = False) -> None:
        """So many rows are done. Written down when it is time, or `now`."""
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_PROGRESS
        self._execute("update intake_takein set rows_done = %s where id = %s", [done, self._take_in])
        if self._tell is not None:
            self._tell(done)

    def _execute(self, statement: str, values: list[int]) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
