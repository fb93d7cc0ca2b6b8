"""Lists as tables: columns that say what they hold, sorting by link, pages, and an empty state that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.core.paginator import Page

from shouwang.ui import quantities, times

Kind = Literal["text", "number", "percent", "moment", "day", "pill"]


@dataclass(frozen=True)
class Column:
    """One column: `key` names the attribute or dictionary key of a row, `kind` how it is written.

    `percent` takes (part, whole); `pill` a state or (state, word); `text` is escaped unless it is SafeString. `sort` is
    the name used in `?sort=`; `href` gives the address a cell leads to; `row_header` marks what names the row.
    """

    key: str
    label: str
    kind: Kind = "text"
    sort: str = ""
    unit: str = ""
    href: Callable[[Any], str] | None = None
    row_header: bool = False


@dataclass(frozen=True)
class Empty:
    """What stands where the rows would: what is missing and what to do about it."""

    text: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell ready to be shown; `value` is text, a (state, word) pair for pills, or (rate, part, whole)."""

    column: Column
    value: Any
    href: str = ""
    known: bool = True


@dataclass
class Table:
    """A whole table. `rows` may be any iterable; give `page` instead to have page links below.

    `sort` is the present order as in the query ("-cases" is descending). `stack` turns rows into cards on a phone
    (for lists of things); otherwise the table scrolls sideways in a region that takes focus (for dense figures).
    """

    caption: str
    columns: Sequence[Column]
    rows: Iterable[Any] = ()
    empty: Empty | None = None
    sort: str = ""
    page: Page | None = None
    stack: bool = True
    numbered: bool = False

    def lines(self) -> list[list[Cell]]:
        """The rows as cells, in column order."""
        return [[self._cell(column, row) for column in self.columns] for row in self.page or self.rows]

    def _cell(self, column: Column, row: Any) -> Cell:
        raw = row.get(column.key) if isinstance(row, dict) else getattr(row, column.key)
        href = column.href(row) if column.href else ""
        value: Any = raw
        match column.kind:
            case "number":
                value = quantities.number(raw)
            case "percent":
                part, whole = raw if raw is not None else (None, None)
                value = (quantities.percent(part, whole), quantities.number(part), quantities.number(whole))
            case "moment":
                value = times.moment(raw)
            case "day":
                value = times.day(raw)
            case "pill":
                value = raw if isinstance(raw, tuple) or raw is None else (raw, "")
        known = raw is not None and raw != "" and not (column.kind == "percent" and value[0] == quantities.NONE)
        return Cell(column, value, href, known)
