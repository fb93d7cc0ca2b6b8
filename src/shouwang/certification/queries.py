"""Reading certification: how units stand and stood, what stands against them, what rounds named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import families
from shouwang.certification.course import course, missing_for_naming
from shouwang.certification.deciding import facts_of, known_changes
from shouwang.certification.facts import last_moment
from shouwang.certification.families import TOP
from shouwang.certification.ladder import PROCEDURE, State
from shouwang.certification.models import CertificationStatus, Objection, Round, RoundUnit, StepRow, UnitNotice
from shouwang.certification.policy import RANKS, CertificationPolicy
from shouwang.certification.rules import (
    Balance,
    Change,
    StandardOne,
    balance,
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


def standings(path: str, day: date, *levels: str) -> dict[int, Change]:
    """How every unit at or under a path stood as a day closed; units that never declared are left out."""
    rows = CertificationStatus.objects.filter(area__path__startswith=path, since__lte=last_moment(day))
    if levels:
        rows = rows.filter(level__in=levels)
    rows = rows.order_by("area_id", "-since", "-id").distinct("area_id")
    return {
        row[0]: Change(row[0], row[1], State(row[2]), row[3], row[4], tuple(row[5]), row[6] or 0, row[7], row[8])
        for row in rows.values_list(
            "area_id", "since", "state", "held", "reason", "evidence", "step_id", "named_day", "policy_version"
        )
    }


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


def shares(path: str, day: date, since: date | None = None) -> list[Share]:
    """Per level at or under a path: what was named before, new, restored, removed since a day (the one before)."""
    before = standings(path, since if since is not None else day - timedelta(days=1))
    now = standings(path, day)
    levels = dict(areas.subtree(path, *LEVELS, day=day).values_list("id", "level"))
    known = dict(
        CertificationStatus.objects.filter(area_id__in=before.keys() | now.keys()).values_list("area_id", "level")
    )
    outside = families.policy_on(day, path).outside
    virtual = set(areas.subtree(path, *LEVELS, day=day).filter(kind__in=outside).values_list("id", flat=True))
    told = []
    for level in LEVELS:
        numbers = [number for number, its in known.items() if its == level]
        of_level = balance((before.get(number), now.get(number)) for number in numbers)
        standing_units = sum(1 for number, its in levels.items() if its == level and number not in virtual)
        told.append(Share(level, of_level, standing_units, day))
    return told


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
        """Standard one in words, with the first day on which it may be declared."""
        return explain(self.standard, language)

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
    return {number: now for number, now in standings(path, clock.today()).items() if now.state in PROCEDURE}


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
    """The rounds that were held, the latest first."""
    found = Round.objects.order_by("-day")
    return found.filter(day__lte=until) if until else found


def by_step_refs(refs: Iterable[str]) -> dict[str, StepRow]:
    """Steps by the reference under which they were taken in."""
    return {row.ref: row for row in StepRow.objects.filter(ref__in=list(refs))}


def named_units(path: str, day: date, *levels: str) -> list[tuple[Any, Change]]:
    """Units at or under a path that stand named as a day closes, with how they do, in the order of their paths."""
    now = {number: one for number, one in standings(path, day, *levels).items() if one.state is State.NAMED}
    return [(area, now[area.pk]) for area in areas.of_ladder(LEVELS, [path]).filter(pk__in=list(now)).order_by("path")]


def under_notice(path: str, day: date) -> list[tuple[Any, Change]]:
    """Units at or under a path that are under public notice as a day closes."""
    now = {number: one for number, one in standings(path, day).items() if one.state is State.NOTICED}
    return [(area, now[area.pk]) for area in areas.of_ladder(LEVELS, [path]).filter(pk__in=list(now)).order_by("path")]


def objections_since(area_id: int, moment: datetime) -> int:
    """How many objections to a unit were raised since a moment."""
    return Objection.objects.filter(area_id=area_id, raised_at__gte=moment).count()


def round_on(day: date) -> Round | None:
    """The round of a day."""
    return Round.objects.filter(day=day).first()


def round_before(day: date) -> Round | None:
    """The latest round before a day."""
    return Round.objects.filter(day__lt=day).order_by("-day").first()


def round_units(held: Round) -> QuerySet[RoundUnit]:
    """What a round says of each unit, in the order of their paths."""
    return held.units.select_related("area").order_by("what", "area_path")
