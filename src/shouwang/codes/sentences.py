"""What the placeholders of a decision's sentences say, in local words. Pure, like the rules that use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shouwang.clock import ZONE

FOREVER = datetime.max.replace(tzinfo=UTC)
"""A moment that never comes: the end of what has none."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """What the placeholders of a decision's sentences stand for; None where a sentence does not name it."""

    since: datetime
    ended: datetime | None
    until: datetime
    days: timedelta | None
    then_days: timedelta | None

    def said(self, language: str) -> dict[str, str]:
        """The placeholders filled in `zh` or `en`."""
        moments = {"since": self.since, "ended": self.ended, "until": self.until}
        counts = {"days": self.days, "then_days": self.then_days}
        return {
            **{name: said(moment, language) for name, moment in moments.items() if moment is not None},
            **{name: f"{lasts / timedelta(days=1):g}" for name, lasts in counts.items() if lasts is not None},
        }


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def said(moment: datetime, language: str) -> str:
    """A moment in local words: 2020年3月5日14:00 or 14:00 on 5 March 2020."""
    if moment == FOREVER:
        return ""
    local = moment.astimezone(ZONE)
    if language.startswith("zh"):
        return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
    return f"{local:%H:%M} on {local.day} {MONTHS[local.month - 1]} {local.year}"
