"""The code: whether it could be read, whether it is in its time, and what colour each person has now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shouwang.gates.deciding.exception import is_for
from shouwang.gates.deciding.finding import Finding, Scene, gathered
from shouwang.gates.passage import Banner, Colour, Reason
from shouwang.gates.policy import ByColour, Direction, Verdict
from shouwang.gates.traveller import Kind, Member, Reading, ReadingState

_COLOURS = {0: Colour.GREEN, 1: Colour.RED, 2: Colour.YELLOW, 3: Colour.GREY}
"""As the feed numbers them. Grey is its `other`: no colour yet, or a card that is lost or revoked."""

_SEVERITY = {Colour.GREEN: 0, Colour.GREY: 1, Colour.YELLOW: 2, Colour.RED: 3}

_CODES = frozenset({Kind.STRIP, Kind.CARD, Kind.FAMILY})

_UNREAD = {
    ReadingState.MALFORMED: Finding(Verdict.CHECK, Reason.UNREADABLE),
    ReadingState.UNKNOWN_KEY: Finding(Verdict.CHECK, Reason.UNKNOWN_KEY),
    ReadingState.WRONG_USE: Finding(Verdict.REFUSE, Reason.WRONG_USE),
    ReadingState.BAD_SIGNATURE: Finding(Verdict.REFUSE, Reason.FORGED),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What the code gives: findings, the colour to be shown, banners, and whether any code was there at all."""

    findings: tuple[Finding, ...] = ()
    colour: Colour | None = None
    banner: tuple[Banner, ...] = ()
    shown: bool = True


def look(scene: Scene) -> Looked:
    """From the reading to the colours of all people. A code that cannot be trusted gives no colour."""
    traveller = scene.traveller
    source = source_of(scene)
    reading = traveller.reading if source is not Kind.ROSTER else None
    if source is None:
        return Looked(shown=False)
    if source in _CODES and not scene.gate.keys_loaded:
        return Looked((Finding(Verdict.CHECK, Reason.KEYS_MISSING),))
    if source is not Kind.ROSTER:
        if reading is None:
            return Looked((Finding(Verdict.CHECK, Reason.UNREADABLE),))
        if reading.state is not ReadingState.OK:
            return Looked((_UNREAD[reading.state],))
    if not traveller.people:
        return Looked((Finding(Verdict.CHECK, Reason.UNREADABLE),))
    timely = _times(scene, source, reading)
    colours, banner, stale = _colours(scene, source, reading)
    outcomes = gathered(_outcomes(scene, source, colours))
    worst = max((colour for colour in colours if colour), key=lambda colour: _SEVERITY[colour], default=None)
    lifted = any(
        colour is not Colour.GREEN and _is_excepted(scene, person)
        for person, colour in zip(traveller.people, colours, strict=True)
    )
    if stale is not None and stale.reason in {Reason.FEED_TOO_OLD, Reason.CLOCK_SKEW}:
        return Looked((*timely, stale))
    known = not timely and stale is None and None not in colours
    hidden = timely or lifted or (source is Kind.CARD and worst is Colour.GREY)
    return Looked(
        (*timely, *([stale] if stale else []), *outcomes),
        worst if worst is not None and (known or worst is not Colour.GREEN) and not hidden else None,
        banner,
    )


def source_of(scene: Scene) -> Kind | None:
    """Where the colours come from: a kind of code, a look-up, or the roster; None while nothing was shown."""
    traveller = scene.traveller
    if traveller.kind in {Kind.VISITOR, Kind.VEHICLE, Kind.DELIVERY}:
        if traveller.reading is not None:
            return traveller.reading.of if traveller.reading.of in {*_CODES, Kind.LOOKUP} else Kind.STRIP
        return Kind.ROSTER if traveller.people else None
    return traveller.kind


def _times(scene: Scene, source: Kind, reading: Reading | None) -> tuple[Finding, ...]:
    """Issued before now and not yet over, with the tolerance of the clock both ways; of a roster, not yet expired."""
    policy, now = scene.policy, scene.now
    if reading is None:
        expires = scene.gate.roster_expires
        over = expires is None or now >= expires
        return (Finding(Verdict.CHECK, Reason.ROSTER_EXPIRED),) if over else ()
    if reading.issued is None or reading.expires is None or reading.expires <= reading.issued:
        return (Finding(Verdict.CHECK, Reason.UNREADABLE),)
    if reading.issued > now + policy.clock_tolerance:
        return (Finding(Verdict.CHECK, Reason.CLOCK_SKEW),)
    ages = {Kind.CARD: policy.card_max_age, Kind.LOOKUP: policy.lookup_max_age}
    ends = min(reading.expires, reading.issued + ages.get(source, policy.strip_max_age))
    return (Finding(Verdict.REFUSE, Reason.EXPIRED),) if now > ends + policy.clock_tolerance else ()


