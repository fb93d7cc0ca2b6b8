"""What a person's evidence is to the units they lived in: cases, and findings cut by where they lived. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shouwang import clock
from shouwang.health.case_rules import case_spans
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import CASE, Event, Evidence, evidence_of, standing_spans

Home = tuple[date | None, int]
"""First day on which a person no longer lived there (None: the present home), and the unit."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A case or a stretch of a finding, at the unit in which the person lived then."""

    event: str
    kind: str
    is_case: bool
    own: bool
    area: int
    since: datetime
    until: datetime | None


def pieces_of(
    events: Sequence[Event], policy: HealthPolicy, homes: Sequence[Home], wanted: frozenset[str]
) -> list[Piece]:
    """The cases and findings of one person. `wanted` are the kinds of finding that some policy asks for.

    A case belongs to where the person lived on its day; a finding, as long as it is open, to where they live.
    """
    evidence = evidence_of(events, policy)
    found = list(_cases(events, evidence, policy, homes))
    for one in evidence:
        if one.kind in wanted:
            for since, until in open_spans(one):
                found += [
                    Piece(one.event, one.kind, False, one.self_reported, area, begins, ends)
                    for area, begins, ends in _by_home(since, until, homes)
                ]
    return sorted(found, key=lambda piece: (piece.since, piece.event, piece.kind))


def _cases(
    events: Sequence[Event], evidence: Iterable[Evidence], policy: HealthPolicy, homes: Sequence[Home]
) -> Iterator[Piece]:
    """Somebody is a case once, however often it is confirmed; an asymptomatic infection is told by itself."""
    floor = policy.clinically_diagnosed_from
    for begins, ends in case_spans(events, policy):
        for one in evidence:
            late = floor is not None and one.kind == "clinically_diagnosed"
            counted = max(one.since, clock.day_bounds(floor)[0]) if late and floor is not None else one.since
            if one.kind in CASE and not one.self_reported and counted == begins:
                yield Piece(one.event, one.kind, True, False, _home_on(begins, homes), begins, ends)
                break
        else:
            # A case that stands again after its exclusion was taken back: named by the event it had.
            known = next(one for one in evidence if one.kind in CASE and not one.self_reported and one.since <= begins)
            yield Piece(known.event, known.kind, True, False, _home_on(begins, homes), begins, ends)
    for one in evidence:
        if one.kind == "asymptomatic" and not one.self_reported:
            for begins, ends in standing_spans(one, one.endings):
                yield Piece(one.event, one.kind, True, False, _home_on(begins, homes), begins, ends)


def open_spans(one: Evidence) -> list[tuple[datetime, datetime | None]]:
    """When evidence is open, [from, until): not after what closed it, and again once that was taken back."""
    spans: list[tuple[datetime, datetime | None]] = []
    begins: datetime | None = one.since
    closed = sorted(
        ((end.at, end.until) for end in one.endings if end.closes),
        key=lambda span: (span[0], span[1] is not None, span[1] or span[0]),
    )
    for at, until in closed:
        if begins is None:
            break
        if until is not None and until <= begins:
            continue
        if at > begins:
            spans.append((begins, at))
        begins = None if until is None else max(begins, until)
    return spans if begins is None else [*spans, (begins, None)]


def _home_on(moment: datetime, homes: Sequence[Home]) -> int:
    day = clock.local_day(moment)
    return next(area for until, area in homes if until is None or day < until)


def _by_home(
    since: datetime, until: datetime | None, homes: Sequence[Home]
) -> Iterator[tuple[int, datetime, datetime | None]]:
    """A stretch of time cut where the person moved."""
    begins = since
    for last_day, area in homes:
        leaves = None if last_day is None else clock.day_bounds(last_day)[0]
        if leaves is not None and leaves <= begins:
            continue
        if leaves is None or (until is not None and until <= leaves):
            yield area, begins, until
            return
        yield area, begins, leaves
        begins = leaves
