"""Records that wait: what is told about too many people is kept aside until somebody else has seen it.

Too many for one account within a day, for one account within weeks, or for all accounts of a place (alarm.py). What is
held is no fact yet. It stands in tables of its own, so that everything that reads facts (colours, figures, lists) is as
before, and it becomes a fact, by its author and with the name of whoever released it, through the same deeds as any
other.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.command.rules import Scope
from shouwang.health import alarm, queries
from shouwang.health.alarm import Together, Touch
from shouwang.health.facts import Fact
from shouwang.health.models import HealthEvent, HeldFact, Hold, Touched
from shouwang.health.policy import AlarmPolicy
from shouwang.health.rules import BEARS
from shouwang.journal.actions import Actor, record
from shouwang.policybook import queries as policybook
from shouwang.residents import queries as residents

TOUCH_LOCK = 0x5357_544F
"""Advisory lock: two requests at once must not each count without the other."""

RECORD, CORRECT, WITHDRAW = "record", "correct", "withdraw"


@dataclass(frozen=True, slots=True)
class Told:
    """A checked fact about a person, on its way in."""

    person_id: int
    fact: Fact


@functools.lru_cache(maxsize=64)
def policy_on(day: date, area_path: str) -> AlarmPolicy:
    """The policy on the alarm in force on a local day at a place."""
    return AlarmPolicy.from_policy(policybook.in_force("alarm", day, area_path))


def is_watched(by: Actor) -> bool:
    """Whether an actor's records are counted: those of everybody with an account, and of operators where the
    installation says so (in production it does). Jobs invent no facts."""
    return by.kind not in {"system", "operator"} or (by.kind == "operator" and bool(settings.HOLD_OPERATORS))


def area_of(by: Actor) -> str:
    """Where somebody works: the area of the post in use; an operator's is the whole city."""
    if by.area_path or by.kind != "operator":
        return by.area_path
    root = areas.root()
    return root.path if root else ""


def hold_facts(told: Sequence[tuple[int, Told]], by: Actor, *, dry_run: bool) -> list[int]:
    """Hold those of (place, fact) that must wait, and count the others; answers the places held.

    Either all that weigh are held or none: half of a file would be nobody's decision.
    """
    people = residents.places_on([(one.person_id, clock.today()) for _place, one in told])
    homes = {person: home for (person, _day), home in people.items()}
    with_findings = _with_findings([one.person_id for _place, one in told if one.fact.kind in alarm.TESTS])
    weighing = [
        (place, one)
        for place, one in told
        if alarm.weighs(
            one.fact,
            queries.policy_on(clock.today(), homes[one.person_id].area_path).fever_threshold,
            one.person_id in with_findings,
        )
    ]
    touches = [Touch(one.person_id, alarm.group_of(one.fact, homes[one.person_id].area_id)) for _place, one in weighing]
    policy, why = _judge(touches, by, dry_run=dry_run)
    if not why:
        return []
    if not dry_run:
        rows = [_row(one.person_id, RECORD, one.fact) for _place, one in weighing]
        _hold(rows, why, policy, by)
    return [place for place, _one in weighing]


def hold_change(person_id: int, before: Fact, fact: Fact, withdrawn: bool, why: str, by: Actor) -> bool:
    """Hold the correction or withdrawal of a fact when it must wait; answers whether it was held."""
    home = residents.places_on([(person_id, clock.today())])[person_id, clock.today()]
    threshold = queries.policy_on(clock.today(), home.area_path).fever_threshold
    found = bool(_with_findings([person_id]))
    touches = [
        Touch(person_id, alarm.group_of(one, home.area_id))
        for one in (fact, before)
        if alarm.weighs(one, threshold, found)
    ][:1]
    policy, reason = _judge(touches, by, dry_run=False)
    if not reason:
        return False
    row = _row(person_id, WITHDRAW if withdrawn else CORRECT, fact, target=before.ref, why=why)
    _hold([row], reason, policy, by)
    return True


def _judge(touches: list[Touch], by: Actor, *, dry_run: bool) -> tuple[AlarmPolicy, str]:
    """Why touching these people must wait, under the policy in force where the author is posted; else count them."""
    now, path = clock.now(), area_of(by)
    policy = policy_on(clock.today(), path)
    if not touches:
        return policy, ""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TOUCH_LOCK])
    rows = Touched.objects.filter(author=by.name, at__gt=now - policy.long_window)
    earlier = list(rows.values_list("person_id", "group", "at"))
    before = [Touch(person, group) for person, group, at in earlier if at > now - policy.window]
    slowly = {person for person, _group, _at in earlier}
    new = {touch.person_id for touch in touches}
    # Whom a place has touched is counted only when this account could still be let through.
    why = alarm.why_held(policy, before, touches, slowly) or alarm.why_held(
        policy, before, touches, slowly, _together(path, new, now - policy.window)
    )
    if not why and not dry_run:
        fresh = set(touches) - set(before)
        Touched.objects.bulk_create(
            Touched(author=by.name, area_path=path, person_id=touch.person_id, group=touch.group, at=now)
            for touch in fresh
        )
    return policy, why


