"""What the health room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EvidenceRecorded:
    """Facts were recorded, corrected or withdrawn about these people, the earliest of them true since `since`.

    A file is announced in portions, so that no listener is handed a city at once.
    """

    person_ids: tuple[int, ...]
    since: datetime
