"""What a health fact must be before it is recorded, whether it was typed on a page or stood in a file. Pure.

A fact that breaks a rule is refused with the field at fault, so that the page and the file say the same words.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from shouwang import clock
from shouwang.health.rules import Kind
from shouwang.refusal import Refusal

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Damaged spreadsheets date things 1899-12-30, 1900-01-01 or 1970-01-01; no fact of an outbreak is that old."""

COOLEST, HOTTEST = Decimal(30), Decimal(45)
"""Degrees Celsius that a living body may be measured at; anything else is a slip of the hand or of the thermometer."""

LONGEST_REF, LONGEST_SOURCE, LONGEST_NOTE = 100, 200, 2000
"""Characters. A longer text is a shifted column, not a reference."""

_DEGREES = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)(?:°?C|°|度|摄氏度)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about one person, checked by itself. `ends` is the reference of another event, or empty."""

    ref: str
    kind: Kind
    time: datetime
    ends: str = ""
    source: str = ""
    note: str = ""
    value: Decimal | None = None


def checked(
    ref: str, kind: str, time: str | datetime, *, ends: str = "", source: str = "", note: str = "", now: datetime
) -> Fact:
    """The fact that these words tell. `time` is ISO text (local time when it has no offset) or an aware moment.

    Raises Refusal with the field: `health.no_reference`, `health.unknown_kind`, `health.bad_time`,
    `health.future_time`, `health.bad_temperature`, `health.ends_itself`, `health.case_missing`, `health.too_long`.
    """
    if not ref:
        raise Refusal("health.no_reference", field="event")
    for field, text, longest in (
        ("event", ref, LONGEST_REF),
        ("ends", ends, LONGEST_REF),
        ("source", source, LONGEST_SOURCE),
        ("note", note, LONGEST_NOTE),
    ):
        if len(text) > longest or "\x00" in text:
            raise Refusal("health.too_long", field=field, longest=longest)
    known = kind_of(kind)
    moment = moment_of(time, now)
    if ends == ref:
        raise Refusal("health.ends_itself", field="ends", event=ref)
    if known is Kind.CLOSE_CONTACT_OF and not ends:
        raise Refusal("health.case_missing", field="ends")
    value = temperature(note) if known is Kind.TEMPERATURE else None
    return Fact(ref, known, moment, ends, source, note, value)


def kind_of(word: str) -> Kind:
    """The kind a word names, exactly as in the import contract. Raises Refusal `health.unknown_kind`."""
    try:
        return Kind(word)
    except ValueError:
        near = difflib.get_close_matches(word.lower(), list(Kind), n=1)
        raise Refusal(
            "health.unknown_kind", field="kind", kind=word, near=near[0] if near else "", kinds=", ".join(Kind)
        ) from None


def moment_of(time: str | datetime, now: datetime) -> datetime:
    """The moment, in UTC. Raises Refusal when it is no moment, before every outbreak, or still to come."""
    try:
        moment = clock.parse(time) if isinstance(time, str) else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal("health.bad_time", field="time", time=time) from None
    if moment < EARLIEST:
        raise Refusal("health.bad_time", field="time", time=time)
    if moment > now:
        raise Refusal(
            "health.future_time", field="time", time=time, now=now.astimezone(clock.ZONE).isoformat(timespec="minutes")
        )
    return moment


def temperature(text: str) -> Decimal:
    """Degrees Celsius from `37.5`, `37,5`, `37.5℃`, `３７．５ 度`. Raises Refusal `health.bad_temperature`."""
    plain = unicodedata.normalize("NFKC", text).replace(",", ".").replace("。", ".").replace(" ", "")
    found = _DEGREES.fullmatch(plain)
    degrees = Decimal(found[1]) if found else None
    if degrees is None or not COOLEST <= degrees <= HOTTEST:
        raise Refusal("health.bad_temperature", field="note", text=text, coolest=COOLEST, hottest=HOTTEST)
    return degrees


def refuse_ends(fact: Fact, person_id: int, target: Fact, target_person_id: int) -> Refusal | None:
    """Why a fact may not name `target` in `ends`; None when it may.

    A person's own finding is ended by their own events only; `close_contact_of` names the case, who is somebody else,
    and says nothing about which of the two was recorded as happening first.
    """
    if fact.kind is Kind.CLOSE_CONTACT_OF:
        if person_id == target_person_id:
            return Refusal("health.contact_of_self", field="ends", ends=fact.ends)
        return None
    if person_id != target_person_id:
        return Refusal("health.ends_of_another", field="ends", ends=fact.ends)
    if fact.time < target.time:
        return Refusal(
            "health.ends_before_it_begins",
            field="time",
            ends=fact.ends,
            begun=target.time.astimezone(clock.ZONE).isoformat(timespec="minutes"),
        )
    return None


def differences(fact: Fact, recorded: Fact) -> list[str]:
    """The fields in which a fact differs from the one recorded under its reference; empty when they say the same."""
    return [
        name for name in ("kind", "time", "ends", "source", "note") if getattr(fact, name) != getattr(recorded, name)
    ]


def amended(
    recorded: Fact,
    ref: str,
    now: datetime,
    *,
    kind: str | None = None,
    time: str | datetime | None = None,
    ends: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> Fact:
    """The fact that replaces `recorded`: the given values new, the others as they were. Raises Refusal as `checked`."""
    before = replace(recorded, ref=ref)
    return checked(
        ref,
        before.kind if kind is None else kind,
        before.time if time is None else time,
        ends=before.ends if ends is None else ends,
        source=before.source if source is None else source,
        note=before.note if note is None else note,
        now=now,
    )
