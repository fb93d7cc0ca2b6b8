"""CSV files as spreadsheets really write them: with or without BOM, with semicolons or tabs, in GB18030 or UTF-16."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from shouwang.intake.rules import best_delimiter
from shouwang.intake.tables import Line, Table
from shouwang.refusal import Refusal

BLOCK = 1024 * 1024
DELIMITER_NAMES = {",": ",", ";": ";", "\t": "Tab"}


def open_text(path: Path, columns: Sequence[str]) -> Table:
    """Open a text file with delimiters. The whole file is read once first, to be sure of its encoding.

    Raises Refusal when it is not text, or its quotation marks do not close.
    """
    encoding, expected = encoding_of(path)
    # newline="" leaves line breaks inside quotation marks to the csv reader.
    stream = path.open(encoding=encoding, newline="")
    first = stream.readline()
    skipped = 0
    while first and not first.strip():
        first, skipped = stream.readline(), skipped + 1
    if first.strip().lower() in {"sep=,", "sep=;", "sep=\t", "sep="}:
        # A line that only tells a spreadsheet which delimiter follows.
        first, skipped = stream.readline(), skipped + 1
    delimiter = best_delimiter(first, columns)
    lines = _lines(chain([first], stream), delimiter, skipped)
    try:
        header = next(lines)
    except StopIteration:
        stream.close()
        raise Refusal("intake.file_empty", file=path.name) from None
    if header.fault:
        stream.close()
        raise header.fault
    table = Table(header.cells, _closing(lines, stream), max(expected - skipped - 1, 0))
    if encoding not in {"utf-8", "utf-8-sig"}:
        table.notes.append(Refusal("intake.read_as_encoding", encoding=encoding.upper()))
    if delimiter != ",":
        table.notes.append(Refusal("intake.read_with_delimiter", delimiter=DELIMITER_NAMES[delimiter]))
    return table


def encoding_of(path: Path) -> tuple[str, int]:
    """The encoding of a text file and its number of line ends: UTF-8, else UTF-16 by its mark, else GB18030.

    Raises Refusal when it is none of them.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        ends = _line_ends(path, encoding)
        if ends is not None:
            return encoding, ends
    raise Refusal("intake.not_text", file=path.name)


def _line_ends(path: Path, encoding: str) -> int | None:
    """How many lines end in the file; None when it is not text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    ends, last = 0, ""
    with path.open("rb") as file:
        try:
            for block in iter(lambda: file.read(BLOCK), b""):
                text = decoder.decode(block)
                if "\x00" in text:
                    return None
                ends += text.count("\n") or text.count("\r")
                last = text[-1:] or last
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return ends + (last not in "\r\n")


def _lines(stream: Iterator[str], delimiter: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            end = reader.line_num + skipped
            if end > number:
                # What stands between is swallowed, so the lines cannot be told apart: nothing of the file is sure.
                raise Refusal("intake.quote_not_closed", line=number, end=end) from None
            yield Line(number, [], Refusal("intake.quotes_broken", line=number))
            continue
        if any(map(str.strip, cells)):
            yield Line(number, cells)


def _closing(lines: Iterator[Line], stream: io.TextIOBase | io.TextIOWrapper) -> Iterator[Line]:
    with stream:
        yield from lines
