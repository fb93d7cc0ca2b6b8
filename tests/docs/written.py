"""The documents as the tests see them: pages, their headings, links, fenced blocks."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    """Every document that is kept: the root's, those of docs/ (not what is generated), decisions, and rooms' notes."""
    kept = [*ROOT.glob("*.md"), *(ROOT / "decisions").glob("*.md"), *(ROOT / "bench").glob("*.md")]
    kept += [path for path in DOCS.rglob("*.md") if "generated" not in path.relative_to(DOCS).parts]
    kept += (ROOT / "specs").rglob("*.md")
    return sorted(kept)


def text(path: Path) -> str:
    """A document as written."""
    return path.read_text(encoding="utf-8")


def links(page: str) -> list[str]:
    """The targets of a page's links and pictures, those in code left out."""
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page)))


def fenced(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for found, body in _FENCE.findall(page) if found == language]


def anchors(page: str) -> set[str]:
    """The anchors that code hosts make of a page's headings."""
    found = set()
    for heading in _HEADING.findall(_FENCE.sub("", page)):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(words.replace(" ", "-"))
    return found


def sections(page: str) -> dict[str, str]:
    """Heading → the text under it, down to the next heading of any depth."""
    marks = list(_HEADING.finditer(page))
    ends = [mark.start() for mark in marks[1:]] + [len(page)]
    return {mark[1].strip(): page[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}


def code_lines(block: str) -> list[str]:
    """The commands of a block: comments and blank lines left out."""
    lines = [re.sub(r"(^|\s+)#.*$", "", line).strip() for line in block.splitlines()]
    return [line for line in lines if line]
