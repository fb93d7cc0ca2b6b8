"""A text in both languages, as definitions and datasets carry it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in Chinese and English."""

    zh: str
    en: str

    def say(self, language: str | None) -> str:
        """The text in the language of a page ("zh-hans", "en", …); Chinese where none is given."""
        return self.en if language and language.startswith("en") else self.zh
