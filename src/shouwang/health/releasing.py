"""The second pair of eyes: releasing records that were held, or not."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from shouwang import clock
from shouwang.command import queries as command
from shouwang.command.rules import Scope, refuse_deed
from shouwang.health.actions import SHORTEST_REASON, correct_event, record_facts, withdraw_event
from shouwang.health.facts import Fact
from shouwang.health.holding import CORRECT, RECORD, Told
from shouwang.health.models import HeldFact, Hold
from shouwang.health.rules import Kind
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal

RELEASE = "health.release"

RECORDS_A_SECOND = 2000
"""Of a release with the colours that follow, measured on two cores; see
tests/test_releasing_many.py."""


def seconds_for(records: int) -> int:
    """About how long releasing so many records takes: what whoever presses the button should expect."""
    return max(1, round(records / RECORDS_A_SECOND))


@dataclass(frozen=True)
class Released:
    """What became of a released hold: facts recorded, and those that no longer could be."""

    recorded: int
    refused: int


def refuse_release(scope: Scope | None, hold: Hold) -> Refusal | None:
    """Why somebody may not decide on a hold; None when they may. It takes another account, posted over a wider area;
    over the whole city, where no area is wider, another account of the whole city. Whom the author has posted is the
    author's own hand."""
    refusal = refuse_deed(scope, RELEASE, hold.area_path)
    if refusal is not None:
        return refusal
    assert scope is not None
    if scope.account_id == hold.account_id or scope.account_name == hold.author:
        return Refusal("health.own_hold", status=403)
    if command.granter_of(scope.post_id) == hold.author:
        return Refusal("health.own_hand", status=403)
    if scope.area_path == hold.area_path and not scope.is_whole_city:
        return Refusal("health.wider_area_needed", status=403)
    return None


def refuse_operator(by: Actor, hold: Hold) -> Refusal | None:
    """Why somebody at the command line may not decide on a hold: what they took in themselves waits for another."""
    return Refusal("health.own_hold", status=403) if by.name == hold.author else None


@transaction.atomic
def release(number: int, *, scope: Scope | None, by: Actor, note: str) -> Released:
    """Let held records become facts, by their author, seen by a second. What has meanwhile become impossible (the
    fact was corrected by somebody else, the reference taken) is refused one by one and stays listed.

    `scope` is that of a person; only an operator at the command line has none."""
    hold = _waiting(number, scope, by, note)
    kind = "operator" if hold.account_id is None else "person"
    author = Actor(kind, hold.author, hold.account_id, hold.post_id, hold.area_path)
    rows = list(HeldFact.objects.filter(hold=hold).order_by("id"))
    facts = [row for row in rows if row.deed == RECORD]
    refused = 0
    if facts:
        told = [
            Told(row.person_id, Fact(row.ref, Kind(row.kind), row.time, row.ends, row.source, row.note, row.value))
            for row in facts
        ]
        for place, refusal in record_facts(told, by=author, seen_by=by.name).refused:
            refused += 1
            HeldFact.objects.filter(pk=facts[place].pk).update(refused=refusal.code)
    for row in rows:
        if row.deed == RECORD:
            continue
        try:
            with transaction.atomic():
                _change(row, author, by.name)
        except Refusal as refusal:
            refused += 1
            HeldFact.objects.filter(pk=row.pk).update(refused=refusal.code)
    _decide(hold, True, note, by, {"recorded": len(rows) - refused, "refused": refused})
    return Released(len(rows) - refused, refused)


def _change(row: HeldFact, author: Actor, seen_by: str) -> None:
    # The author was allowed to when it was held; what is asked now is a second pair of eyes, not the permission again.
    as_author = Actor("system", author.name, author.account_id, author.post_id, author.area_path)
    if row.deed == CORRECT:
        correct_event(
            row.target,
            why=row.why,
            by=as_author,
            kind=row.kind,
            time=row.time,
            ends=row.ends,
            source=row.source,
            note=row.note,
            seen_by=seen_by,
        )
    else:
        withdraw_event(row.target, why=row.why, by=as_author, seen_by=seen_by)


@transaction.atomic
def refuse(number: int, *, scope: Scope | None, by: Actor, note: str) -> None:
    """Do not release: what was held never becomes a fact, and stays readable with the reason."""
    _decide(_waiting(number, scope, by, note), False, note, by, {})


def _waiting(number: int, scope: Scope | None, by: Actor, note: str) -> Hold:
    operator = scope is None and by.kind == "operator"
    within = "" if operator else scope.area_path if scope else None
    hold = Hold.objects.select_for_update().filter(pk=number, area_path__startswith=within or "").first()
    if hold is None or (not within and not operator):
        raise Refusal("health.no_such_hold", status=404)
    if refusal := refuse_operator(by, hold) if operator else refuse_release(scope, hold):
        raise refusal
    if hold.decided_at is not None:
        raise Refusal("health.hold_decided", status=409)
    if len(note.strip()) < SHORTEST_REASON:
        raise Refusal("health.reason_needed", field="note")
    return hold


def _decide(hold: Hold, released: bool, note: str, by: Actor, detail: dict[str, int]) -> None:
    hold.decided_at, hold.decided_by, hold.released, hold.note = clock.now(), by.name, released, note.strip()
    hold.save(update_fields=["decided_at", "decided_by", "released", "note"])
    deed = "health.release_hold" if released else "health.refuse_hold"
    record(by=by, deed=deed, on=f"health.Hold:{hold.pk}", why=note.strip(), area_path=hold.area_path, detail=detail)
