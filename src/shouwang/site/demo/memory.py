"""What a demonstration has put into a data folder already, so that a second run does only what is missing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

FILE = "demo.json"


@dataclass
class Memory:
    """The city of a data folder: scale, seed, what was loaded, and until when its events are in."""

    path: Path
    scale: float
    seed: int
    loaded: list[str] = field(default_factory=list)
    events_until: str = ""
    days: dict[str, str] = field(default_factory=dict)
    """Day → the moment up to which its events were in when it was last run."""

    @classmethod
    def read(cls, data_dir: Path) -> Memory | None:
        """What the folder remembers; None when no demonstration was ever made in it."""
        path = data_dir / FILE
        if not path.exists():
            return None
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(path, **told)

    def save(self) -> None:
        """Write it down, whole or not at all."""
        told = asdict(self)
        del told["path"]
        draft = self.path.with_name(FILE + ".part")
        draft.write_text(json.dumps(told, indent=1), encoding="utf-8")
        draft.replace(self.path)

    def has(self, what: str) -> bool:
        """Whether something was loaded."""
        return what in self.loaded

    def add(self, what: str) -> None:
        """Something was loaded now."""
        self.loaded.append(what)
        self.save()

    @property
    def until(self) -> datetime | None:
        """The moment up to which all events are in."""
        return datetime.fromisoformat(self.events_until) if self.events_until else None

    def needs_run(self, day: date) -> bool:
        """Whether the day was never run, or more of its events came in since."""
        ran = self.days.get(day.isoformat())
        if ran is None:
            return True
        return datetime.fromisoformat(ran).date() <= day and ran != self.events_until
