"""Passages as a phone would send them."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

from shouwang import clock


def key(at: datetime | None = None, chance: random.Random | None = None) -> str:
    """A new UUIDv7 of a moment (now)."""
    chance = chance or random.Random()
    made = int((at or clock.now()).timestamp() * 1000)
    number = made << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def passage(at: datetime | None = None, **facts: Any) -> dict[str, Any]:
    """Somebody green who goes in, unless `facts` say otherwise."""
    moment = at or clock.now() - timedelta(minutes=1)
    return {
        "id": key(moment),
        "at": moment.isoformat(),
        "clock_offset_ms": 0,
        "direction": "in",
        "traveller": {"kind": "strip", "list": 18312, "idx": 4711, "cti": "AbCdEfGhIjk"},
        "temperature": "36.5",
        "second_temperature": None,
        "mask": True,
        "identity": True,
        "verdict": "pass",
        "reason": "green",
        "feed_sequence": 12,
        "policy_version": "1",
        "guard": None,
        "override": None,
        **facts,
    }


def body(*items: Any) -> bytes:
    """A batch as it goes over the wire."""
    return json.dumps(items).encode()
