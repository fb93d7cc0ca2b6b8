"""What certification decides, all of it pure: standard one, who may take which step, the course of units, in words.

Start here: `standard_one` says whether a unit may be declared on a day and what stands against it; `refuse_step`
whether somebody may take a step; `course` what all facts make of a family of units; `day_changes` what one day changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shouwang import clock
from shouwang.certification.course import Change, Told, Void, course
from shouwang.certification.facts import Case, Facts, Finding, StepTaken, Unit, last_moment
from shouwang.certification.ladder import (
    BY_ITSELF,
    HOLDING,
    PROCEDURE,
    START,
    TRANSITIONS,
    State,
    Step,
    Taking,
    refuse_step,
    result_of_items,
)  # fmt: skip
from shouwang.certification.sentences import explain, reason
from shouwang.certification.standard import Hit, StandardOne, standard_one

__all__ = [
    "BY_ITSELF", "HOLDING", "PROCEDURE", "START", "TRANSITIONS", "Balance", "Case", "Change", "Facts", "Finding", "Hit",
    "StandardOne", "State", "Step", "StepTaken", "Taking", "Told", "Unit", "Void", "balance", "course", "day_changes",
    "days_certified", "entered", "explain", "last_moment", "reason", "refuse_step", "result_of_items", "standard_one",
    "state_on", "what_does_not_add_up",
]  # fmt: skip


def day_changes(changes: Iterable[Change], day: date) -> list[Change]:
    """What one local day changed, of a course."""
    start, end = clock.day_bounds(day)
    return [change for change in changes if start <= change.at < end]


def state_on(changes: Sequence[Change], day: date) -> Change | None:
    """How a unit stood as a day closed, given its changes in time; None before the first."""
    end = clock.day_bounds(day)[1]
    last = None
    for change in changes:
        if change.at < end:
            last = change
    return last


def entered(changes: Sequence[Change]) -> datetime | None:
    """Since when a unit is in the state it is in, given its changes in time: held and released again within it is no
    other state. None before the first."""
    since = None
    for change in reversed(changes):
        if change.state is not changes[-1].state:
            break
        since = change.at
    return since


def days_certified(change: Change | None, day: date) -> int | None:
    """Days since naming of a unit that stands named as a day closes, suspended days counted; None when it is not."""
    if change is None or change.state is not State.NAMED or change.named_day is None:
        return None
    return (day - change.named_day).days


@dataclass(frozen=True, slots=True)
class Balance:
    """Named units of one kind over a span of days: `before` + `named` + `restored` − `suspended` − `cancelled` = `net`.

    A unit counts once, by where it stood at both ends; one that ceased to exist is among the cancelled.
    """

    before: int = 0
    named: int = 0
    restored: int = 0
    suspended: int = 0
    cancelled: int = 0

    @property
    def gross(self) -> int:
        """Named in total, before what was removed is taken off."""
        return self.before + self.named + self.restored

    @property
    def removed(self) -> int:
        """No longer named: suspended or cancelled."""
        return self.suspended + self.cancelled

    @property
    def net(self) -> int:
        """Named as the span closes."""
        return self.gross - self.removed


COUNTS = ("before", "named", "restored", "suspended", "cancelled", "net")


def what_does_not_add_up(told: Mapping[str, int], previous_net: int | None = None) -> tuple[str, ...]:
    """What is wrong with published counts, as codes; empty when gross less removed is net, nothing is negative or
    larger than the units there are, and the round began where the one before it ended."""
    found = []
    if any(told[name] < 0 for name in COUNTS):
        found.append("negative")
    gross = told["before"] + told["named"] + told["restored"]
    if gross - told["suspended"] - told["cancelled"] != told["net"]:
        found.append("net")
    if told["net"] > told["units"]:
        found.append("units")
    if previous_net is not None and previous_net != told["before"]:
        found.append("before")
    return tuple(found)


def balance(pairs: Iterable[tuple[Change | None, Change | None]]) -> Balance:
    """The balance of units, each as it stood as the span began and as it closed."""
    counts = dict.fromkeys(("before", "named", "restored", "suspended", "cancelled"), 0)
    for then, now in pairs:
        was = then is not None and then.state is State.NAMED
        is_now = now is not None and now.state is State.NAMED
        counts["before"] += was
        if is_now and not was:
            same = then is not None and now is not None and then.named_day == now.named_day
            counts["restored" if same and then is not None and then.state is State.SUSPENDED else "named"] += 1
        elif was and not is_now:
            counts["suspended" if now is not None and now.state is State.SUSPENDED else "cancelled"] += 1
    return Balance(**counts)
