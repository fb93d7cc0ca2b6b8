"""Rows of passages as arrays, one a column, for the statement that stores them.

Each array is written out as PostgreSQL reads it: a driver's own way of adapting lists costs more than the rows do to
store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from shouwang.gates.own_look import contradicts_itself
from shouwang.gates.sent import Sent


class Line(msgspec.Struct, gc=False):
    """A readable item with where and when it is kept."""

    item: Sent
    day: int
    at_ms: int
    content: int


def columns(made: list[Line]) -> list[str]:
    """The arrays in the order of the statement's parameters."""
    items = [line.item for line in made]
    people = [item.traveller for item in items]
    return [
        _words([item.id for item in items]),
        _numbers([line.day for line in made]),
        _numbers([line.at_ms for line in made]),
        _numbers([int(item.clock_offset_ms) for item in items]),
        _words([item.direction for item in items]),
        _words([one.kind for one in people]),
        _numbers([one.list for one in people]),
        _numbers([one.idx for one in people]),
        _quoted([one.cti for one in people]),
        _numbers([one.row for one in people]),
        _numbers([item.temperature for item in items]),
        _numbers([item.second_temperature for item in items]),
        _numbers([item.mask for item in items]),
        _numbers([item.identity for item in items]),
        _words([item.verdict for item in items]),
        _quoted([item.reason for item in items]),
        _numbers([item.feed_sequence for item in items]),
        _quoted([None if item.policy_version is None else str(item.policy_version) for item in items]),
        _numbers([item.guard for item in items]),
        _numbers([item.override is not None for item in items]),
        _quoted([_detail(item) for item in items]),
        _numbers([contradicts_itself(item) for item in items]),
        _numbers([line.content for line in made]),
    ]


def _words(values: list[str]) -> str:
    """An array of words of ours, which need no quotes."""
    return "{" + ",".join(values) + "}"


def _numbers(values: Sequence[object]) -> str:
    """An array of numbers, or of yes and no, some of them missing."""
    return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"


def _quoted(values: list[str | None]) -> str:
    """An array of any text."""
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


_encode = msgspec.json.Encoder().encode
_detail_keys = ("phone_hash", "plate", "host", "company", "people", "purpose", "permit")


def _detail(item: Sent) -> str | None:
    """What only some passages have, as JSON; None for most."""
    told: dict[str, Any] = {}
    for key in _detail_keys:
        value = getattr(item.traveller, key)
        if value is not None:
            told[key] = value
    if item.override is not None:
        told["override"] = item.override.reason
    return _encode(told).decode() if told else None
