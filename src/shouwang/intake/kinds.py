"""What can be taken in: each room registers its kinds, with their columns and what a row becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shouwang.intake.policy import ROWS_A_BATCH
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: `line` is the line (or sheet row) it begins on, `values` the stripped text by column."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class Context:
    """In what circumstances a file is taken in. `scope_path` "" means that no place is out of bounds."""

    by: Actor
    scope_path: str
    dry_run: bool
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What a batch came to: rows new, rows already there with the same content, rows refused.

    `notes` are what the reader of the report should know besides; they are no faults.
    """

    taken: int = 0
    unchanged: int = 0
    refused: list[tuple[Row, Refusal]] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


class Loader(Protocol):
    """What a room does with the rows of one file. A new one is made for every file, inside its transaction."""

    def read(self, row: Row) -> Any:
        """The record a row stands for. Raises Refusal(code, field=column, …) when the row alone shows it is wrong."""

    def load(self, records: list[tuple[Row, Any]]) -> Outcome:
        """Store a batch. What was stored before with the same content is unchanged, with other content refused."""


@dataclass(frozen=True)
class Column:
    """A column as the page explains it: in words, with an example, and whether a row may leave it empty."""

    words: Any
    example: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of file. Every column must be in the header (values may be empty); others are refused by name.

    `deed` is the power needed; `key` names the columns that identify a row, so that a second row with the same
    values is refused naming the first; `batch` None gives the loader the whole file at once, for kinds whose rows
    may speak of later rows. `explained` tells the page what each column holds.
    """

    name: str
    title: Any
    columns: tuple[str, ...]
    deed: str
    loader: Callable[[Context], Loader]
    batch: int | None = ROWS_A_BATCH
    key: tuple[str, ...] = ()
    explained: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        strange = (set(self.key) | set(self.explained)) - set(self.columns)
        if strange:
            raise ValueError(f"kind {self.name}: {sorted(strange)} are not among its columns")


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known (from the room's apps.ready). Registering a name again replaces it, as a reload does."""
    _kinds[kind.name] = kind
    return kind


def get(name: str) -> Kind:
    """The kind with a name. Raises Refusal intake.no_such_kind naming those there are."""
    try:
        return _kinds[name]
    except KeyError:
        raise Refusal("intake.no_such_kind", status=404, kind=name, kinds=", ".join(sorted(_kinds))) from None


def every() -> list[Kind]:
    """All kinds, in the order in which the rooms registered them: places first, then people, then what befell them."""
    return list(_kinds.values())
