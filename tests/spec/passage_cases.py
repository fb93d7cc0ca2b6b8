"""The cases of specs/passage as they are to be given to a decision: defaults, what a file gives, what a case changes.

`gate-app/test/passage_cases.ts` reads them in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from shouwang.gates.passage import Passage
from shouwang.gates.policy import Direction, PassagePolicy
from shouwang.gates.rules import decide_passage
from shouwang.gates.traveller import Gate, Traveller

FOLDER = Path(__file__).parents[2] / "specs" / "passage"
DEFAULTS = json.loads((FOLDER / "defaults.json").read_text(encoding="utf-8"))
TIMES = frozenset(
    {
        "at",
        "issued",
        "expires",
        "feed_at",
        "status_at",
        "roster_at",
        "roster_expires",
        "valid_from",
        "valid_until",
        "back",
        "until",
        "exception_until",
    }
)
RELATIVE = re.compile(r"now([+-][0-9]+)?")


@dataclass(frozen=True)
class Given:
    """What a decision is asked, as plain data."""

    policy: dict[str, Any] | None
    traveller: dict[str, Any]
    gate: dict[str, Any]
    direction: str
    at: int

    def decided(self) -> Passage:
        """The answer in Python."""
        policy = None if self.policy is None else PassagePolicy.from_json(self.policy)
        traveller = msgspec.convert(self.traveller, Traveller)
        gate = msgspec.convert(self.gate, Gate)
        return decide_passage(policy, traveller, gate, Direction(self.direction), self.at)


def merged(below: Any, above: Any) -> Any:
    """Objects key by key; anything else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below[key], each) if key in below else each for key, each in above.items()}}
    return above


def seconds(value: Any, now: int) -> Any:
    """`now-120` and ISO texts as unix seconds; numbers and null as they are."""
    if not isinstance(value, str):
        return value
    if (found := RELATIVE.fullmatch(value)) is not None:
        return now + int(found[1] or 0)
    return int(datetime.fromisoformat(value).timestamp())


def timed(data: Any, now: int) -> Any:
    """The same data with every time as unix seconds."""
    if isinstance(data, dict):
        return {key: seconds(each, now) if key in TIMES else timed(each, now) for key, each in data.items()}
    if isinstance(data, list):
        return [timed(each, now) for each in data]
    return data


def given(file: dict[str, Any], case: dict[str, Any]) -> Given:
    """What a case asks, with nothing left out."""
    whole = merged(merged(DEFAULTS, file["given"]), {key: case[key] for key in case.keys() & DEFAULTS.keys()})
    each, policy, traveller = whole["each"], whole["policy"], whole["traveller"]
    policy["permits"] = [merged(each["permit"], permit) for permit in policy["permits"]]
    for permit in policy["permits"]:
        permit["windows"] = [merged(each["window"], window) for window in permit["windows"]]
    policy["exceptions"] = [merged(each["exception"], one) for one in policy["exceptions"]]
    policy["earlier"] = [merged(each["earlier"], one) for one in policy["earlier"]]
    policy["hours"] = [merged(each["window"], window) for window in policy["hours"]]
    traveller["people"] = [merged(each["person"], person) for person in traveller["people"]]
    traveller["temperatures"] = [merged(each["temperature"], one) for one in traveller["temperatures"]]
    traveller["earlier"] = [merged(each["earlier"], one) for one in traveller["earlier"]]
    now = seconds(whole["at"], 0)
    return Given(timed(policy, now), timed(traveller, now), timed(whole["gate"], now), whole["direction"], now)


def expected(case: dict[str, Any], now: int) -> dict[str, Any]:
    """What the case says of the answer."""
    found: dict[str, Any] = timed(case["gives"], now)
    return found


def files() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every file of cases with its name."""
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem != "defaults":
            yield path.stem, json.loads(path.read_text(encoding="utf-8"))
