"""Reading cells and headers: pure decisions about text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from shouwang.intake.policy import EXACT_NUMBER
from shouwang.refusal import Refusal

FORMULA_STARTS = frozenset("=+-@＝＋－＠\t\r")
"""What makes a spreadsheet run a cell. The wide forms count too: spreadsheets set to Chinese read them alike."""

_SIGNED_NUMBER = re.compile(r"[+-](\d[\d .]*|\.\d+)?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this cell when somebody opens the file: =1+1, @SUM(…), -cmd, +cmd.

    A signed number, a phone with its country (+86 138 …) and a lone dash are not formulas.
    """
    return text[:1] in FORMULA_STARTS and text != "" and not _SIGNED_NUMBER.fullmatch(text)


def harmless(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would run it."""
    return "'" + text if is_formula(text) else text


def column_name(text: str) -> str:
    """A header cell as a column name: `" Birth Date"` and `BIRTH_DATE` are both `birth_date`."""
    return "_".join(text.strip().strip("\ufeff\u200b").replace("-", " ").casefold().split())


def header_places(header: Sequence[str], columns: Sequence[str]) -> list[int]:
    """For each wanted column, its place in the header.

    Raises Refusal naming columns that are missing, unknown or there twice. Empty cells at the end (left over from
    deleted columns) count as nothing.
    """
    names = [column_name(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    missing = [column for column in columns if column not in names]
    unknown = [header[place].strip() or f"({place + 1})" for place, name in enumerate(names) if name not in columns]
    doubled = sorted({name for name in names if name in columns and names.count(name) > 1})
    wanted = ",".join(columns)
    if missing:
        raise Refusal("intake.columns_missing", missing=", ".join(missing), wanted=wanted)
    if unknown:
        raise Refusal("intake.columns_unknown", unknown=", ".join(unknown), wanted=wanted)
    if doubled:
        raise Refusal("intake.columns_doubled", doubled=", ".join(doubled), wanted=wanted)
    return [names.index(column) for column in columns]


def best_delimiter(line: str, columns: Sequence[str]) -> str:
    """The delimiter (comma, semicolon, tab) under which a header line holds most of the wanted columns."""

    def found(delimiter: str) -> int:
        return len({column_name(cell.strip('" ')) for cell in line.split(delimiter)} & set(columns))

    return max(",;\t", key=found)


def cell_text(value: object) -> str:
    """A workbook's cell as the text a CSV would hold: 420102 for 420102.0, 2020-02-10 for a day, 09:30:00 for a time.

    Raises Refusal for a number so long that the spreadsheet has already lost its last digits, and for a zero byte,
    which no database text holds.
    """
    if isinstance(value, str):
        if "\x00" in value:
            raise Refusal("intake.cell_unreadable", value=value.replace("\x00", "")[:40])
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if abs(value) >= EXACT_NUMBER:
            raise Refusal("intake.number_lost_digits", value=f"{value:.0f}")
        return str(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        # Spreadsheets keep times as fractions of a day, so a minute comes back a few microseconds off.
        rounded = (value + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == datetime.time() else rounded.isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    raise Refusal("intake.cell_unreadable", value=str(value))