def _together(path: str, new: set[int], since: datetime) -> list[Together]:
    """For each place from the whole city down to where somebody works: whom all its accounts touched, with `new`."""
    rows = Touched.objects.filter(at__gt=since).exclude(person_id__in=new)
    places = areas.paths_above(path)
    counted = rows.aggregate(
        **{
            f"place{number}": Count("person_id", distinct=True, filter=Q(area_path__startswith=place))
            for number, place in enumerate(places)
        }
    )
    return [
        Together(_residents(place, clock.today()), counted[f"place{number}"] + len(new))
        for number, place in enumerate(places)
    ]


@functools.lru_cache(maxsize=16384)
def _residents(place: str, day: date) -> int:
    return residents.number_in(place)


def forget_touched() -> int:
    """Let go of what is older than any window; answers how many."""
    root = areas.root()
    oldest = clock.now() - policy_on(clock.today(), root.path if root else "").long_window
    return Touched.objects.filter(at__lte=oldest).delete()[0]


def _with_findings(person_ids: Sequence[int]) -> set[int]:
    if not person_ids:
        return set()
    rows = HealthEvent.objects.filter(person_id__in=list(set(person_ids)), kind__in=list(BEARS))
    return set(rows.order_by().values_list("person_id", flat=True).distinct())


def _row(person_id: int, deed: str, fact: Fact, *, target: str = "", why: str = "") -> HeldFact:
    return HeldFact(
        person_id=person_id,
        deed=deed,
        ref=fact.ref,
        target=target,
        kind=str(fact.kind),
        time=fact.time,
        ends=fact.ends,
        source=fact.source,
        note=fact.note,
        value=fact.value,
        why=why,
    )


def _hold(rows: list[HeldFact], why: str, policy: AlarmPolicy, by: Actor) -> None:
    """Put records with the author's open hold of the same kind, or make one. What waits already is not put twice."""
    waiting = set(
        HeldFact.objects.filter(ref__in=[row.ref for row in rows], hold__decided_at=None).values_list("ref", "target")
    )
    rows = [row for row in rows if (row.ref, row.target) not in waiting]
    if not rows:
        return
    path = area_of(by)
    open_hold = Hold.objects.filter(author=by.name, why=why, area_path=path, decided_at=None).first()
    hold = open_hold or Hold.objects.create(
        author=by.name,
        account_id=by.account_id,
        post_id=by.post_id,
        area_path=path,
        why=why,
        policy_version=policy.version,
        people=0,
        made_at=clock.now(),
    )
    for row in rows:
        row.hold = hold
    HeldFact.objects.bulk_create(rows, batch_size=5000)
    hold.people = HeldFact.objects.filter(hold=hold).values("person_id").distinct().count()
    hold.save(update_fields=["people"])
    record(
        by=by,
        deed="health.hold",
        on=f"health.Hold:{hold.pk}",
        area_path=path,
        detail={"records": len(rows), "people": hold.people, "why": why, "policy": policy.version},
    )


def is_held(ref: str) -> bool:
    """Whether a record under this reference waits."""
    return HeldFact.objects.filter(ref=ref, hold__decided_at=None).exists()


def waits_for_change(target: str) -> bool:
    """Whether the correction or withdrawal of a fact waits."""
    return HeldFact.objects.filter(target=target, hold__decided_at=None).exists()


def waiting() -> QuerySet[Hold]:
    """All holds of the city that wait, the oldest first: for the command line."""
    return Hold.objects.filter(decided_at=None).order_by("made_at", "id")


def holds_in(scope: Scope) -> QuerySet[Hold]:
    """The holds of the viewer's area that wait, the oldest first."""
    found = waiting().filter(area_path__startswith=scope.area_path)
    return found if scope.area_path else found.none()


def held_of(person_id: int) -> list[HeldFact]:
    """What is told about a person and waits, for their page."""
    rows = HeldFact.objects.filter(person_id=person_id, hold__decided_at=None).select_related("hold")
    return list(rows.order_by("time", "id"))
