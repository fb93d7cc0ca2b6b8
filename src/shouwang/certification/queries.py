"""Reading certification: how units stand and stood, what stands against them, what rounds named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import families
from shouwang.certification.course import course, missing_for_naming
from shouwang.certification.deciding import change_told, facts_of, known_changes
from shouwang.certification.facts import last_moment
from shouwang.certification.families import TOP
from shouwang.certification.ladder import PROCEDURE, START, State
from shouwang.certification.models import CertificationStatus, Objection, Round, RoundUnit, StepRow, UnitNotice
from shouwang.certification.policy import RANKS, CertificationPolicy
from shouwang.certification.rules import (
    Balance,
    Change,
    StandardOne,
    days_certified,
    explain,
    reason,
    standard_one,
)  # fmt: skip
from shouwang.refusal import Refusal

LEVELS = ("compound", "community", "village", "street", "district", "city")


def policy_on(day: date, area_path: str) -> CertificationPolicy:
    """The certification policy in force on a day at a place."""
    return families.policy_on(day, area_path)


def unit(code: str) -> Any:
    """A unit of the ladder by its code. Raises Refusal."""
    area = areas.by_code(code)
    if area.level not in RANKS:
        raise Refusal("certification.not_on_the_ladder", field="area_code", name=area.name)
    return area


def standing(area_id: int, at: datetime | None = None) -> Change | None:
    """How a unit stands at a moment (now); None before its first declaration."""
    rows = known_changes([area_id], at or clock.now()).get(area_id)
    return rows[-1] if rows else None


_STANDINGS = """
    select a.id, (extract(epoch from now.since) * 1000000)::bigint, now.state, now.held, now.reason, now.evidence::text,
           now.step_id, now.named_day, now.policy_version
    from areas_area a cross join lateral (
        select * from certification_status s where s.area_id = a.id and s.since <= %(until)s
        order by s.since desc, s.id desc limit 1
    ) now
    where starts_with(a.path, %(path)s) and a.level = any(%(levels)s)
      and (%(states)s::text[] is null or now.state = any(%(states)s))
"""


def standings(path: str, day: date, *levels: str, states: Iterable[State] | None = None) -> dict[int, Change]:
    """How every unit at or under a path stood as a day closed, or those that stood in one of some states; units that
    never declared are left out."""
    asked = {
        "path": path,
        "until": last_moment(day),
        "levels": list(levels or LEVELS),
        "states": None if states is None else sorted(map(str, states)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, asked)
        return {row[0]: change_told(*row) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Share:
    """Named units of one level as a day closed: how many of how many, percent to one decimal (None without units)."""

    level: str
    balance: Balance
    units: int
    day: date

    @property
    def percent(self) -> Decimal | None:
        """Of the units that stand on the day; half a tenth goes up."""
        if not self.units:
            return None
        return (Decimal(self.balance.net) * 100 / self.units).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def figures(self) -> dict[str, Any]:
        """As rounds, open data and commands tell it: the balance, the units there are, and the percent as text."""
        one = self.balance
        return {
            "before": one.before, "named": one.named, "restored": one.restored, "suspended": one.suspended,
            "cancelled": one.cancelled, "net": one.net, "units": self.units,
            "percent": None if self.percent is None else str(self.percent),
        }  # fmt: skip


_SHARES = """
    with unit as (
        select a.level,
               (a.valid_from is null or a.valid_from <= %(day)s) and (a.valid_until is null or a.valid_until > %(day)s)
                   and not a.kind = any(%(outside)s) as stands,
               coalesce(was.state, 'none') as was, was.named_day as was_named,
               coalesce(now.state, 'none') as now, now.named_day as now_named
        from areas_area a
        left join lateral (
            select s.state, s.named_day from certification_status s where s.area_id = a.id and s.since <= %(before)s
            order by s.since desc, s.id desc limit 1
        ) was on true
        left join lateral (
            select s.state, s.named_day from certification_status s where s.area_id = a.id and s.since <= %(until)s
            order by s.since desc, s.id desc limit 1
        ) now on true
        where starts_with(a.path, %(path)s) and a.level = any(%(levels)s)
    ),
    moved as (
        select level, stands, was = 'named' as held, was = 'named' and now = 'suspended' as suspended,
               was = 'named' and now not in ('named', 'suspended') as cancelled,
               now = 'named' and was <> 'named' as gained,
               now = 'named' and was = 'suspended' and was_named is not distinct from now_named as restored
        from unit
    )
    select level, count(*) filter (where held), count(*) filter (where gained and not restored),
           count(*) filter (where restored), count(*) filter (where suspended), count(*) filter (where cancelled),
           count(*) filter (where stands)
    from moved group by level
"""


def shares(path: str, day: date, since: date | None = None) -> list[Share]:
    """Per level at or under a path: what was named before, new, restored, removed since a day (the one before)."""
    asked = {
        "path": path,
        "day": day,
        "before": last_moment(since if since is not None else day - timedelta(days=1)),
        "until": last_moment(day),
        "levels": list(LEVELS),
        "outside": sorted(families.policy_on(day, path).outside),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, asked)
        found = {row[0]: (Balance(*row[1:6]), row[6]) for row in cursor.fetchall()}
    return [Share(level, *found.get(level, (Balance(), 0)), day) for level in LEVELS]


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a unit stands as a day closes, what stands against it, and what its naming waits for."""

    state: State
    held: bool
    since: datetime | None
    reason: str
    evidence: tuple[str, ...]
    days_certified: int | None
    standard: StandardOne
    missing: tuple[str, ...]
    next_round: date
    policy_version: str

    def sentence(self, language: str = "zh") -> str:
        """Standard one in words; where an application may begin, with the first day on which it may."""
        return explain(self.standard, language, self.state in START)

    def why(self, language: str = "zh") -> str:
        """Why it stands so, in words; empty when it never declared."""
        return reason(self.reason, self.evidence, language) if self.reason else ""


