"""The one exception that people see: what is wrong, why, and what to do next.

A refusal is a code plus facts; its sentences live in `wording/<room>.yaml` in Chinese and English, so that a page, the
command line and an API say the same words. Codes read `<room>.<reason>`.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import yaml


@functools.cache
def sentences(room: str) -> dict[str, dict[str, str]]:
    """All sentences of a room: reason → {zh, en, next_zh, next_en}. Empty when the room has none."""
    source = resources.files("shouwang") / "wording" / f"{room}.yaml"
    if not source.is_file():
        return {}
    return yaml.safe_load(source.read_text(encoding="utf-8")) or {}


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Something that is not done, with its reason.

    `code` names the sentences; `facts` fill their placeholders; `field` is the form field or column at fault;
    `status` is the HTTP status a page answers with.
    """

    def __init__(self, code: str, /, *, field: str | None = None, status: int = 400, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.status = status
        self.facts = facts

    def _sentence(self, key: str) -> str:
        room, _, reason = self.code.partition(".")
        entry = sentences(room).get(reason)
        if entry is None:
            raise LookupError(f"no sentences for refusal {self.code!r}: add them to wording/{room}.yaml")
        return entry.get(key, "").format_map(_Facts(self.facts))

    def words(self, language: str = "zh") -> str:
        """What is wrong and why, as a sentence in `zh` or `en`."""
        return self._sentence("zh" if language.startswith("zh") else "en")

    def next_step(self, language: str = "zh") -> str:
        """What the person can do next, as a sentence; empty when there is nothing to do."""
        return self._sentence("next_zh" if language.startswith("zh") else "next_en")

    def __str__(self) -> str:
        return f"{self.words('en')} {self.next_step('en')}".strip()


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
