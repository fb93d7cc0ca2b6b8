"""Read a policy file keeping the line of every field, so that a fault can be shown to the person who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Trail = tuple[str | int, ...]
"""The way to a value: keys of mappings and places in lists, from the top of the file."""

TEXT_TAGS = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str")
"""Scalars kept as written: dates are checked by the schema, which can say what is wrong with one."""


@dataclass(slots=True)
class Reading:
    """A file as data, the line of each value, and what kept it from being read (line, what, found)."""

    data: Any = None
    lines: dict[Trail, int] = field(default_factory=dict)
    troubles: list[tuple[int, str, str]] = field(default_factory=list)

    def line(self, trail: Trail) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines.get(trail, 1)


def read(path: Path) -> Reading:
    """Read one YAML file. Never raises for what is written in it: troubles are listed."""
    reading = Reading()
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        reading.troubles.append((1, "encoding", str(error.reason)))
        return reading
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reading.troubles.append((mark.line + 1 if mark else 1, "yaml", str(error.problem)))
        return reading
    except yaml.YAMLError as error:
        reading.troubles.append((1, "yaml", str(error)))
        return reading
    if node is not None:
        reading.data = _plain(node, (), reading, frozenset())
    return reading


def _plain(node: yaml.Node, trail: Trail, reading: Reading, above: frozenset[int]) -> Any:
    """The data of a node; notes lines and repeated keys on the way, and refuses a node that contains itself."""
    reading.lines[trail] = node.start_mark.line + 1
    if id(node) in above:
        reading.troubles.append((node.start_mark.line + 1, "loop", str(trail[-1]) if trail else ""))
        return None
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in data:
                reading.troubles.append((key_node.start_mark.line + 1, "repeated", key))
            data[key] = _plain(value_node, (*trail, key), reading, above)
            reading.lines[(*trail, key)] = key_node.start_mark.line + 1
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*trail, place), reading, above) for place, item in enumerate(node.value)]
    return _scalar(node, reading)


def _scalar(node: yaml.Node, reading: Reading) -> Any:
    if node.tag in TEXT_TAGS:
        return str(node.value)
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        reading.troubles.append((node.start_mark.line + 1, "yaml", str(error).splitlines()[0]))
        return None
    finally:
        loader.dispose()


def field_name(trail: Trail, data: Any) -> str:
    """A path people can read: list items with an `id` are called by it (`body.rules.contact.for_days`)."""
    parts: list[str] = []
    for step in trail:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        named = isinstance(step, int) and isinstance(data, Mapping) and isinstance(data.get("id"), str)
        parts.append(str(data["id"]) if named else str(step))
    return ".".join(parts)


def find(path: str, data: Any) -> Trail | None:
    """The trail of a readable path, or None when the file has no such field."""
    trail: list[str | int] = []
    for part in path.split("."):
        if isinstance(data, Mapping) and part in data:
            trail.append(part)
            data = data[part]
        elif isinstance(data, list):
            for place, item in enumerate(data):
                if (isinstance(item, Mapping) and item.get("id") == part) or str(place) == part:
                    trail.append(place)
                    data = item
                    break
            else:
                return None
        else:
            return None
    return tuple(trail)
