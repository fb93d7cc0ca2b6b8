"""Everything that a person reads is there in Chinese and in English, and says one thing by one word."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from shouwang import refusal
from shouwang.site import messages

WORDING = messages.PACKAGE / "wording"


@pytest.mark.parametrize("room", messages.rooms(), ids=lambda room: room.name)
def test_every_text_of_a_room_has_its_chinese(room: Path) -> None:
    """No page falls back to English: `shouwang messages update ROOM` brings the .po in step, then fill it in."""
    missing = [f"{message.place}: {message.text!r}" for message in messages.untranslated(room)]
    assert not missing, "\n".join(missing)


def test_one_english_text_has_one_chinese() -> None:
    """Django merges the rooms' catalogues, so a text that means two things needs two texts (or a context)."""
    found: dict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for room in messages.rooms():
        for entry in messages.catalogue_of(room):
            if entry.id:
                text = entry.id if isinstance(entry.id, str) else entry.id[0]
                found[text, entry.context][room.name] = str(entry.string)
    torn = {key: rooms for key, rooms in found.items() if len(set(rooms.values())) > 1}
    assert not torn, "\n".join(f"{key[0]!r}: {rooms}" for key, rooms in torn.items())


def _refusals_raised() -> list[tuple[str, str]]:
    raised = []
    for path in messages.PACKAGE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    raised.append((first.value, f"{path.relative_to(messages.PACKAGE)}:{node.lineno}"))
    return raised


def test_every_refusal_has_its_sentences() -> None:
    """Each code that is raised says what is wrong, and what to do next if there is something, in both languages."""
    raised = _refusals_raised()
    assert len(raised) > 50
    faults = []
    for code, place in raised:
        room, _, reason = code.partition(".")
        entry = refusal.sentences(room).get(reason, {})
        # A remark (a file was read as GB18030) asks for nothing; where there is a next step, it is in both languages.
        wanted = ("zh", "en", "next_zh", "next_en") if "next_zh" in entry or "next_en" in entry else ("zh", "en")
        lacking = [key for key in wanted if not entry.get(key)]
        if lacking:
            faults.append(f"{place}: {code} lacks {', '.join(lacking)} in wording/{room}.yaml")
    assert not faults, "\n".join(faults)


def test_no_sentences_are_kept_for_nothing() -> None:
    """A reason that nobody gives any more is taken out of wording/."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in messages.PACKAGE.rglob("*.py"))
    unused = [
        f"{path.stem}.{reason}"
        for path in WORDING.glob("*.yaml")
        for reason in refusal.sentences(path.stem)
        if f"{path.stem}.{reason}" not in source
    ]
    assert not unused, unused
