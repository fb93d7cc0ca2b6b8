"""Rows of passages as arrays, one a column, for the statement that stores them.

Each array is written out as PostgreSQL reads it: a driver's own way of adapting lists costs more than the rows do to
store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shouwang.gates.own_look import contradicts_itself
from shouwang.gates.sent import Sent


@dataclass(frozen=True, slots=True)
class Line:
    """A readable item with where and when it is kept."""

    item: Sent
    day: int
    at_ms: int
    content: int


def columns(made: list[Line]) -> Iterable[str]:
    """The arrays in the order of the statement's parameters."""
    items = [line.item for line in made]
    people = [item.traveller for item in items]
    plain, quoted = _plain, _quoted
    yield plain(item.id for item in items)
    yield plain(line.day for line in made)
    yield plain(line.at_ms for line in made)
    yield plain(int(item.clock_offset_ms) for item in items)
    yield plain(item.direction for item in items)
    yield plain(one.kind for one in people)
    yield plain(one.list for one in people)
    yield plain(one.idx for one in people)
    yield plain(one.cti for one in people)
    yield plain(one.row for one in people)
    yield plain(item.temperature for item in items)
    yield plain(item.second_temperature for item in items)
    yield plain(item.mask for item in items)
    yield plain(item.identity for item in items)
    yield plain(item.verdict for item in items)
    yield plain(item.reason for item in items)
    yield plain(item.feed_sequence for item in items)
    yield quoted(None if item.policy_version is None else str(item.policy_version) for item in items)
    yield plain(item.guard for item in items)
    yield plain(item.override is not None for item in items)
    yield quoted(_detail(item) for item in items)
    yield plain(contradicts_itself(item) for item in items)
    yield plain(line.content for line in made)


def _plain(values: Iterable[object]) -> str:
    """An array of numbers, yes and no, and words that need no quotes (their pattern was checked)."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _quoted(values: Iterable[str | None]) -> str:
    return (
        "{"
        + ",".join(
            [
                "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
                for value in values
            ]
        )
        + "}"
    )


_detail_keys = ("phone_hash", "plate", "host", "company", "people", "purpose")


def _detail(item: Sent) -> str | None:
    """What only some passages have, as JSON; None for most."""
    told: dict[str, Any] = {}
    for key in _detail_keys:
        value = getattr(item.traveller, key)
        if value is not None:
            told[key] = value
    if item.override is not None:
        told["override"] = item.override.reason
    return json.dumps(told, ensure_ascii=False) if told else None
