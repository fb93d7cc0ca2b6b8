"""Marked places in the documents that are filled from the code, and the files written beside them.

A place looks like `<!-- begin: environment -->` … `<!-- end: environment -->`; what stands between is replaced by
`make docs`, and a test fails when it is not what the code says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from making import diagrams, tables

DOCS = Path(__file__).parents[1]

BLOCKS: dict[str, Callable[[], str]] = {
    "environment": tables.environment,
    "kinds": tables.kinds,
    "event kinds": tables.event_kinds,
    "powers en": lambda: tables.powers("en"),
    "powers zh": lambda: tables.powers("zh"),
    "schedule en": lambda: tables.schedule("en"),
    "schedule zh": lambda: tables.schedule("zh"),
    "report states": diagrams.report_states,
    "certification states": diagrams.certification_states,
}
"""Place → what belongs there. `options …` (a command's words) is a place too."""

FILES: dict[str, Callable[[], str]] = {
    "floors.md": lambda: f"# Floors\n\n{diagrams.floors()}",
    "day.md": lambda: f"# The day\n\n{diagrams.day()}\n\n{tables.schedule('en')}",
    "walk.md": lambda: f"# From a fact to a figure\n\n{diagrams.walk()}",
    "report-states.md": lambda: f"# The life of a daily report\n\n{diagrams.report_states()}",
    "powers.md": lambda: f"# Powers 权限表\n\n{tables.powers('en')}\n\n{tables.powers('zh')}",
    "measures.md": lambda: f"# What is counted 指标目录\n\n{tables.measures()}",
    "policies.md": lambda: f"# The rules in plain words\n\n{tables.policies('en')}",
    "policies.zh-CN.md": lambda: f"# 规则的大白话\n\n{tables.policies('zh')}",
    "passage-reasons.md": lambda: f"# What a gate answers 门岗判定的理由\n\n{tables.passage_reasons()}",
    "retention.md": lambda: f"# How long each table is kept\n\n{tables.retention()}",
    "environment.md": lambda: f"# Environment variables\n\n{tables.environment()}",
    "kinds.md": lambda: f"# Kinds of files\n\n{tables.kinds()}\n\n{tables.event_kinds()}",
}
"""File of docs/generated/ → its text."""

KEPT: dict[str, Callable[[], str]] = {"gates.openapi.json": tables.gates_openapi}
"""File of docs/generated/ that is committed, since others build against it → its text. A test holds it current."""

_PLACE = re.compile(r"(?P<open><!-- begin: (?P<name>[^>]+?) -->\n).*?(?P<close><!-- end: (?P=name) -->)", re.DOTALL)


def content(name: str) -> str:
    """What belongs at a place. Raises KeyError for a place nobody knows."""
    if name.startswith("options "):
        return tables.options(name.removeprefix("options "))
    return BLOCKS[name]()


def filled(text: str) -> str:
    """A document with every marked place filled anew."""
    return _PLACE.sub(lambda found: f"{found['open']}\n{content(found['name'])}\n\n{found['close']}", text)


def documents() -> list[Path]:
    """The documents that may hold marked places: all markdown in docs/ but what is generated as a whole."""
    return sorted(path for path in DOCS.rglob("*.md") if "generated" not in path.relative_to(DOCS).parts)


def stale() -> list[Path]:
    """Documents in which a place is not what the code says."""
    return [path for path in documents() if (text := path.read_text(encoding="utf-8")) != filled(text)]


def write(folder: Path) -> list[Path]:
    """Fill the marked places of the documents, and the generated files into `folder`. Answers what was written."""
    written = []
    for path in stale():
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
        written.append(path)
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in (FILES | KEPT).items():
        (folder / name).write_text(make() + "\n", encoding="utf-8")
        written.append(folder / name)
    return written
