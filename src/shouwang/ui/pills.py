"""States shown three ways at once: a word, a shape and a colour, so that none of them is needed alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Pill:
    """`tone` picks colour and shape in the style sheet; `word` is what it means."""

    tone: str
    word: str | Promise


SHAPES = {"green": "circle", "yellow": "triangle", "red": "square", "grey": "diamond", "blue": "ring"}
"""Tone → shape. ● ▲ ■ ◆ ○, the same on pages, in print and at the gate."""

_WORDS: dict[str, Pill] = {
    "green": Pill("green", pgettext_lazy("code colour", "Green")),
    "yellow": Pill("yellow", pgettext_lazy("code colour", "Yellow")),
    "red": Pill("red", pgettext_lazy("code colour", "Red")),
    "grey": Pill("grey", pgettext_lazy("code colour", "Grey")),
    "low": Pill("green", _("Low risk")),
    "medium": Pill("yellow", _("Medium risk")),
    "high": Pill("red", _("High risk")),
    "done": Pill("green", _("Done")),
    "due": Pill("yellow", _("Due")),
    "late": Pill("red", _("Late")),
    "open": Pill("blue", _("Open")),
    "none": Pill("grey", _("No data")),
    "running": Pill("blue", _("Running")),
    "failed": Pill("red", _("Failed")),
    "waiting": Pill("grey", _("Waiting")),
}

TONES = {"ok": "green", "good": "green", "warn": "yellow", "bad": "red", "neutral": "grey", "info": "blue"}


def pill(state: str, word: str | Promise = "") -> Pill:
    """The pill of a known state, or of a tone (ok, warn, bad, neutral, info, or a colour) with the caller's word.

    Raises LookupError for a state that is neither known nor given a word: an unexplained colour must not be shown.
    """
    key = str(state).lower()
    known = _WORDS.get(key)
    tone = TONES.get(key) or (known.tone if known else key if key in SHAPES else "")
    text = word or (known.word if known else "")
    if not tone or not text:
        raise LookupError(f"no pill for {state!r}: use one of {sorted([*_WORDS, *TONES])}, tones with a word")
    return Pill(tone, text)
