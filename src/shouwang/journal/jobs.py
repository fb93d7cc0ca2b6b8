"""Runs of jobs: each is recorded with how it ended, so that the page of the day can say what ran and what did not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from shouwang import clock
from shouwang.journal.models import JobRun


@contextlib.contextmanager
def recorded(job: str, day: date) -> Iterator[dict[str, Any]]:
    """Record a run of `job` for `day`. The block fills the yielded dict with what it counted."""
    run = JobRun.objects.create(job=job, day=day, started_at=clock.now(), detail={})
    counts: dict[str, Any] = {}
    try:
        yield counts
    except BaseException as error:
        run.state, run.detail = "failed", {**counts, "error": type(error).__name__}
        raise
    else:
        run.state, run.detail = "done", counts
    finally:
        run.finished_at = clock.now()
        run.save()


def done_since(job: str, day: date, since: datetime | None = None) -> bool:
    """Whether a run of `job` for `day` ended well (at or after `since`)."""
    runs = JobRun.objects.filter(job=job, day=day, state="done")
    return (runs.filter(finished_at__gte=since) if since else runs).exists()
