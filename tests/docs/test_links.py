"""A reader who follows a link, or types what stands in a README, arrives."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from written import DOCS, ROOT, anchors, code_lines, fenced, links, pages, text


@pytest.mark.parametrize("document", pages(), ids=lambda each: str(each.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(document: Path) -> None:
    """Files are there (pictures are there or are taken by `make docs`), and headings that are linked to exist."""
    from making.pictures import SHOTS

    taken = {DOCS / "screenshots" / f"{shot.name}.png" for shot in SHOTS}
    broken = []
    for link in links(text(document)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / unquote(name)).resolve() if name else document
        if target in taken:
            continue
        if not target.exists() or (anchor and unquote(anchor) not in anchors(text(target))):
            broken.append(link)
    assert broken == []


def test_every_picture_that_is_taken_is_shown() -> None:
    """A picture that no page shows is not worth its minutes."""
    from making.pictures import SHOTS

    shown = {Path(link).name for page in pages() for link in links(text(page)) if link.endswith(".png")}
    # Those of the gate are kept: they are taken by its journeys, which need a camera (docs/making/gate_pictures.py).
    assert {f"{shot.name}.png" for shot in SHOTS} == {name for name in shown if not name.startswith("gate-")}


def test_the_picture_of_the_readme_is_kept_and_small() -> None:
    """It is what a visitor sees first: there without `make docs`, and under 250 KB."""
    picture = DOCS / "screenshots" / "city.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 250_000


def test_both_readmes_give_the_same_commands() -> None:
    """Nobody gets other commands for reading another language."""
    chinese, english = (
        [line for block in fenced(text(ROOT / name), "") for line in code_lines(block)]
        for name in ("README.zh-CN.md", "README.md")
    )
    assert english == chinese
    assert "make demo" in english


@pytest.mark.parametrize(
    "document", [*sorted((DOCS / "manual").glob("*.md")), DOCS / "operations.md"], ids=lambda p: p.name
)
def test_a_page_and_its_translation_have_the_same_parts(document: Path) -> None:
    """The English and the Chinese page have as many headings, pictures and blocks, and each links to the other."""
    if document.name.endswith(".zh-CN.md") or document.name == "README.md":
        pytest.skip("looked at from the English page")
    other = document.with_name(document.name.replace(".md", ".zh-CN.md"))
    english, chinese = text(document), text(other)
    assert other.name in links(english)
    assert document.name in links(chinese)
    for pattern in (r"^#", r"^!\[", r"^```", r"^\d\. ", r"^<!-- begin"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, chinese, re.M)), pattern
