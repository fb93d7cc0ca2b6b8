"""What the codes room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shouwang.codes.policy import Colour


@dataclass(frozen=True)
class Turn:
    """One person's colour turned, from one to another, at a moment of the past or the present."""

    person_id: int
    at: datetime
    was: Colour
    became: Colour


@dataclass(frozen=True)
class ColourChanged:
    """Colours turned. Announced in portions after commit; `decided_at` tells news from history that was taken in."""

    turns: tuple[Turn, ...]
    decided_at: datetime


@dataclass(frozen=True)
class ExceptionChanged:
    """A permission to pass as an exception was granted or ended for somebody who lives at `area_path`."""

    person_id: int
    area_path: str
