"""What rooms above and the day's schedule ask of measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from shouwang.measures.compute import compute


def compute_figures(day: date) -> dict[str, Any]:
    """Compute the figures of a day and answer what was counted, for the record of the job.

    It changes nothing that a person decided, so it is no deed of the journal; the job that calls it is recorded.
    """
    return compute(day).counts()
