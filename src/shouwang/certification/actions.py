"""Deeds of certification: the steps of people, evidence followed, the day and its round. Each is one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import deciding, evidence, permissions, queries
from shouwang.certification.deciding import Decided
from shouwang.certification.ladder import (
    DISMISSED,
    FAILED,
    PASSED,
    RAISED,
    START,
    UPHELD,
    State,
    Step,
    Taking,
    refuse_step,
    result_of_items,
)  # fmt: skip
from shouwang.certification.models import AssessedItem, Objection, StepRow, UnitNotice, UnitTest
from shouwang.certification.policy import Item
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal

SHORTEST_REASON = 4
LONGEST_SAID = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one of the six items: in place or not, in words, and the file of evidence."""

    passed: bool
    note: str = ""
    photo: str = ""


# Steps of people


def declare(area_code: str, *, by: Actor, scope: Scope | None = None) -> StepRow:
    """Declare a unit free of infection. Raises Refusal with what stands against it and from when it may be declared."""
    return _take(area_code, Step.DECLARED, PASSED, by=by, scope=scope)


def review(area_code: str, passed: bool, *, mend: str = "", by: Actor, scope: Scope | None = None) -> StepRow:
    """The first review. One that is not passed says what to mend."""
    return _take(area_code, Step.FIRST_REVIEW, _result(passed, mend), mend=mend, by=by, scope=scope)


def assess(
    area_code: str, items: Mapping[str, Seen], *, mend: str = "", key: str = "", by: Actor, scope: Scope | None = None
) -> StepRow:
    """The on-site assessment: each of the six items seen. It is passed only when all are in place.

    `key`: the phone's own name for it. Sent again under the same key, as after a lost answer, it is taken once.
    """
    ref = f"a-{by.account_id}-{area_code}-{key}" if key else ""
    if set(items) != set(Item):
        raise Refusal("certification.items_missing", field="items", items=", ".join(sorted(set(Item) - set(items))))
    unseen = [name for name, seen in items.items() if not (seen.note.strip() or seen.photo)]
    if unseen:
        raise Refusal("certification.item_without_evidence", field="items", items=", ".join(sorted(unseen)))
    result, to_mend = result_of_items({name: seen.passed for name, seen in items.items()}, Item)
    mend = mend or ", ".join(to_mend)
    return _take(area_code, Step.ASSESSMENT, result, mend=mend, items=items, ref=ref, by=by, scope=scope)


def publish(area_code: str, passed: bool = True, *, mend: str = "", by: Actor, scope: Scope | None = None) -> StepRow:
    """Begin public notice of a unit, or return it."""
    return _take(area_code, Step.NOTICE, _result(passed, mend), mend=mend, by=by, scope=scope)


@transaction.atomic
def raise_objection(area_code: str, said: str, *, by: Actor) -> Objection:
    """Somebody objects to a unit under notice. Who they are is not kept."""
    area = queries.unit(area_code)
    said = said.strip()
    if len(said) < SHORTEST_REASON:
        raise Refusal("certification.reason_needed", field="said")
    now = queries.standing(area.pk)
    if now is None or now.state is not State.NOTICED:
        raise Refusal("certification.not_under_notice", status=409, name=area.name)
    row = Objection.objects.create(area=area, area_path=area.path, said=said[:LONGEST_SAID], raised_at=clock.now())
    _take(area_code, Step.OBJECTION, RAISED, objection=row.pk, by=by, scope=None)
    return row


def decide_objection(number: int, upheld: bool, *, why: str, by: Actor, scope: Scope | None = None) -> StepRow:
    """Decide an objection: upheld, the unit is returned with what to mend; dismissed, the notice goes on."""
    found = queries.objection(number)
    if len(why.strip()) < SHORTEST_REASON:
        raise Refusal("certification.reason_needed", field="why")
    result = UPHELD if upheld else DISMISSED
    return _take(found.area.code, Step.OBJECTION, result, mend=why, objection=number, by=by, scope=scope)


def spot_check(area_code: str, passed: bool, *, mend: str = "", by: Actor, scope: Scope | None = None) -> StepRow:
    """An unannounced look at a named unit."""
    return _take(area_code, Step.SPOT_CHECK, _result(passed, mend), mend=mend, by=by, scope=scope)


def remove(area_code: str, *, why: str, by: Actor, scope: Scope | None = None) -> StepRow:
    """Decide that a unit loses its name: at once, or at the next round, as the policy says."""
    return _take(area_code, Step.REMOVAL, _result(False, why) and PASSED, mend=why, by=by, scope=scope)


def withdraw(area_code: str, *, by: Actor, scope: Scope | None = None) -> StepRow:
    """The unit takes its application back."""
    return _take(area_code, Step.WITHDRAWAL, PASSED, by=by, scope=scope)


@transaction.atomic
def record_test(
    area_code: str, day: date, tested: int, positive: int, *, by: Actor, scope: Scope | None = None
) -> UnitTest:
    """Record a test of everybody in a unit on a day. Told again, the later figures stand."""
    area = queries.unit(area_code)
    permissions.require(by, scope, permissions.TEST, area.path)
    if tested < 1 or not 0 <= positive <= tested or day > clock.today():
        raise Refusal("certification.bad_test", field="tested")
    row, _new = UnitTest.objects.update_or_create(
        area=area, day=day, defaults={"area_path": area.path, "tested": tested, "positive": positive, "by": by.name}
    )
    deciding.decide([area.path], clock.now())
    detail = {"day": day, "tested": tested, "positive": positive}
    record(
        by=by,
        deed="certification.record_test",
        on=f"certification.UnitTest:{row.pk}",
        area_path=area.path,
        detail=detail,
    )
    return row


