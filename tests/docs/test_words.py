"""The names that documents use are those of the program."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from written import DOCS, ROOT, text

from shouwang.site import messages

SOURCE = ROOT / "src" / "shouwang"
ROWS = re.compile(r"^\|(.+)\|$", re.MULTILINE)


def glossary_names() -> list[str]:
    """What the glossary's column "name in code" holds between back-ticks."""
    found = []
    for row in ROWS.findall(text(ROOT / "GLOSSARY.md")):
        cells = row.split("|")
        if len(cells) == 3:
            found += re.findall(r"`([^`]+)`", cells[2])
    return found


def python() -> str:
    """All source in one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if "tests" not in path.parts)


def exists(name: str, source: str) -> bool:
    """Whether a name of the glossary is a module, a thing in one, a class with an attribute, a file, or a word."""
    if "/" in name:
        name = name.replace("<room>", "*")
        return any(SOURCE.glob(name.replace("/end", "*").rstrip("/"))) or all(
            part in source for part in name.split("/")
        )
    name = name.partition(" = ")[0]
    first, _, rest = name.partition(".")
    if rest and (SOURCE / first).is_dir():
        return in_room(first, rest)
    if rest and (SOURCE / f"{first}.py").is_file():
        return hasattr(importlib.import_module(f"shouwang.{first}"), rest)
    if rest:
        found = re.search(rf"^class {first}\b.*?(?=^class |\Z)", source, re.MULTILINE | re.DOTALL)
        return (found is not None and rest in found[0]) or name in source or name.replace("FILE", "") in source
    return re.search(rf"\b{re.escape(name)}\b", source) is not None


def in_room(room: str, rest: str) -> bool:
    """Whether `rest` is a module of the room, a thing in one of its modules, or a file beside them."""
    if any((SOURCE / room).glob(f"{rest}*")):
        return True
    head, _, tail = rest.partition(".")
    if tail and (SOURCE / room / f"{head}.py").is_file():
        return hasattr(importlib.import_module(f"shouwang.{room}.{head}"), tail)
    return any(
        re.search(rf"^(class|def) {rest}\b|^{rest}\b", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in (SOURCE / room).glob("*.py")
    )


def test_the_names_of_the_glossary_exist_in_the_code() -> None:
    """The glossary is the authority for names; a name that nothing has is none."""
    names, source = glossary_names(), python()
    assert len(names) > 50
    missing = [name for name in names if not exists(name, source)]
    assert missing == []


PAIR = re.compile(r'^  \w+: \["([^"]*)", "([^"]*)"\],$', re.MULTILINE)
"""One text of the guard's app in both languages."""


def words() -> tuple[set[str], set[str]]:
    """All texts of pages, and those of the guard's app: English, Chinese."""
    pairs = PAIR.findall(text(ROOT / "gate-app/src/words/words.ts"))
    english, chinese = {pair[1] for pair in pairs}, {pair[0] for pair in pairs}
    for room in messages.rooms():
        for entry in messages.catalogue_of(room):
            if entry.id:
                english.add(entry.id if isinstance(entry.id, str) else entry.id[0])
                chinese.add(entry.string if isinstance(entry.string, str) else entry.string[0])
    return english, chinese


@pytest.mark.parametrize("document", sorted((DOCS / "manual").glob("*.md")), ids=lambda each: each.name)
def test_the_manual_calls_things_as_the_pages_do(document: Path) -> None:
    """What stands in “…” on an English page, and in 【…】 on a Chinese one, is a text of the program."""
    english, chinese = words()
    said = re.sub(r"<!-- begin.*?<!-- end[^>]*-->", "", text(document), flags=re.DOTALL)
    if document.name.endswith(".zh-CN.md"):
        used, known = re.findall("【([^】]*)】", said), chinese
    else:
        used, known = re.findall("“([^”]*)”", said), english
    assert [word for word in used if word not in known and word not in {"—", "…"}] == []
    assert used


def test_the_deeds_that_the_manual_names_are_done_somewhere() -> None:
    """An inspector who looks for a deed by the manual's word finds it in the journal."""
    source = python()
    named = set(
        re.findall(r"`((?:accounts|areas|command|health|residents)\.[a-z_]+)`", text(DOCS / "manual/inspector.md"))
    )
    assert len(named) > 4
    # `command.report_returned` is put together from the state.
    states = {f"command.report_{state}" for state in ("confirmed", "accepted", "returned")}
    assert 'deed=f"command.report_{state}"' in source
    assert [deed for deed in sorted(named - states) if f'"{deed}"' not in source] == []