def _colours(
    scene: Scene, source: Kind, reading: Reading | None
) -> tuple[list[Colour | None], tuple[Banner, ...], Finding | None]:
    """Each person's colour (None: unknown), banners, and what the age of the data says against a green one."""
    traveller, gate, fresh, now = scene.traveller, scene.gate, scene.policy.freshness, scene.now
    issued = reading.issued if reading is not None else None
    colours = [_colour(person, traveller.status_at, issued) for person in traveller.people]
    held = traveller.status_at is not None and all(person.status in _COLOURS for person in traveller.people)
    as_of = traveller.status_at if held else gate.feed_at
    if source is Kind.LOOKUP and issued is not None:
        as_of = issued if not held or traveller.status_at is None else max(issued, traveller.status_at)
        held = True
    if as_of is None:
        return colours, (), Finding(Verdict.CHECK, Reason.FEED_TOO_OLD)
    age = now - as_of
    if age < -scene.policy.clock_tolerance:
        return colours, (), Finding(Verdict.CHECK, Reason.CLOCK_SKEW)
    if held and age <= fresh.normal:
        return colours, (), None
    if held and age <= fresh.banner:
        return colours, (Banner.FEED_LATE,), None
    if source is Kind.ROSTER:
        late = age > fresh.roster
        return colours, () if late else (Banner.ROSTER_STALE,), _TOO_OLD if late else None
    if age > fresh.stale:
        return colours, (), _TOO_OLD
    if issued is None or now - issued >= fresh.young:
        return colours, (Banner.FEED_STALE,), Finding(Verdict.CHECK, Reason.STRIP_TOO_OLD)
    return colours, (Banner.FEED_STALE,) if held else (Banner.LIST_NOT_HELD,), None


_TOO_OLD = Finding(Verdict.CHECK, Reason.FEED_TOO_OLD)


def _colour(person: Member, status_at: int | None, issued: int | None) -> Colour | None:
    """The feed's colour if at least as new as the code, else the worse of both; the code's where there is no feed."""
    claim = _COLOURS.get(person.claim) if person.claim is not None and issued is not None else None
    status = _COLOURS.get(person.status) if person.status is not None and status_at is not None else None
    if claim is None or status is None:
        return claim or status
    if status_at is not None and issued is not None and status_at >= issued:
        return status
    return max(claim, status, key=lambda colour: _SEVERITY[colour])


def _outcomes(scene: Scene, source: Kind, colours: list[Colour | None]) -> Iterator[tuple[int, Finding]]:
    """What each person's colour gives here, in this direction."""
    for position, (person, colour) in enumerate(zip(scene.traveller.people, colours, strict=True), start=1):
        if colour is None:
            yield position, Finding(Verdict.CHECK, Reason.COLOUR_UNKNOWN)
        elif source is Kind.CARD and colour is Colour.GREY:
            yield position, Finding(Verdict.REFUSE, Reason.CARD_REVOKED)
        elif (verdict := _given(scene, person, colour)) is not Verdict.PASS and not _is_excepted(scene, person):
            yield position, Finding(verdict, _REASONS[colour, verdict])


_REASONS = {
    (Colour.RED, Verdict.HOLD): Reason.RED_HOLD,
    (Colour.RED, Verdict.REFUSE): Reason.RED,
    (Colour.YELLOW, Verdict.HOLD): Reason.YELLOW_HOLD,
    (Colour.YELLOW, Verdict.REFUSE): Reason.YELLOW,
    (Colour.GREY, Verdict.HOLD): Reason.NO_COLOUR,
    (Colour.GREY, Verdict.REFUSE): Reason.NO_COLOUR,
    (Colour.GREY, Verdict.CHECK): Reason.NO_COLOUR_HOME,
}


def _is_excepted(scene: Scene, person: Member) -> bool:
    return any(is_for(one, person, scene.traveller.list) for one in scene.excepted)


def _given(scene: Scene, person: Member, colour: Colour) -> Verdict:
    """By direction and whether this is the person's own gate; who may live here is treated as living here."""
    table = scene.policy.colours
    stranger = scene.traveller.kind in {Kind.VISITOR, Kind.DELIVERY}
    own = person.resident is True or (person.resident is None and not stranger)
    by: ByColour
    if scene.direction is Direction.IN:
        by = table.in_own if own else table.in_other
    else:
        by = table.out_own if own else table.out_other
    given: Verdict = getattr(by, colour.value)
    return given
