"""What a passage says to the person and to the guard, in Chinese and English.

The words are in `sentences.json`, which is also built into the gate app: they are written once for both.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

from shouwang.gates.passage import Passage
from shouwang.gates.policy import Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """A passage in one language: the verdict in a word, the reason for the person and for the guard, the next step."""

    verdict: str
    person: str
    guard: str
    next: str
    banner: tuple[str, ...]
    needs: tuple[str, ...]


@functools.cache
def sentences() -> dict[str, Any]:
    """All sentences: reasons, next steps, banners, musts, verdicts, each in `zh` and `en`."""
    source = resources.files("shouwang") / "gates" / "sentences.json"
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def say(passage: Passage, language: str = "zh") -> Said:
    """A passage in `zh` (any code that begins so) or `en`."""
    words, tongue = sentences(), "zh" if language.startswith("zh") else "en"
    until = "" if passage.until is None else local_moment(passage.until, passage.utc_offset_minutes, tongue)
    before = ""
    if passage.positions:
        form = words["positions"]["one" if len(passage.positions) == 1 else "many"][tongue]
        before = form.replace("{positions}", words["between"][tongue].join(map(str, passage.positions)))
    ends = local_moment(passage.exception_until or 0, passage.utc_offset_minutes, tongue)

    def whole(form: str) -> str:
        return form.replace("{until}", until).replace("{exception}", ends)

    reason = words["reasons"][passage.reason.value]
    back = words["back_by"][tongue] if passage.verdict is Verdict.PASS and until else ""
    between = "" if tongue == "zh" or not back else " "
    return Said(
        verdict=words["verdicts"][passage.verdict.value][tongue],
        person=whole(before + reason["person"][tongue] + between + back),
        guard=whole(before + reason["guard"][tongue]),
        next=words["next"][passage.next][tongue],
        banner=tuple(whole(words["banner"][each.value][tongue]) for each in passage.banner),
        needs=tuple(words["needs"][each.value][tongue] for each in passage.needs),
    )


def local_moment(moment: int, utc_offset_minutes: int, tongue: str) -> str:
    """A moment in the words of the place: 2月12日14:05 or 14:05 on 12 February."""
    words = sentences()
    local = datetime.fromtimestamp(0, UTC) + timedelta(seconds=moment, minutes=utc_offset_minutes)
    parts = {
        "month": str(local.month),
        "month_name": words["months"][local.month - 1],
        "day": str(local.day),
        "hour": f"{local.hour:02}",
        "minute": f"{local.minute:02}",
    }
    form: str = words["moment"][tongue]
    for name, part in parts.items():
        form = form.replace("{" + name + "}", part)
    return form
