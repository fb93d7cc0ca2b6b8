"""What the command room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class StageDeclared:
    """A stage was declared for an area from a day on."""

    area_path: str
    stage: str
    from_day: date


@dataclass(frozen=True)
class RiskDeclared:
    """A risk level was declared for an area from a day on."""

    area_path: str
    level: str
    from_day: date
