"""What one step finds against passing, which of several findings is said, and the scene they are found in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shouwang.gates.passage import Reason
from shouwang.gates.policy import Direction, Exemption, PassagePolicy, Verdict
from shouwang.gates.traveller import Gate, Member, Traveller


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that keeps somebody from passing. `until`: when it ends by time alone."""

    verdict: Verdict
    reason: Reason
    positions: tuple[int, ...] = ()
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a step may look at. `now`: by the signed clock. `excepted`: permissions to pass that hold now; empty
    while it is asked what holds without them."""

    policy: PassagePolicy
    traveller: Traveller
    gate: Gate
    direction: Direction
    now: int
    excepted: tuple[Exemption, ...] = ()

    @property
    def people(self) -> tuple[Member, ...]:
        """Those who want to pass; somebody of whom nothing is known yet counts as one."""
        return self.traveller.people or (Member(),)


_HOLD = (
    Reason.RED_HOLD,
    Reason.FEVER,
    Reason.YELLOW_HOLD,
    Reason.NO_COLOUR,
    Reason.DWELLING_BARRED,
    Reason.FEVER_SECOND,
    Reason.FEVER_WAIT,
)
"""The gravest first: somebody red with a fever is told about the red code."""

_SOONEST = (
    (Reason.MASK_MISSING,),
    (Reason.IDENTITY_WRONG,),
    (Reason.PURPOSE_NEEDED,),
    (Reason.NOT_MEASURED,),
    (Reason.EXPIRED,),
    (Reason.CARD_REVOKED, Reason.WRONG_USE, Reason.FORGED),
    (Reason.HAND_OVER,),
    (Reason.TOO_MANY,),
    (Reason.HOUSEHOLD_OUT,),
    (
        Reason.PERMIT_HOURS,
        Reason.PERMIT_INTERVAL,
        Reason.PERMIT_NOT_YET,
        Reason.GATE_CLOSED,
        Reason.HOUSEHOLD_QUOTA,
    ),
    (Reason.NO_PERMIT,),
    (Reason.PERMIT_USED,),
    (Reason.PERMIT_OVER,),
    (Reason.NO_VEHICLES,),
    (Reason.NO_DELIVERIES,),
    (Reason.NO_VISITORS,),
    (Reason.DUTY_ONLY,),
    (Reason.HOST_CONFINED,),
    (Reason.HOST_BARRED,),
    (Reason.CONFINED,),
    (Reason.DWELLING_BARRED,),
    (Reason.NO_COLOUR,),
    (Reason.YELLOW,),
    (Reason.RED,),
)
"""What a person can change soonest, first. Those that only wait share a place: the one that ends first is said."""

_CHECK = (
    Reason.NOT_READY,
    Reason.CLOCK_UNKNOWN,
    Reason.WRONG_GATE,
    Reason.POLICY_EXPIRED,
    Reason.KEYS_MISSING,
    Reason.UNREADABLE,
    Reason.UNKNOWN_KEY,
    Reason.CLOCK_SKEW,
    Reason.ROSTER_EXPIRED,
    Reason.COLOUR_UNKNOWN,
    Reason.STRIP_TOO_OLD,
    Reason.FEED_TOO_OLD,
    Reason.RESIDENCE_UNKNOWN,
    Reason.NO_COLOUR_HOME,
    Reason.NOT_MEASURED,
)
"""What lies with the gate before what lies with the code, and that before what lies with the person."""

_PLACE: dict[Verdict, dict[Reason, int]] = {
    Verdict.HOLD: {reason: place for place, reason in enumerate(_HOLD)},
    Verdict.REFUSE: {reason: place for place, reasons in enumerate(_SOONEST) for reason in reasons},
    Verdict.CHECK: {reason: place for place, reason in enumerate(_CHECK)},
}


def _precedence(finding: Finding) -> tuple[int, int, int]:
    until = 0 if finding.until is None else finding.until
    return -finding.verdict.gravity, _PLACE[finding.verdict].get(finding.reason, 99), until


def said(findings: Iterable[Finding]) -> Finding | None:
    """The finding that decides: the gravest verdict; among refusals the one the person can change soonest."""
    return min(findings, key=_precedence, default=None)


def gathered(findings: Iterable[tuple[int, Finding]]) -> list[Finding]:
    """Findings about single people, by position, put together when they say the same; no positions for one alone."""
    found: dict[tuple[Verdict, Reason, int | None], list[int]] = {}
    for position, finding in findings:
        found.setdefault((finding.verdict, finding.reason, finding.until), []).append(position)
    return [Finding(verdict, reason, tuple(at), until) for (verdict, reason, until), at in found.items()]
