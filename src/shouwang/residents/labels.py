"""Needs, reasons and sexes in the words of the page's language; the words themselves are in policy.py."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shouwang.residents.policy import NEEDS, REVEAL_REASONS
from shouwang.ui.tongue import tongue


def _said(words: tuple[str, str]) -> str:
    return words[0] if tongue() == "zh" else words[1]


def need_label(code: str) -> str:
    """The word for a need; the code itself when a later version knew more."""
    return _said(NEEDS[code]) if code in NEEDS else code


def need_labels(codes: Iterable[str]) -> list[str]:
    """The words for several needs."""
    return [need_label(code) for code in codes]


def need_choices() -> list[tuple[str, str]]:
    """All needs as (code, word)."""
    return [(code, need_label(code)) for code in NEEDS]


def reason_choices() -> list[tuple[str, str]]:
    """All reasons for a reveal as (code, words)."""
    return [(code, _said(words)) for code, words in REVEAL_REASONS.items()]


def sex_label(sex: str) -> str:
    """The word for a sex; empty when it is not known."""
    return {"male": _("male"), "female": _("female")}.get(sex, "")
