"""The server's second look at passages: was somebody let through whose colour, at that moment, was red or yellow?

A phone without network decides by what it last heard. What happened stays as it was; where the server knows better it
is flagged for an officer, who asks. Whoever goes out on yellow, or was let through with a reason, is not flagged.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db import transaction

from shouwang import clock
from shouwang.codes import holders
from shouwang.codes import queries as codes
from shouwang.codes.policy import Colour
from shouwang.gates.models import Flag, Passage, Watermark
from shouwang.gates.partitions import DAYS_KEPT

AT_ONCE = 20_000
LATE = timedelta(minutes=1)
STOPPED = {Colour.RED: "red", Colour.YELLOW: "yellow"}


@transaction.atomic
def flag_verdicts() -> int:
    """Look at passages that arrived since the last look; answers how many were flagged."""
    now = clock.now()
    mark, _new = Watermark.objects.select_for_update().get_or_create(
        job="second_look", defaults={"received_until": now - timedelta(days=DAYS_KEPT)}
    )
    arrived = Passage.objects.filter(received_at__gt=mark.received_until, received_at__lte=now - LATE)
    some = list(arrived.order_by("received_at", "id")[:AT_ONCE])
    if not some:
        return 0
    # Of the last moment there may be more than were read; those are looked at again, and flagged once all the same.
    last = some[-1].received_at
    flags = _differing([one for one in some if one.verdict == "pass" and not one.overridden])
    Flag.objects.bulk_create(flags, ignore_conflicts=True)
    mark.received_until = last if len(some) < AT_ONCE else max(some[0].received_at, last - timedelta(microseconds=1))
    mark.save(update_fields=["received_until"])
    return len(flags)


def _differing(passages: list[Passage]) -> list[Flag]:
    people = _people(passages)
    # Most people never had anything decided about them: they are green, and nothing more is asked.
    known = set(codes.statuses_of(set(people.values())))
    found = []
    for passage in passages:
        person = people.get(str(passage.id))
        if person is None or person not in known:
            continue
        shown = codes.shown_at(person, passage.at)
        if shown is None or shown.colour not in STOPPED:
            continue
        if shown.colour == Colour.YELLOW and passage.direction == "out":
            continue
        found.append(
            Flag(
                kind="verdict_differs",
                gate_id=passage.gate_id,
                area_path=passage.area_path,
                passage=passage.id,
                passage_day=passage.day,
                at=passage.at,
                made_at=clock.now(),
                detail={
                    "verdict": passage.verdict,
                    "reason": passage.reason,
                    "own_verdict": "hold" if shown.colour == Colour.RED else "refuse",
                    "own_reason": STOPPED[shown.colour],
                },
            )
        )
    return found


def _people(passages: list[Passage]) -> dict[str, int]:
    """Key → person, by line of the roster or by place in a list."""
    found: dict[str, int] = {}
    by_list: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        if passage.row is not None:
            found[str(passage.id)] = passage.row
        elif passage.list is not None and passage.idx is not None:
            by_list[passage.list].append(passage)
    for list_number, some in by_list.items():
        people = holders.people_at(list_number, [one.idx for one in some if one.idx is not None])
        for passage in some:
            if passage.idx in people:
                found[str(passage.id)] = people[passage.idx]
    return found
