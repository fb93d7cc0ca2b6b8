"""Translations: each room keeps its own .po file; they are compiled when Shouwang is set up.

English is in the source, Chinese in `<room>/locale/zh_Hans/LC_MESSAGES/django.po`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Message:
    """A text to translate: English, its plural if it has one, its context, and where it stands."""

    text: str | tuple[str, ...]
    context: str | None
    place: str


def rooms() -> list[Path]:
    """The folders of the package that may hold texts."""
    return sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def messages_of(room: Path) -> Iterator[Message]:
    """Every text of a room that wants a translation, from its Python files and its templates."""
    from django.utils.translation.template import templatize

    for path in sorted(room.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield from _extract(path.read_bytes(), path)
    for path in sorted(room.rglob("templates/**/*.*")):
        if path.suffix in {".html", ".txt", ".svg"}:
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            # What templatize leaves is no real Python: its indentation means nothing and must not trip the tokenizer.
            flat = "\n".join(line.lstrip() for line in source.splitlines())
            yield from _extract(flat.encode(), path)


def _extract(source: bytes, path: Path) -> Iterator[Message]:
    found = extract("python", io.BytesIO(source), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for line, text, _comments, context in found:
        if text and text != "":
            yield Message(text, context, f"{path.relative_to(PACKAGE)}:{line}")


def catalogue_path(room: Path) -> Path:
    """Where a room's Chinese stands."""
    return room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def catalogue_of(room: Path) -> Catalog:
    """A room's Chinese; empty when it has none yet."""
    path = catalogue_path(room)
    if not path.exists():
        return Catalog(locale="zh_Hans", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def untranslated(room: Path) -> list[Message]:
    """The texts of a room that have no Chinese, or only a doubtful one."""
    catalogue = catalogue_of(room)
    missing = []
    for message in messages_of(room):
        entry = catalogue.get(message.text, message.context)
        strings = entry.string if entry and isinstance(entry.string, tuple | list) else [entry.string if entry else ""]
        if entry is None or entry.fuzzy or not all(strings):
            missing.append(message)
    return missing


def update(room: Path) -> int:
    """Bring a room's .po in step with its texts: new ones come in empty, those gone go; answers how many are empty."""
    old, new = catalogue_of(room), Catalog(locale="zh_Hans", fuzzy=False, charset="utf-8")
    texts = list(messages_of(room))
    if not texts:
        return 0
    for message in texts:
        known = old.get(message.text, message.context)
        new.add(message.text, known.string if known else None, context=message.context)
    path = catalogue_path(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, omit_header=False, sort_output=True, no_location=True)
    return len(untranslated(room))


def compile_all() -> int:
    """Compile every .po whose .mo is missing or older; answers how many were written."""
    written = 0
    for source in sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written += 1
    return written
