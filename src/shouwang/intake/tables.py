"""A file as a table: a header and lines of text cells, whatever kind of file it was."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shouwang.refusal import Refusal

OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
"""The first bytes of .xls, and of .xlsx files that are locked with a password."""


@dataclass(slots=True)
class Line:
    """One line: where it begins (lines and sheet rows count from 1) and its cells.

    `fault` is why it cannot be read, and `place` the cell at fault (from 0), where that is known.
    """

    number: int
    cells: list[str]
    fault: Refusal | None = None
    place: int | None = None


@dataclass
class Table:
    """A table that is being read. `lines` gives each line once, without the header and without empty lines.

    `expected` is the number of lines a progress bar counts to, an estimate. `notes` are what the reader of the report
    should know about how the file was read; they are no faults.
    """

    header: list[str]
    lines: Iterator[Line]
    expected: int
    notes: list[Refusal] = field(default_factory=list)


def sha256(path: Path) -> str:
    """The fingerprint of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_table(path: Path, columns: Sequence[str]) -> Table:
    """Open a file by what it is, not by what it is called. `columns` help to tell the delimiter.

    Raises Refusal when it is neither text with delimiters nor an XLSX workbook, or is broken.
    """
    # Each reader imports Table from here.
    from shouwang.intake import text_tables, workbooks

    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise Refusal("intake.file_unreadable", file=path.name, reason=error.strerror or str(error)) from error
    if not start.strip():
        raise Refusal("intake.file_empty", file=path.name)
    if start == OLD_WORKBOOK:
        raise Refusal("intake.old_workbook", file=path.name)
    if start[:4] == b"PK\x03\x04":
        if not zipfile.is_zipfile(path):
            raise Refusal("intake.workbook_broken", file=path.name)
        return workbooks.open_workbook(path)
    return text_tables.open_text(path, columns)
