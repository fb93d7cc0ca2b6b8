"""Reading colours. A person's own colour is always worked out from evidence; lists and counts read status rows."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection

from shouwang import clock
from shouwang.codes.course import NoPolicyError, Present, Step, course, present
from shouwang.codes.policy import Colour, ColourPolicy
from shouwang.codes.rules import Change
from shouwang.command.rules import Scope
from shouwang.health import queries as health
from shouwang.health.policy import HealthPolicy
from shouwang.policybook import queries as policybook
from shouwang.policybook.policy import Policy
from shouwang.refusal import Refusal

COLOUR_TOPIC = "colour"
HEALTH_TOPIC = "health"
TOPICS = frozenset({COLOUR_TOPIC, HEALTH_TOPIC})


_known_steps: dict[tuple[tuple[str, int | None], ...], tuple[Step, ...]] = {}


def steps_for(area_path: str) -> tuple[Step, ...]:
    """Which policies decide colours at a place, from when until when, earliest first.

    Days on which only one of the two topics has a policy have no step: there nothing is decided. Thousands of places
    share few policies, so steps are worked out once for all places that the same policies reach alike.
    """
    reached = tuple(
        (policy.version, policy.reach(area_path)) for policy in policybook.policies() if policy.topic in TOPICS
    )
    if reached not in _known_steps:
        _known_steps[reached] = tuple(_steps(area_path))
    return _known_steps[reached]


def _steps(area_path: str) -> list[Step]:
    colours = policybook.changes(COLOUR_TOPIC, area_path)
    healths = policybook.changes(HEALTH_TOPIC, area_path)
    days = sorted({day for policy in policybook.policies() if policy.topic in TOPICS for day in policy.bounds()})
    steps: list[Step] = []
    for day in [date.min, *days]:
        begins = None if day == date.min else clock.day_bounds(day)[0]
        colour, health_policy = _on(colours, day), _on(healths, day)
        last = steps[-1] if steps else None
        if last is not None and last.ends is None:
            same = (
                colour
                and health_policy
                and (last.colour.version, last.health.version) == (colour.version, health_policy.version)
            )
            if same:
                continue
            steps[-1] = replace(last, ends=begins)
        if colour is not None and health_policy is not None:
            steps.append(Step(begins, None, _health(health_policy), _colour(colour)))
    return steps


def _on(changes: Iterable[tuple[date, Policy]], day: date) -> Policy | None:
    last = None
    for begins, policy in changes:
        if begins <= day:
            last = policy
    return last if last is not None and last.covers_day(day) else None


@functools.lru_cache(maxsize=64)
def _colour(policy: Policy) -> ColourPolicy:
    return ColourPolicy.from_policy(policy)


@functools.lru_cache(maxsize=64)
def _health(policy: Policy) -> HealthPolicy:
    return HealthPolicy.from_policy(policy)


def colour_of(person_id: int, area_path: str, at: datetime | None = None) -> Present:
    """The colour of a person who lives at `area_path`, at a moment (now), worked out from the evidence alone.

    Nothing stored about earlier decisions is read. Raises Refusal `codes.no_policy` when no policy is in force there.
    """
    moment = at or clock.now()
    try:
        return present(steps_for(area_path), health.events_of(person_id), moment)
    except NoPolicyError:
        day = clock.local_day(moment).isoformat()
        raise Refusal("codes.no_policy", day=day) from None


def course_of(person_id: int, area_path: str, until: datetime | None = None) -> tuple[Change, ...]:
    """Every decision about a person from their first evidence on, worked out from the evidence alone."""
    return course(steps_for(area_path), health.events_of(person_id), until or clock.now())


@dataclass(frozen=True, slots=True)
class Status:
    """A person's colour as it was decided, for lists."""

    person_id: int
    area_path: str
    colour: Colour
    since: datetime
    until: datetime | None
    rule: str
    evidence: str
    policy_version: str


_STATE = """
select distinct on (person_id) person_id, area_id, area_path, colour, since, until, rule, evidence, policy_version
from codes_colourstatus
where since <= %(at)s and (%(people)s::bigint[] is null or person_id = any(%(people)s))
  and (%(shown_by)s::timestamptz is null or decided_at <= %(shown_by)s)
order by person_id, since desc, id desc
"""


def statuses_of(person_ids: Iterable[int], at: datetime | None = None) -> dict[int, Status]:
    """The decided colour of people at a moment (now), in one query. Who is not in it has always been green."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"at": at or clock.now(), "people": list(person_ids), "shown_by": None})
        return {row[0]: _status(row) for row in cursor.fetchall()}


def shown_at(person_id: int, at: datetime) -> Status | None:
    """What was shown at a moment, before facts that arrived later; None: green without a row."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"at": at, "people": [person_id], "shown_by": at})
        row = cursor.fetchone()
    return _status(row) if row else None


def _status(row: tuple) -> Status:  # type: ignore[type-arg]
    person, _area, path, colour, since, until, rule, evidence, version = row
    return Status(person, path, Colour(colour), since, until, rule, evidence, version)


def people_of_colour(scope: Scope, colour: Colour, at: datetime | None = None, limit: int = 1000) -> list[Status]:
    """Who in the viewer's area is of a colour other than green at a moment, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select * from ({_STATE_UNDER}) under where colour = %(colour)s"  # nosec B608 - our own text
            " order by since desc, person_id limit %(limit)s",
            {"at": at or clock.now(), **_under(scope.area_path), "colour": colour, "limit": limit},
        )
        return [_status(row) for row in cursor.fetchall()]


# A person who has moved is counted where their last row stands, so the last row is found before the place is asked.
_STATE_UNDER = """
select * from (
    select distinct on (person_id)
        person_id, area_id, area_path, colour, since, until, rule, evidence, policy_version
    from codes_colourstatus
    where since <= %(at)s and person_id in (
        select person_id from codes_colourstatus where area_path >= %(path)s and area_path < %(path_end)s)
    order by person_id, since desc, id desc
) last where area_path >= %(path)s and area_path < %(path_end)s
"""


def counts_by_area(area_path: str, at: datetime | None = None) -> Mapping[int, Mapping[Colour, int]]:
    """Smallest unit (its number) → colour → how many people, for what lies under a path; green ones without a row
    are not counted here, since nothing was ever decided about them."""
    found: dict[int, dict[Colour, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"select area_id, colour, count(*) from ({_STATE_UNDER}) under group by area_id, colour",  # nosec B608
            {"at": at or clock.now(), **_under(area_path)},
        )
        for area, colour, count in cursor.fetchall():
            found.setdefault(area, {})[Colour(colour)] = count
    return found


def _under(area_path: str) -> dict[str, str]:
    """The bounds of a subtree in byte order: everything that begins with the path."""
    return {"path": area_path, "path_end": area_path[:-1] + "0" if area_path else "\U0010ffff"}


def turning_days() -> list[datetime]:
    """The moments at which, somewhere, a policy that colours depend on begins or ends."""
    days = {day for policy in policybook.policies() if policy.topic in TOPICS for day in policy.bounds()}
    return [clock.day_bounds(day)[0] for day in sorted(days)]
