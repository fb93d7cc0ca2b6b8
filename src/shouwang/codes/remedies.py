"""Deeds of appeals and exceptions. None of them knows a colour: an appeal corrects evidence, an exception lets pass."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from shouwang import clock
from shouwang.codes import appeal_rules, exception_rules, queries, remedy_queries
from shouwang.codes.appeal_rules import RAISED, REFUSED, REVIEWED, UPHELD, WITHDRAWN
from shouwang.codes.events import ExceptionChanged
from shouwang.codes.exception_rules import ExceptionPolicy, Office
from shouwang.codes.models import Appeal, AppealStep, PassException
from shouwang.command.rules import Scope, refuse_deed
from shouwang.health import actions as health
from shouwang.health import queries as health_queries
from shouwang.journal.actions import Actor, record
from shouwang.journal.events import announce
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal

LONGEST_SAID = 2000
RAISE, REVIEW, DECIDE = "codes.raise_appeal", "codes.review_appeal", "codes.decide_appeal"
ASK, GRANT = "codes.ask_exception", "codes.grant_exception"


# Appeals


@transaction.atomic
def raise_appeal(
    person_id: int, area_path: str, said: str, *, raised_by: str, by: Actor, scope: Scope | None
) -> Appeal:
    """Raise an appeal: by the resident or guardian (no scope), or by staff for somebody who telephoned.

    Open to anyone at any colour, also when the system says that there is no risk; one at a time for a person.
    """
    if scope is not None and (refusal := refuse_deed(scope, RAISE, area_path)):
        raise refusal
    said = said.strip()
    if len(said) < appeal_rules.SHORTEST_WHY:
        raise Refusal("codes.appeal_said", field="said")
    if remedy_queries.open_appeal_of(person_id) is not None:
        raise Refusal("codes.appeal_open", field="said", status=409)
    now = clock.now()
    try:
        decision = queries.colour_of(person_id, area_path).decision
        colour, rule = str(decision.colour), decision.rule
    except Refusal:
        colour, rule = "grey", ""
    appeal = Appeal.objects.create(
        person_id=person_id,
        area_path=area_path,
        colour_then=colour,
        rule_then=rule,
        said=said[:LONGEST_SAID],
        raised_by=raised_by,
        by=by.name,
        raised_at=now,
        due_at=appeal_rules.due_at(now),
    )
    _step(appeal, RAISED, by, "")
    return appeal


@transaction.atomic
def review_appeal(number: int, *, why: str, scope: Scope, by: Actor) -> None:
    """The community has looked: what it found, for the district to decide."""
    appeal = _held(number, scope, REVIEW)
    _check(appeal, REVIEWED, by, why=why)
    _step(appeal, REVIEWED, by, why)


@transaction.atomic
def uphold_appeal(
    number: int, *, why: str, withdraw: Sequence[str], made: Sequence[str], scope: Scope, by: Actor
) -> None:
    """The appeal is right: the records in `withdraw` were never true and are withdrawn; those in `made` are corrections
    or endings recorded since it was raised. The colour follows from them by itself."""
    appeal = _held(number, scope, DECIDE)
    withdraw, made = list(dict.fromkeys(withdraw)), list(dict.fromkeys(made))
    _check(appeal, UPHELD, by, why=why, corrections=len(withdraw) + len(made))
    rows = {row.ref: row for row in health_queries.history_of(appeal.person_id)}
    for ref in [*withdraw, *made]:
        if ref not in rows or (ref in made and rows[ref].recorded_at < appeal.raised_at):
            raise Refusal("codes.appeal_correction", field="withdraw")
    corrections = list(made)
    for ref in withdraw:
        corrections.append(health.withdraw_event(ref, why=why, by=by, scope=scope))
    _step(appeal, UPHELD, by, why, corrections=corrections)


@transaction.atomic
def refuse_appeal(number: int, *, why: str, next_step: str, scope: Scope, by: Actor) -> None:
    """The appeal is not right: why, and what the person can do next, in sentences that they read."""
    appeal = _held(number, scope, DECIDE)
    _check(appeal, REFUSED, by, why=why, next_step=next_step)
    _step(appeal, REFUSED, by, why, next_step=next_step)


@transaction.atomic
def withdraw_appeal(appeal_id: int, person_ids: Sequence[int], *, by: Actor) -> None:
    """Whoever may speak for the person takes the appeal back."""
    appeal = Appeal.objects.select_for_update().filter(pk=appeal_id, person_id__in=list(person_ids)).first()
    if appeal is None:
        raise Refusal("codes.no_such_appeal", status=404)
    _check(appeal, WITHDRAWN, by, why="")
    _step(appeal, WITHDRAWN, by, "")


def _held(number: int, scope: Scope, deed: str) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("person")
    appeal = rows.filter(pk=number, person__area_path__startswith=scope.area_path).first()
    if appeal is None or not scope.area_path:
        raise Refusal("codes.no_such_appeal", status=404)
    if refusal := refuse_deed(scope, deed, appeal.person.area_path):
        raise refusal
    return appeal


def _check(appeal: Appeal, step: str, by: Actor, *, why: str, next_step: str = "", corrections: int = 0) -> None:
    taken = remedy_queries.taken(appeal.pk)
    reason = appeal_rules.refuse_step(taken, step, by.account_id, why=why, next_step=next_step, corrections=corrections)
    if reason:
        raise Refusal(
            reason, status=409 if reason in {"codes.appeal_closed", "codes.appeal_step"} else 400, field="why"
        )


def _step(
    appeal: Appeal, state: str, by: Actor, why: str, *, next_step: str = "", corrections: Sequence[str] = ()
) -> None:
    AppealStep.objects.create(
        appeal=appeal,
        state=state,
        at=clock.now(),
        by=by.name,
        account_id=by.account_id,
        area_path=by.area_path,
        why=why.strip(),
        next_step=next_step.strip(),
        corrections=list(corrections),
    )
    detail = {"state": state, "corrections": len(corrections)}
    record(
        by=by, deed=f"codes.appeal_{state}", on=f"codes.Appeal:{appeal.pk}", area_path=appeal.area_path, detail=detail
    )


# Exceptions


@functools.lru_cache(maxsize=64)
def exception_policy(day: date, area_path: str) -> ExceptionPolicy:
    """The policy on exceptions in force on a local day at a place."""
    return ExceptionPolicy.from_policy(policybook.in_force("exception", day, area_path))


@transaction.atomic
def ask_exception(
    person_id: int, area_path: str, *, reason: str, note: str, begins: datetime, ends: datetime, scope: Scope, by: Actor
) -> PassException:
    """Ask for a permission to pass. It holds once somebody of another office grants it, and not before."""
    if refusal := refuse_deed(scope, ASK, area_path):
        raise refusal
    policy = exception_policy(clock.today(), area_path)
    if code := exception_rules.refuse_asking(policy, reason, begins, ends, clock.now()):
        field = "reason" if code == "codes.exception_reason" else "ends"
        raise Refusal(code, field=field, hours=int(policy.longest.total_seconds() // 3600))
    made = PassException.objects.create(
        person_id=person_id,
        area_path=area_path,
        reason=reason,
        note=note.strip()[:500],
        policy_version=policy.version,
        begins_at=begins,
        ends_at=ends,
        asked_at=clock.now(),
        asked_by=by.name,
        asked_account=by.account_id,
        asked_role=str(scope.role),
        asked_area=scope.area_path,
    )
    _note("codes.ask_exception", made, by, {"reason": reason, "ends": ends})
    return made


@transaction.atomic
def decide_exception(number: int, *, granted: bool, why: str, scope: Scope, by: Actor) -> None:
    """The second office grants the permission, or does not. Granted, it holds for its time and ends by itself."""
    one = _exception(number, scope)
    if refusal := refuse_deed(scope, GRANT, one.person.area_path):
        raise refusal
    if one.decided_at is not None or one.ends_at <= clock.now():
        raise Refusal("codes.exception_decided", status=409)
    first = Office(one.asked_account, one.asked_by, one.asked_role, one.asked_area)
    second = Office(by.account_id, by.name, str(scope.role), scope.area_path)
    if code := exception_rules.refuse_second(first, second):
        raise Refusal(code, status=403)
    if not granted and len(why.strip()) < appeal_rules.SHORTEST_WHY:
        raise Refusal("codes.appeal_why", field="why")
    one.decided_at, one.decided_by, one.granted, one.why = clock.now(), by.name, granted, why.strip()
    one.save(update_fields=["decided_at", "decided_by", "granted", "why"])
    _note("codes.grant_exception" if granted else "codes.refuse_exception", one, by, {"reason": one.reason})
    if granted:
        announce(ExceptionChanged(one.person_id, one.person.area_path))


@transaction.atomic
def end_exception(number: int, *, why: str, scope: Scope, by: Actor) -> None:
    """End a permission before its time."""
    one = _exception(number, scope)
    if refusal := refuse_deed(scope, ASK, one.person.area_path):
        raise refusal
    if not exception_rules.holds(
        one.begins_at, one.ends_at, one.granted, one.ended_at, max(clock.now(), one.begins_at)
    ):
        raise Refusal("codes.exception_decided", status=409)
    if len(why.strip()) < appeal_rules.SHORTEST_WHY:
        raise Refusal("codes.appeal_why", field="why")
    one.ended_at, one.ended_by, one.why = clock.now(), by.name, why.strip()
    one.save(update_fields=["ended_at", "ended_by", "why"])
    _note("codes.end_exception", one, by, {"reason": one.reason})
    announce(ExceptionChanged(one.person_id, one.person.area_path))


def _exception(number: int, scope: Scope) -> PassException:
    rows = PassException.objects.select_for_update(of=("self",)).select_related("person")
    rows = rows.filter(pk=number, person__area_path__startswith=scope.area_path)
    one = rows.first() if scope.area_path else None
    if one is None:
        raise Refusal("codes.no_such_exception", status=404)
    return one


def _note(deed: str, one: PassException, by: Actor, detail: dict[str, object]) -> None:
    on = f"codes.PassException:{one.pk}"
    record(by=by, deed=deed, on=on, why=one.why, area_path=one.area_path, detail=detail)
