"""What a measure is, once read from its YAML entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shouwang.measures.words import Words

Better = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How facts become a number: `count` of rows, `distinct` values of a column, `sum` of a column, or days since the
    `latest` moment in a column. Up the tree counts and sums add, distinct values unite, the latest moment wins."""

    kind: Literal["count", "distinct", "sum", "latest"]
    column: str = ""

    @property
    def is_countable(self) -> bool:
        """Whether the list of facts behind a figure is as long as the figure is large."""
        return self.kind in {"count", "distinct"}


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter of the catalogue: one definitions file."""

    id: str
    title: Words
    order: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted. `counts` says exactly what; `where` is the same as a condition over the dataset.

    `better` is the good direction. `denominator` names the measure it is a share of. `headline` is its place among the
    headline figures, 0 when it is none of them.
    """

    id: str
    group: str
    title: Words
    counts: Words
    why: Words
    unit: Words
    dataset: str
    aggregate: Aggregate
    where: str = "true"
    better: Better = "none"
    denominator: str = ""
    headline: int = 0

    @property
    def room(self) -> str:
        """The room whose facts are counted."""
        return self.dataset.partition(".")[0]

    @property
    def better_for_ui(self) -> str:
        """The good direction as cards of figures want it: "up", "down" or ""."""
        return "" if self.better == "none" else self.better
