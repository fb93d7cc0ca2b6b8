"""Why a gate did not simply let somebody through, in the words that its guard read."""

from __future__ import annotations

import re

from shouwang.gates.sentences import sentences

MOMENT = re.compile(r"\{\w+\}")


def reason_words(code: str, language: str = "zh") -> str:
    """The sentence of a reason; the code itself when a later or older app knew another."""
    told = sentences()["reasons"].get(code)
    if told is None:
        return code
    return MOMENT.sub("…", told["guard"]["zh" if language.startswith("zh") else "en"])
