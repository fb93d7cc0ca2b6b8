"""The events of an epidemic in the order in which a city learns of them: one file for all before, then one a day."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO

from shouwang.site.demo.course import CHINA
from shouwang.site.demo.epidemic import COLUMNS

LAST_HOUR = time(22, 30)
"""When the last day of a demonstration stands still: the evening's temperatures are in, and the day is not over."""

ROWS_A_FILE = 250_000
"""Health events are checked against each other file by file, in memory."""


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time.min, CHINA)


def ends_of_chunks(known_until: datetime | None, first: date, last: date) -> list[datetime]:
    """Up to which moments events are to be loaded, one after the other: before `first`, then day by day to `last`.

    What is known already is left out.
    """
    moments = [start_of(first + timedelta(days=turn)) for turn in range((last - first).days + 1)]
    moments.append(datetime.combine(last, LAST_HOUR, CHINA))
    return [moment for moment in moments if known_until is None or moment > known_until]


@contextmanager
def written(
    rows: Iterable[tuple[str, ...]], known_until: datetime | None, ends: Sequence[datetime], folder: Path
) -> Iterator[list[list[Path]]]:
    """The rows after `known_until` in files, a list of files for each end; removed again when the block is left.

    Rows of one compound that name each other stay in one file or in files that come one after the other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    limits = [end.astimezone(CHINA).isoformat() for end in ends]
    known = known_until.astimezone(CHINA).isoformat() if known_until else ""
    portions = [_Portion(folder / f"health-events-{place:03d}") for place in range(len(ends))]
    try:
        with ExitStack() as stack:
            for row in rows:
                # Moments are all written with the offset of the city, so their texts sort as they do.
                place = bisect_right(limits, row[1])
                if row[1] >= known and place < len(ends):
                    portions[place].write(row, stack)
        yield [portion.paths for portion in portions]
    finally:
        for path in [path for portion in portions for path in portion.paths]:
            path.unlink(missing_ok=True)


class _Portion:
    """The files of one stretch of time; a new one is begun when a file is full."""

    def __init__(self, stem: Path) -> None:
        self.stem = stem
        self.paths: list[Path] = []
        self.file: TextIO | None = None
        self.rows = 0

    def write(self, row: Sequence[str], stack: ExitStack) -> None:
        if self.file is None or self.rows % ROWS_A_FILE == 0:
            self.paths.append(self.stem.with_name(f"{self.stem.name}-{len(self.paths):03d}.csv"))
            self.file = stack.enter_context(self.paths[-1].open("w", encoding="utf-8", newline=""))
            csv.writer(self.file, lineterminator="\n").writerow(COLUMNS)
        csv.writer(self.file, lineterminator="\n").writerow(row)
        self.rows += 1
