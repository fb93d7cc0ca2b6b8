"""Translations: each room keeps its own .po file; they are compiled when Shouwang is set up."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parent.parent


def compile_all() -> int:
    """Compile every .po whose .mo is missing or older; answers how many were written."""
    written = 0
    for source in sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name)
        with target.open("wb") as file:
            write_mo(file, catalog)
        written += 1
    return written
