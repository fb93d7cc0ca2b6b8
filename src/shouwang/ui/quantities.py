"""How numbers are written: thousands parted, one decimal of a percent with its denominator, "—" for no data.

"No data" (None) is never written as 0, and a rate over nothing is no data.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

NONE = "—"
MINUS = "\N{MINUS SIGN}"

Number = int | float | Decimal
Direction = Literal["up", "down", "same", "none"]
Tone = Literal["good", "bad", "neutral"]


def number(value: Number | None, decimals: int | None = None) -> str:
    """`1234567` → `1,234,567`; floats keep one decimal unless `decimals` says otherwise; None → `—`."""
    if value is None or value == "":
        return NONE
    if decimals is None:
        decimals = 0 if float(value) == int(value) else 1
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def signed(value: Number, decimals: int | None = None) -> str:
    """A difference with its sign: `+12`, `−3`, `0`."""
    return f"+{number(value, decimals)}" if value > 0 else number(value, decimals)


def share(part: Number | None, whole: Number | None) -> float | None:
    """`part / whole`; None when either is unknown or there is nothing to divide by."""
    if part is None or not whole:
        return None
    return float(part) / float(whole)


def percent(part: Number | None, whole: Number | None) -> str:
    """`12.3%`, or `—` when there is no rate."""
    ratio = share(part, whole)
    return NONE if ratio is None else f"{ratio * 100:,.1f}%".replace("-", MINUS)


@dataclass(frozen=True)
class Change:
    """How a figure moved: direction, the words for it, and whether that is good."""

    direction: Direction
    words: str
    tone: Tone = "neutral"


def change(now: Number | None, before: Number | None, *, better: str = "", points: bool = False) -> Change:
    """Compare two values. `better` is the good direction ("up", "down" or "" for neither).

    With `points` both are ratios and the difference is told in percentage points.
    """
    if now is None or before is None:
        return Change("none", _("no data to compare"))
    difference = now - before  # type: ignore[operator]
    if difference == 0:
        return Change("same", _("unchanged"))
    direction: Direction = "up" if difference > 0 else "down"
    if points:
        size = _("%(points)s points") % {"points": number(abs(difference) * 100, 1)}
    else:
        size = number(abs(difference))
        if before:
            size = f"{size} ({signed(difference / before * 100, 1)}%)"  # type: ignore[operator]
    words = _("up %(size)s") if direction == "up" else _("down %(size)s")
    tone: Tone = "neutral" if not better else "good" if direction == better else "bad"
    return Change(direction, words % {"size": size}, tone)