def _result(passed: bool, why: str) -> str:
    if not passed and len(why.strip()) < SHORTEST_REASON:
        raise Refusal("certification.reason_needed", field="mend")
    return PASSED if passed else FAILED


@transaction.atomic
def _take(
    area_code: str,
    step: Step,
    result: str,
    *,
    by: Actor,
    scope: Scope | None,
    mend: str = "",
    items: Mapping[str, Seen] | None = None,
    objection: int | None = None,
    found: Iterable[Mapping[str, Any]] = (),
    ref: str = "",
) -> StepRow:
    """Take one step now, if whoever takes it may and the ladder has it here; decide the family with it."""
    area = queries.unit(area_code)
    deciding.lock()
    if ref and (before := StepRow.objects.filter(ref=ref).first()) is not None:
        return before
    if result != RAISED:
        permissions.require(by, scope, permissions.power_for(step), area.path)
    now = clock.now()
    standing = queries.standing(area.pk, now)
    state, held = (standing.state, standing.held) if standing else (State.NONE, False)
    application = _application(area.pk) if state not in START else None
    taking = None
    if not permissions.acts_for_all(by):
        before = application.steps.values_list("step", "account_id") if application else ()
        taken = {**dict(before), **({Step.DECLARED: application.account_id} if application else {})}
        taking = Taking(str(scope.role) if scope else "", by.account_id, taken)
    policy = queries.policy_on(clock.local_day(now), area.path)
    refused = refuse_step(policy, area.level, state, held, step, result, taking)
    if refused:
        raise _refusal(refused, area, state)
    row = StepRow.objects.create(
        ref=ref or f"w-{uuid.uuid4().hex}", area=area, area_path=area.path, application=application, step=step,
        result=result, at=now, by=by.name, account_id=by.account_id, mend=mend.strip(), objection_id=objection,
        found=list(found), recorded_at=now,
    )  # fmt: skip
    AssessedItem.objects.bulk_create(
        AssessedItem(step=row, item=name, passed=seen.passed, note=seen.note, photo=seen.photo)
        for name, seen in (items or {}).items()
    )
    void = deciding.decide([area.path], now).voids.get(row.pk)
    if void:
        raise _refusal(void, area, state)
    record(
        by=by, deed=f"certification.{step}", on=f"certification.StepRow:{row.pk}", why=mend.strip(),
        area_path=area.path,
        detail={"result": result, "application": application.pk if application else row.pk},
    )  # fmt: skip
    return row


def _application(area_id: int) -> StepRow | None:
    return StepRow.objects.filter(area_id=area_id, step=Step.DECLARED).order_by("-at", "-pk").first()


def _refusal(code: str, area: Any, state: State) -> Refusal:
    if code == "standard_one":
        one = queries.explained(area, clock.today())
        return Refusal("certification.standard_one", zh=one.sentence("zh"), en=one.sentence("en"), name=area.name)
    if code == "held":
        return Refusal("certification.held", name=area.name)
    if code == "not_your_step":
        return Refusal("certification.not_your_step", status=403, name=area.name)
    if code == "same_person":
        return Refusal("certification.same_person", status=403)
    if code == "outside_the_ladder":
        return Refusal("certification.outside_the_ladder", name=area.name)
    return Refusal("certification.step_out_of_order", status=409, name=area.name, state=str(state))


@transaction.atomic
def see_notice(number: int, *, by: Actor, scope: Scope) -> None:
    """Somebody of the unit has read what it was told."""
    notice = UnitNotice.objects.filter(pk=number, seen_at=None, area_path__startswith=scope.area_path).first()
    if notice is not None and scope.area_path:
        UnitNotice.objects.filter(pk=number).update(seen_at=clock.now(), seen_by=by.name)


# What follows from facts


@transaction.atomic
def follow_people(person_ids: Iterable[int], *, by: Actor) -> Decided:
    """Read what is recorded about people, and decide the families of the units it belongs to or belonged to."""
    deciding.lock()
    return _follow(person_ids, clock.now(), by, "certification.follow_evidence")


def _follow(person_ids: Iterable[int], until: datetime, by: Actor, deed: str) -> Decided:
    touched = evidence.read_people(person_ids)
    paths = areas.paths_by_id(touched)
    decided = deciding.decide(paths, until) if paths else Decided()
    if decided.rows:
        record(by=by, deed=deed, on="certification.CertificationStatus:*", detail=decided.counts())
    return decided


@transaction.atomic
def follow_units(area_paths: Iterable[str], *, by: Actor) -> Decided:
    """Decide places anew: their units moved, merged, or ended, or steps were taken in from a file."""
    decided = deciding.decide(area_paths, clock.now())
    if decided.rows:
        record(by=by, deed="certification.decide", on="certification.CertificationStatus:*", detail=decided.counts())
    return decided
