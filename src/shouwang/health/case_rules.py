"""When a person counts among the confirmed: evidence read as spans of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shouwang import clock
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import CASE, Event, evidence_of, or_never, standing_spans


def case_spans(events: Iterable[Event], policy: HealthPolicy) -> tuple[tuple[datetime, datetime | None], ...]:
    """When a person counts among the confirmed: half-open spans [from, until), until None while they still count.

    A confirmed case counts from its event until it is withdrawn; cure and death do not take it away. A clinical
    diagnosis counts from the first day that class was in force. A resident's own report never counts.
    Cumulative confirmed of a day = people with a span that holds its last moment; the first span's start is "new".
    """
    floor = policy.clinically_diagnosed_from
    spans: list[tuple[datetime, datetime | None]] = []
    for one in evidence_of(events, policy):
        if one.kind not in CASE or one.self_reported:
            continue
        stands = standing_spans(one, one.endings)
        if one.kind == "clinically_diagnosed":
            if floor is None:
                continue
            stands = [(max(begins, clock.day_bounds(floor)[0]), ends) for begins, ends in stands]
        spans += [(begins, ends) for begins, ends in stands if begins < or_never(ends)]
    return _joined(spans)


def _joined(spans: Iterable[tuple[datetime, datetime | None]]) -> tuple[tuple[datetime, datetime | None], ...]:
    joined: list[tuple[datetime, datetime | None]] = []
    for begins, ends in sorted(spans, key=lambda span: (span[0], or_never(span[1]))):
        if joined and begins <= or_never(joined[-1][1]):
            before = joined.pop()
            begins, ends = before[0], max(before[1], ends, key=or_never)
        joined.append((begins, ends))
    return tuple(joined)


def first_confirmed(events: Iterable[Event], policy: HealthPolicy) -> datetime | None:
    """When a person first counted among the confirmed, withdrawn later or not; None if never."""
    spans = case_spans(events, policy)
    return spans[0][0] if spans else None
