"""The rows that were refused, as a file to correct and send again: `FILE.refused.csv`."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shouwang.intake.rules import harmless
from shouwang.refusal import Refusal

OWN_COLUMNS = ("line", "column", "reason_zh", "reason_en")


@dataclass(frozen=True)
class RefusedRow:
    """One refused row: the line it begins on, the column at fault ("" when it is the row as a whole), and why."""

    line: int
    column: str
    reason_zh: str
    reason_en: str
    code: str

    @classmethod
    def of(cls, line: int, refusal: Refusal) -> RefusedRow:
        """A refusal put into words; the next step is part of the reason, as the file has one column for both."""
        return cls(
            line,
            refusal.field or "",
            f"{refusal.words('zh')}{refusal.next_step('zh')}",
            f"{refusal.words('en')} {refusal.next_step('en')}".strip(),
            refusal.code,
        )


def path_for(path: Path) -> Path:
    """Where the refused rows of a file go: next to it."""
    return path.with_name(path.name + ".refused.csv")


class RefusedFile:
    """Writes refused rows as they come; the file appears under its name only when all is written.

    UTF-8 with a BOM, since that is what makes spreadsheets show Chinese; cells that a spreadsheet would run as formulas
    get an apostrophe before them.
    """

    def __init__(self, source: Path, header: Sequence[str]) -> None:
        self.path = path_for(source)
        self._part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        self._header = [cell.strip() for cell in header]
        self._file: IO[str] | None = None

    def write(self, refused: Iterable[tuple[RefusedRow, Sequence[str]]]) -> None:
        """Add rows, each with its original cells. Raises Refusal when the folder cannot be written to."""
        for row, cells in refused:
            if self._file is None:
                try:
                    # Refused rows hold what people wrote about people: for the eyes of their owner only.
                    handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                except OSError as error:
                    raise Refusal(
                        "intake.refused_file_unwritable", file=self.path.name, reason=error.strerror
                    ) from error
                self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
                self._writer = csv.writer(self._file)
                self._writer.writerow([*OWN_COLUMNS, *map(harmless, self._header)])
            self._writer.writerow([row.line, *map(harmless, [row.column, row.reason_zh, row.reason_en, *cells])])

    def keep(self) -> Path | None:
        """Put the file under its name. Without refused rows there is none, and one of an earlier try is removed."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
            return None
        self._file.close()
        os.replace(self._part, self.path)
        return self.path

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(OSError):
                self._part.unlink()
