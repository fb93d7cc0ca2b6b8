"""The answer of a gate: verdict, reason, colour, next step, in codes; its sentences are read from `sentences.json`.

The codes are the same in Python and TypeScript, in `specs/passage/` and in the passages that gates send.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shouwang.gates.policy import Must, Verdict


class Reason(StrEnum):
    """Why this verdict. What each says, and which verdict it goes with, is in `sentences.json`."""

    GREEN = "green"
    MUSTS_LEFT = "musts_left"
    EXCEPTION = "exception"
    # The gate itself cannot know.
    NOT_READY = "not_ready"
    CLOCK_UNKNOWN = "clock_unknown"
    POLICY_EXPIRED = "policy_expired"
    WRONG_GATE = "wrong_gate"
    KEYS_MISSING = "keys_missing"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown_key"
    CLOCK_SKEW = "clock_skew"
    FEED_TOO_OLD = "feed_too_old"
    STRIP_TOO_OLD = "strip_too_old"
    COLOUR_UNKNOWN = "colour_unknown"
    ROSTER_EXPIRED = "roster_expired"
    RESIDENCE_UNKNOWN = "residence_unknown"
    NO_COLOUR_HOME = "no_colour_home"
    # The code is of no use.
    FORGED = "forged"
    WRONG_USE = "wrong_use"
    EXPIRED = "expired"
    CARD_REVOKED = "card_revoked"
    # The colour.
    RED_HOLD = "red_hold"
    RED = "red"
    YELLOW_HOLD = "yellow_hold"
    YELLOW = "yellow"
    NO_COLOUR = "no_colour"
    # The compound's policy.
    CONFINED = "confined"
    DWELLING_BARRED = "dwelling_barred"
    HOST_CONFINED = "host_confined"
    HOST_BARRED = "host_barred"
    GATE_CLOSED = "gate_closed"
    HOUSEHOLD_QUOTA = "household_quota"
    HOUSEHOLD_OUT = "household_out"
    TOO_MANY = "too_many"
    NO_PERMIT = "no_permit"
    DUTY_ONLY = "duty_only"
    PERMIT_NOT_YET = "permit_not_yet"
    PERMIT_OVER = "permit_over"
    PERMIT_HOURS = "permit_hours"
    PERMIT_USED = "permit_used"
    PERMIT_INTERVAL = "permit_interval"
    NO_VISITORS = "no_visitors"
    NO_VEHICLES = "no_vehicles"
    NO_DELIVERIES = "no_deliveries"
    HAND_OVER = "hand_over"
    PURPOSE_NEEDED = "purpose_needed"
    # The musts.
    IDENTITY_WRONG = "identity_wrong"
    MASK_MISSING = "mask_missing"
    NOT_MEASURED = "not_measured"
    FEVER_WAIT = "fever_wait"
    FEVER_SECOND = "fever_second"
    FEVER = "fever"


class Colour(StrEnum):
    """Which colour the screen shows; none for a passage whose colour is unknown, and for every check."""

    GREEN = "green"
    GREY = "grey"
    YELLOW = "yellow"
    RED = "red"


class Banner(StrEnum):
    """What the guard is told beside the verdict."""

    FEED_LATE = "feed_late"
    FEED_STALE = "feed_stale"
    ROSTER_STALE = "roster_stale"
    LIST_NOT_HELD = "list_not_held"
    LATE_BACK = "late_back"
    CONFINED_HOME = "confined_home"
    MEASURE_AGAIN = "measure_again"
    EXCEPTION = "exception"


class Need(StrEnum):
    """What is still to be done at the gate before the passage is final."""

    IDENTITY = Must.IDENTITY.value
    CODE = Must.CODE.value
    MASK = Must.MASK.value
    TEMPERATURE = Must.TEMPERATURE.value
    SECOND_TEMPERATURE = "second_temperature"


@dataclass(frozen=True, slots=True)
class Passage:
    """What the gate answers. A pass with `needs` left is not final: the person goes through once they are done.

    `colour` None: no colour is shown (always so for check). `positions`: which persons of several the reason is about
    (1 is the first). `until`: when the reason ends or, of a pass out with a limit, when to be back; unix seconds.
    `next`: the next step's code. `permit`: the one that lets through; `permits`: the same by person, in their order,
    as uses are counted. `exception_until`: when the permission of two offices ends that lifted what would have stopped.
    """

    verdict: Verdict
    reason: Reason
    colour: Colour | None
    next: str
    needs: tuple[Need, ...] = ()
    banner: tuple[Banner, ...] = ()
    positions: tuple[int, ...] = ()
    until: int | None = None
    permit: str | None = None
    utc_offset_minutes: int = 480
    permits: tuple[str | None, ...] = ()
    exception_until: int | None = None

    @property
    def final(self) -> bool:
        """Whether nothing is left to be done before the verdict holds."""
        return not self.needs
