"""What the residents' room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PersonMoved:
    """A person lives elsewhere from `day` on. Their present facts belong to `new_path` now; past ones stay."""

    person_id: int
    old_area_id: int
    old_path: str
    new_area_id: int
    new_path: str
    day: date
