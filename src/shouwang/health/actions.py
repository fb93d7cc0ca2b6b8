"""Deeds of the health room: facts recorded, corrected, withdrawn. Nothing here or elsewhere edits a fact."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from shouwang import clock
from shouwang.command.rules import Scope
from shouwang.health import facts, holding, permissions, queries
from shouwang.health.appending import NewRow, append, next_ref
from shouwang.health.events import EvidenceRecorded
from shouwang.health.facts import Fact
from shouwang.health.holding import Told
from shouwang.health.models import HealthEvent
from shouwang.health.queries import WITHDRAWAL
from shouwang.health.rules import Kind
from shouwang.journal.actions import Actor, record
from shouwang.journal.events import announce
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents

RECORDING_LOCK = 0x5357_4845
"""Advisory lock under which files of facts are compared with what is recorded, so that two files do not interleave."""

PEOPLE_AN_ANNOUNCEMENT = 5000
"""How many people one announcement names at most."""

SHORTEST_REASON = 4
"""Characters; less is no reason."""


@dataclass(frozen=True)
class Taken:
    """What became of facts told together, by their place in the sequence."""

    new: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Recorded as waiting for a second pair of eyes (holding.py); nothing follows from them yet."""


@transaction.atomic
def record_facts(told: Sequence[Told], *, by: Actor, dry_run: bool = False, seen_by: str = "") -> Taken:
    """Record facts told together, in any order: `ends` may name one told later or recorded long ago.

    What is recorded already under the same reference and says the same is unchanged; what says something else is
    refused, as is what names an event that does not exist, is refused itself, or cannot be ended by it. What one
    account records about too many people is held, unless a second pair of eyes (`seen_by`) has seen it.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [RECORDING_LOCK])
    recorded = queries.recorded_facts({one.fact.ref for one in told} | {one.fact.ends for one in told if one.fact.ends})
    taken = Taken()
    accepted: dict[str, int] = {}
    for place, one in enumerate(told):
        before = recorded.get(one.fact.ref)
        if before is not None:
            refusal = _differs(one, before)
            if refusal is None:
                taken.unchanged.append(place)
            else:
                taken.refused.append((place, refusal))
        elif one.fact.ref in accepted:
            taken.refused.append((place, Refusal("health.told_twice", field="event", event=one.fact.ref)))
        else:
            accepted[one.fact.ref] = place
    taken.refused.extend(_refuse_ends(told, accepted, recorded))
    taken.new.extend(accepted.values())
    if taken.new and holding.is_watched(by) and not seen_by:
        taken.held.extend(holding.hold_facts([(place, told[place]) for place in taken.new], by, dry_run=dry_run))
        taken.new[:] = sorted(set(taken.new) - set(taken.held))
    if taken.new and not dry_run:
        ids = {ref: known.id for ref, known in recorded.items()}
        new_ids = append([NewRow(told[place].person_id, told[place].fact) for place in taken.new], ids, by)
        _announce([told[place] for place in taken.new])
        record(
            by=by,
            deed="health.record_facts",
            on=f"health.HealthEvent:{new_ids[0]}-{new_ids[-1]}",
            detail={
                "new": len(taken.new),
                "unchanged": len(taken.unchanged),
                "refused": len(taken.refused),
                **({"released_by": seen_by} if seen_by else {}),
            },
        )
    return taken


def _differs(one: Told, before: queries.Recorded) -> Refusal | None:
    fields = facts.differences(one.fact, before.fact)
    if one.person_id != before.person_id:
        fields = ["person", *fields]
    if not fields:
        return None
    return Refusal("health.reference_taken", field="event", event=one.fact.ref, fields=", ".join(fields))


def _refuse_ends(
    told: Sequence[Told], accepted: dict[str, int], recorded: dict[str, queries.Recorded]
) -> list[tuple[int, Refusal]]:
    """Refuse what names a wrong event in `ends`, and then what names the refused, and take them out of `accepted`."""
    naming: dict[str, list[str]] = {}
    waiting = list(accepted)
    for ref in waiting:
        naming.setdefault(told[accepted[ref]].fact.ends, []).append(ref)
    refused: list[tuple[int, Refusal]] = []
    while waiting:
        gone = []
        for ref in waiting:
            if ref not in accepted:
                continue
            one = told[accepted[ref]]
            refusal = _refuse_one_ends(one, told, accepted, recorded) if one.fact.ends else None
            if refusal is not None:
                refused.append((accepted.pop(ref), refusal))
                gone.append(ref)
        waiting = [after for ref in gone for after in naming.get(ref, [])]
    return refused


def _refuse_one_ends(
    one: Told, told: Sequence[Told], accepted: dict[str, int], recorded: dict[str, queries.Recorded]
) -> Refusal | None:
    target = recorded.get(one.fact.ends)
    if target is not None:
        return facts.refuse_ends(one.fact, one.person_id, target.last, target.person_id)
    if one.fact.ends not in accepted:
        return Refusal("health.ends_unknown", field="ends", ends=one.fact.ends)
    other = told[accepted[one.fact.ends]]
    return facts.refuse_ends(one.fact, one.person_id, other.fact, other.person_id)


@transaction.atomic
def record_event(
    person_id: int,
    kind: str,
    time: str | datetime | None = None,
    *,
    by: Actor,
    scope: Scope | None = None,
    ref: str = "",
    ends: str = "",
    source: str = "",
    note: str = "",
) -> str:
    """Record one fact about a person, true at `time` (now), and answer its reference. Raises Refusal.

    The same `ref` told again with the same words changes nothing, so a form that is sent twice records once.
    """
    permissions.require(by, scope, permissions.RECORD, _home_path(person_id))
    now = clock.now()
    before = queries.recorded_facts([ref]).get(ref) if ref and time is None else None
    moment = before.fact.time if before else time or now
    fact = facts.checked(ref or new_ref(), kind, moment, ends=ends, source=source, note=note, now=now)
    taken = record_facts([Told(person_id, fact)], by=by)
    for _place, refusal in taken.refused:
        raise refusal
    return fact.ref


def _home_path(person_id: int) -> str:
    today = clock.today()
    home = residents.places_on([(person_id, today)]).get((person_id, today))
    if home is None:
        raise Refusal("health.unknown_person", status=404, person=f"#{person_id}")
    return home.area_path


def record_temperature(
    person_id: int,
    degrees: str,
    *,
    by: Actor,
    scope: Scope | None = None,
    ref: str = "",
    time: str | datetime | None = None,
    source: str = "follow-up",
) -> str:
    """Record a temperature taken now (or at `time`), as written: `36.8`, `37,5℃`. Answers its reference."""
    return record_event(person_id, Kind.TEMPERATURE, time, by=by, scope=scope, ref=ref, source=source, note=degrees)


def record_symptom(
    person_id: int,
    *,
    by: Actor,
    scope: Scope | None = None,
    note: str = "",
    ref: str = "",
    time: str | datetime | None = None,
    source: str = "follow-up",
) -> str:
    """Record that a person has symptoms now (or at `time`). Answers its reference."""
    return record_event(person_id, Kind.SYMPTOM, time, by=by, scope=scope, ref=ref, source=source, note=note)


@transaction.atomic
def record_visit(
    person_id: int, degrees: str, symptom: bool, *, by: Actor, scope: Scope | None = None, ref: str = ""
) -> list[str]:
    """Record what was found when asking after a person: a temperature, symptoms, or both. Answers the references.

    Raises Refusal when nothing was entered, or when the temperature is none; then nothing is recorded.
    """
    if not degrees and not symptom:
        raise Refusal("health.nothing_entered", field="temperature")
    ref = ref or new_ref()
    refs = []
    if degrees:
        refs.append(record_temperature(person_id, degrees, by=by, scope=scope, ref=ref))
    if symptom:
        refs.append(record_symptom(person_id, by=by, scope=scope, ref=f"{ref}-s"))
    return refs


@transaction.atomic
def correct_event(
    ref: str,
    *,
    why: str,
    by: Actor,
    scope: Scope | None = None,
    kind: str | None = None,
    time: str | datetime | None = None,
    ends: str | None = None,
    source: str | None = None,
    note: str | None = None,
    seen_by: str = "",
) -> str:
    """Record a row that supersedes a wrong one, with the given values new, and answer its reference.

    Raises Refusal: without a reason, when nothing would change, when the row was corrected before (the last row of the
    chain is the one to correct), or when an event that ends it would then lie before it.
    """
    wrong = _standing(ref, why, by, scope)
    before = queries.fact_of(wrong)
    fact = facts.amended(before, next_ref(ref), clock.now(), kind=kind, time=time, ends=ends, source=source, note=note)
    if not facts.differences(fact, before):
        raise Refusal("health.nothing_changed", event=ref)
    ids: dict[str, int] = {}
    if fact.ends:
        target = queries.recorded_facts({fact.ends}).get(fact.ends)
        if target is None:
            raise Refusal("health.ends_unknown", field="ends", ends=fact.ends)
        refusal = facts.refuse_ends(fact, wrong.person_id, target.last, target.person_id)
        if refusal is not None:
            raise refusal
        ids[fact.ends] = target.id
    first_end = queries.first_ending_of(wrong)
    if first_end is not None and first_end < fact.time:
        raise Refusal(
            "health.ended_before", field="time", ended=first_end.astimezone(clock.ZONE).isoformat(timespec="minutes")
        )
    _supersede(wrong, fact, fact.kind, why, "health.correct_event", ids, by, seen_by)
    return fact.ref


@transaction.atomic
def withdraw_event(ref: str, *, why: str, by: Actor, scope: Scope | None = None, seen_by: str = "") -> str:
    """Take a fact back that never was one: record a row that supersedes it and says nothing else."""
    wrong = _standing(ref, why, by, scope)
    before = queries.fact_of(wrong)
    fact = Fact(next_ref(ref), before.kind, before.time, source=before.source)
    _supersede(wrong, fact, WITHDRAWAL, why, "health.withdraw_event", {}, by, seen_by)
    return fact.ref


def _standing(ref: str, why: str, by: Actor, scope: Scope | None) -> HealthEvent:
    """The row to be superseded, held until the deed is done."""
    if len(why.strip()) < SHORTEST_REASON:
        raise Refusal("health.reason_needed", field="why")
    wrong = queries.event(ref, scope)
    permissions.require(by, scope, permissions.CORRECT, wrong.person.area_path)
    HealthEvent.objects.select_for_update().get(pk=wrong.pk)
    successor = HealthEvent.objects.filter(supersedes=wrong).values_list("ref", flat=True).first()
    if successor is not None or wrong.kind == WITHDRAWAL:
        raise Refusal("health.already_corrected", status=409, event=ref, successor=successor or ref)
    return wrong


def _supersede(
    wrong: HealthEvent, fact: Fact, kind: str, why: str, deed: str, ids: dict[str, int], by: Actor, seen_by: str
) -> None:
    if holding.is_watched(by) and not seen_by:
        before = queries.fact_of(wrong)
        if holding.hold_change(wrong.person_id, before, fact, kind == WITHDRAWAL, why.strip(), by):
            return
    new_ids = append([NewRow(wrong.person_id, fact, kind, wrong.pk, why.strip())], ids, by)
    announce(EvidenceRecorded((wrong.person_id,), min(fact.time, wrong.time)))
    record(
        by=by,
        deed=deed,
        on=f"health.HealthEvent:{new_ids[0]}",
        why=why.strip(),
        area_path=wrong.area_path,
        detail={"supersedes": wrong.pk, **({"released_by": seen_by} if seen_by else {})},
    )


def new_ref() -> str:
    """A reference for a fact that no file names; also what a form carries, so that sending it twice records once."""
    return f"w-{uuid.uuid4().hex}"


def _announce(told: Iterable[Told]) -> None:
    since: dict[int, datetime] = {}
    for one in told:
        since[one.person_id] = min(one.fact.time, since.get(one.person_id, one.fact.time))
    people = sorted(since)
    for start in range(0, len(people), PEOPLE_AN_ANNOUNCEMENT):
        portion = people[start : start + PEOPLE_AN_ANNOUNCEMENT]
        announce(EvidenceRecorded(tuple(portion), min(since[person] for person in portion)))