def explained(area: Any, day: date) -> Explained:
    """Everything about one unit on a day, worked out from the facts."""
    moves = areas.unit_moves()
    moment = last_moment(day)
    tops = (area.path,) if area.level in TOP else families.tops_of([area.path], moves)[0]
    family = families.family_of(tops, moves)
    policy = families.policy_on(day, family.tops[0])
    wanted = [number for number, place in family.places.items() if area.level in TOP or place.level not in TOP]
    below = [number for number in wanted if number != area.pk] if area.level in TOP else []
    given = [change for changes in known_changes(below, moment).values() for change in changes]
    facts = facts_of(family, wanted, of=[area.pk] if area.level in TOP else None)
    top = family.tops[0]
    units = [family.by_id[number] for number in wanted]
    told = course(units, facts, lambda on: families.policy_on(on, top), moment, given=given)
    now = next((change for change in reversed(told.changes) if change.unit == area.pk), None)
    tests = [on for number, on in facts.tests if number == area.pk]
    one = standard_one(policy, day, told.cases.get(area.pk, ()), told.open.get(area.pk, ()), tests, moment)
    missing: tuple[str, ...] = ()
    if now is not None and now.state is State.NOTICED:
        children = [
            child for child in units if child.stands(day) and child.parent_on(day) == area.pk
            and child.kind not in policy.outside
        ]  # fmt: skip
        named = sum(1 for child in children if told.standings[child.id].state is State.NAMED)
        missing = missing_for_naming(policy, told.standings[area.pk], day, one, named, len(children))
    return Explained(
        state=now.state if now else State.NONE,
        held=now.held if now else False,
        since=now.at if now else None,
        reason=now.reason if now else "",
        evidence=now.evidence if now else (),
        days_certified=days_certified(now, day),
        standard=one,
        missing=missing,
        next_round=policy.next_round(day),
        policy_version=policy.version,
    )


def history(area_id: int) -> QuerySet[CertificationStatus]:
    """Every status row of a unit, those that later facts answered too, in the order in which they were written."""
    return CertificationStatus.objects.filter(area_id=area_id).select_related("step").order_by("pk")


def steps_of(area_id: int) -> QuerySet[StepRow]:
    """Every step on a unit's way, with what assessments saw."""
    return StepRow.objects.filter(area_id=area_id).prefetch_related("items").order_by("at", "pk")


def in_procedure(path: str) -> dict[int, Change]:
    """Units at or under a path whose application is under way, as they stand now."""
    return standings(path, clock.today(), states=PROCEDURE)


def unseen_notices(path: str) -> QuerySet[UnitNotice]:
    """Notices to units at or under a path that nobody there has seen, the latest first."""
    found = UnitNotice.objects.filter(area_path__startswith=path, seen_at=None)
    return found.select_related("status").order_by("-at", "-pk")


def open_objections(path: str) -> list[Objection]:
    """Objections at or under a path that are not decided."""
    found = Objection.objects.filter(area_path__startswith=path).exclude(steps__result__in=["upheld", "dismissed"])
    return list(found.order_by("raised_at", "pk"))


def objection(number: int) -> Objection:
    """An objection by its number. Raises Refusal (404)."""
    found = Objection.objects.filter(pk=number).select_related("area").first()
    if found is None:
        raise Refusal("certification.no_such_objection", status=404)
    return found


def rounds(until: date | None = None) -> QuerySet[Round]:
    """The rounds of the whole tree that were held, the latest first."""
    found = Round.objects.filter(area__parent=None).order_by("-day")
    return found.filter(day__lte=until) if until else found


def by_step_refs(refs: Iterable[str]) -> dict[str, StepRow]:
    """Steps by the reference under which they were taken in."""
    return {row.ref: row for row in StepRow.objects.filter(ref__in=list(refs))}


def of_units(area_ids: Iterable[int], at: datetime | None = None) -> dict[int, list[Change]]:
    """The changes of some units that count, each in time, up to a moment (now)."""
    return known_changes(area_ids, at or clock.now())


def places(area_ids: Iterable[int], words: str = "") -> QuerySet[Any]:
    """Units by number, by their paths; with words, those whose name or code holds them."""
    found = areas.of_ladder(LEVELS, [""]).filter(pk__in=list(area_ids)).order_by("path")
    return found.filter(Q(name__icontains=words) | Q(code__icontains=words)) if words else found


def objections_since(area_id: int, moment: datetime) -> int:
    """How many objections to a unit were raised since a moment."""
    return Objection.objects.filter(area_id=area_id, raised_at__gte=moment).count()


def round_units(held: Round) -> QuerySet[RoundUnit]:
    """What a round says of each unit, in the order of their paths."""
    return held.units.select_related("area").order_by("what", "area_path")
