"""What the certification room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertificationChanged:
    """Units stand otherwise: their paths. What was allowed because they were named is to be looked at again."""

    area_paths: tuple[str, ...]
    decided_at: datetime
