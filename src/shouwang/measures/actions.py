"""What rooms above and the day's schedule ask of measures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from shouwang.measures.compute import compute


def compute_figures(day: date, rooms: Collection[str] | None = None) -> dict[str, Any]:
    """Compute the figures of a day and answer what was counted, for the record of the job.

    With `rooms` only those over facts of these rooms, when the others have been counted already.

    It changes nothing that a person decided, so it is no deed of the journal; the job that calls it is recorded.
    """
    return compute(day, rooms).counts()
