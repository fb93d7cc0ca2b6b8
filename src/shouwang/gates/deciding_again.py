"""A passage decided a second time: the same function, the row that the gate used, and what the office knows by now.

What only the phone has seen is taken as it told it: that the code was good and in its time, the name, the mask, the
temperatures. So nothing is said of passages that failed on the code, or where the phone could not know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from shouwang.gates.passage import Reason
from shouwang.gates.policy import Direction, Earlier, Exemption, PassagePolicy, Verdict
from shouwang.gates.rules import decide_passage
from shouwang.gates.traveller import Gate, Kind, Member, Reading, ReadingState, Temperature, Traveller

ONLY_THE_PHONE = frozenset(
    {
        Reason.FORGED,
        Reason.WRONG_USE,
        Reason.EXPIRED,
        Reason.CARD_REVOKED,
        Reason.IDENTITY_WRONG,
        Reason.MASK_MISSING,
        Reason.PURPOSE_NEEDED,
        Reason.NOT_MEASURED,
        Reason.FEVER_WAIT,
        Reason.FEVER_SECOND,
        Reason.FEVER,
    }
)
"""Why somebody was not let through as only the phone could see."""
TOGETHER = frozenset({"family", "vehicle"})
"""Those who come together have one answer; of one of them alone nothing follows from a refusal."""


class Told(Protocol):
    """A passage as it was sent and is kept."""

    id: UUID
    at: datetime
    direction: str
    kind: str
    list: int | None
    idx: int | None
    row: int | None
    temperature: Decimal | None
    second_temperature: Decimal | None
    mask: bool | None
    identity: bool | None
    verdict: str
    reason: str
    detail: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the office knows of a passage's person at that moment. `colour`: as in the feed; `dwelling`, `household`: of
    residents of this compound."""

    person: int | None
    colour: int
    resident: bool
    dwelling: str
    household: int | None
    excepted_until: datetime | None
    earlier: tuple[Earlier, ...]


def differing(row: PassagePolicy, told: Told, known: Known) -> tuple[str, str] | None:
    """Verdict and reason now, where they say something else than the phone did; None where they do not.

    Of several answers that were possible (whether a delivery was for one household) the mildest counts.
    """
    if told.verdict != Verdict.PASS and (told.reason in ONLY_THE_PHONE or told.kind in TOGETHER):
        return None
    couriers = (False, True) if told.kind == Kind.DELIVERY else (False,)
    answers = [_decided(row, told, known, courier) for courier in couriers]
    answer = min(answers, key=lambda one: one[0].gravity)
    return None if answer[0] == told.verdict else (answer[0].value, answer[1].value)


def _decided(row: PassagePolicy, told: Told, known: Known, courier: bool) -> tuple[Verdict, Reason]:
    now = int(told.at.timestamp())
    held: tuple[Exemption, ...] = ()
    if known.excepted_until is not None and known.person is not None:
        held = (Exemption(now, min(int(known.excepted_until.timestamp()) + 1, now + 3_600), row=known.person),)
    policy = replace(row, issued=now - 1, expires=now + 1, exceptions=held, earlier=known.earlier)
    gate = Gate(row.compound, row.gate, feed_at=now, clock_offset_ms=0, roster_at=now, roster_expires=now + 1)
    passage = decide_passage(policy, _traveller(row, told, known, courier), gate, Direction(told.direction), now)
    return passage.verdict, passage.reason


def _traveller(row: PassagePolicy, told: Told, known: Known, courier: bool) -> Traveller:
    now = int(told.at.timestamp())
    detail = told.detail or {}
    # A card's "no colour" may mean that it was revoked, which the phone knew: the person is looked at, not the card.
    kind = Kind.STRIP if told.kind == Kind.CARD else Kind(told.kind)
    person = Member(
        idx=told.idx,
        claim=known.colour,
        status=known.colour,
        resident=known.resident,
        row=known.person,
        household=known.household,
        dwelling=known.dwelling,
    )
    shown = told.idx is not None and kind is not Kind.ROSTER
    of = kind if kind in {Kind.STRIP, Kind.FAMILY, Kind.LOOKUP} else Kind.STRIP
    host = detail.get("host")
    return Traveller(
        kind=kind,
        reading=Reading(ReadingState.OK, now, now + 1, of) if shown else None,
        people=(person,) if known.person is not None else (),
        status_at=now,
        phone_hash=_text(detail.get("phone_hash")),
        plate=_text(detail.get("plate")),
        host=host if isinstance(host, int) else None,
        courier=courier,
        purpose=_text(detail.get("purpose")) or "",
        identity=told.identity,
        mask=told.mask,
        temperatures=_temperatures(row, told, now),
        list=told.list,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _temperatures(row: PassagePolicy, told: Told, now: int) -> tuple[Temperature, ...]:
    """A second reading was taken after the rest; when exactly the first was is not told."""
    first, second = told.temperature, told.second_temperature
    readings = []
    if first is not None:
        readings.append(Temperature(int(first * 10), now if second is None else now - row.second_reading_minutes * 60))
    if second is not None:
        readings.append(Temperature(int(second * 10), now))
    return tuple(readings)
