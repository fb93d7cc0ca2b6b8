"""Templates to fill in: the header of a kind and one example row, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io

import xlsxwriter
from django.utils.translation import gettext as _

from shouwang.intake.kinds import Kind

ROWS_AS_TEXT = 1_048_575
"""The last row of a sheet: its columns are text from top to bottom."""


def as_csv(kind: Kind) -> bytes:
    """The template as CSV, with the mark by which spreadsheets know UTF-8."""
    sink = io.StringIO()
    csv.writer(sink).writerows([kind.columns, _examples(kind)])
    return sink.getvalue().encode("utf-8-sig")


def as_workbook(kind: Kind) -> bytes:
    """The template as XLSX: every column is text, so that no ID number loses its digits and no code its zeros.

    A second sheet says what each column holds.
    """
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    sheet = book.add_worksheet(_("Rows")[:31])
    sheet.set_column(0, len(kind.columns) - 1, 18, text)
    sheet.write_row(0, 0, kind.columns, head)
    sheet.write_row(1, 0, _examples(kind), text)
    sheet.freeze_panes(1, 0)
    help_sheet = book.add_worksheet(_("Columns")[:31])
    help_sheet.set_column(0, 0, 18)
    help_sheet.set_column(1, 1, 90)
    for place, column in enumerate(kind.columns):
        explained = kind.explained.get(column)
        help_sheet.write_row(place, 0, [column, str(explained.words) if explained else ""])
    book.close()
    return sink.getvalue()


def _examples(kind: Kind) -> list[str]:
    return [kind.explained[column].example if column in kind.explained else "" for column in kind.columns]
