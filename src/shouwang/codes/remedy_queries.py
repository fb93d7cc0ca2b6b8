"""Reading appeals and exceptions: what is open and how late, what holds at a gate, how many there were.

Both follow the person who moves: whose they are is asked of where the person lives now, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import OuterRef, Subquery

from shouwang import clock
from shouwang.codes import appeal_rules, holders, indexes
from shouwang.codes.appeal_rules import Taken
from shouwang.codes.models import Appeal, AppealStep, PassException
from shouwang.command.rules import Scope


def taken(appeal_id: int) -> list[Taken]:
    """The steps of an appeal as its rules see them."""
    rows = AppealStep.objects.filter(appeal_id=appeal_id).order_by("id").values_list("state", "account_id")
    return [Taken(state, account) for state, account in rows]


@dataclass(frozen=True)
class ShownAppeal:
    """An appeal with its state, its steps and its clock."""

    appeal: Appeal
    steps: list[AppealStep]
    state: str
    overdue: bool
    left: timedelta
    """Until it is due; zero when it is over or late."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in appeal_rules.OPEN

    @property
    def hours_left(self) -> int:
        """Whole hours until it is due."""
        return int(self.left.total_seconds() // 3600)

    @property
    def last(self) -> AppealStep:
        """The step that made its state."""
        return self.steps[-1]


def shown(appeals: Iterable[Appeal]) -> list[ShownAppeal]:
    """Appeals with their steps, in one query more."""
    listed = list(appeals)
    steps: dict[int, list[AppealStep]] = {appeal.pk: [] for appeal in listed}
    for step in AppealStep.objects.filter(appeal_id__in=list(steps)).order_by("id"):
        steps[step.appeal_id].append(step)
    now = clock.now()
    found = []
    for appeal in listed:
        state = steps[appeal.pk][-1].state
        overdue = appeal_rules.is_overdue(state, appeal.due_at, now)
        left = max(appeal.due_at - now, timedelta(0)) if state in appeal_rules.OPEN else timedelta(0)
        found.append(ShownAppeal(appeal, steps[appeal.pk], state, overdue, left))
    return found


def _with_state() -> Subquery:
    return Subquery(AppealStep.objects.filter(appeal=OuterRef("pk")).order_by("-id").values("state")[:1])


def open_appeal_of(person_id: int) -> Appeal | None:
    """The appeal of a person that is not decided yet."""
    rows = Appeal.objects.filter(person_id=person_id).annotate(state=_with_state())
    return rows.filter(state__in=list(appeal_rules.OPEN)).first()


def appeals_of(person_ids: Iterable[int]) -> list[ShownAppeal]:
    """Everything people appealed, the latest first."""
    return shown(Appeal.objects.filter(person_id__in=list(person_ids)).order_by("-id"))


def open_appeals_in(scope: Scope, limit: int = 200) -> list[ShownAppeal]:
    """What waits in the viewer's area: overdue ones first, then by when they are due."""
    if not scope.area_path:
        return []
    rows = Appeal.objects.filter(person__area_path__startswith=scope.area_path).annotate(state=_with_state())
    return shown(rows.filter(state__in=list(appeal_rules.OPEN)).order_by("due_at", "id")[:limit])


def appeal_in(scope: Scope, number: int) -> ShownAppeal | None:
    """One appeal of the viewer's area."""
    rows = Appeal.objects.filter(pk=number, person__area_path__startswith=scope.area_path) if scope.area_path else []
    return next(iter(shown(rows)), None)


@dataclass(frozen=True, slots=True)
class ActiveException:
    """A permission that holds, or will within its time: what a gate reads as a permit of kind special."""

    number: int
    person_id: int
    area_path: str
    reason: str
    begins_at: datetime
    ends_at: datetime


def active_exceptions(area_path: str, at: datetime | None = None) -> list[ActiveException]:
    """Granted permissions of people who live at or under a place that are not over at a moment (now), also those that
    begin later: a gate that is offline must know them ahead."""
    moment = at or clock.now()
    rows = PassException.objects.filter(
        person__area_path__startswith=area_path, granted=True, ended_at=None, ends_at__gt=moment
    ).order_by("begins_at", "id")
    columns = ("id", "person_id", "person__area_path", "reason", "begins_at", "ends_at")
    return [ActiveException(*row) for row in rows.values_list(*columns)]


@dataclass(frozen=True, slots=True, order=True)
class ExceptionPlace:
    """Where somebody who has a permission stands on a list of codes, and for which of its hours. Not who they are."""

    list_number: int
    place: int
    begins_at: datetime
    ends_at: datetime


def exception_places(since: datetime, until: datetime) -> list[ExceptionPlace]:
    """The permissions of everybody that hold at some time in [since, until), by place: on the day lists of those hours
    and on the cards that may still be shown. Times are cut to the day of their list, and begin no earlier than the
    control day of `since`, so that a gate which keeps them links the days of one person no more than it could before.
    """
    rows = PassException.objects.filter(granted=True, ended_at=None, ends_at__gt=since, begins_at__lt=until)
    held = list(rows.values_list("person_id", "begins_at", "ends_at"))
    if not held:
        return []
    people = {person for person, _begins, _ends in held}
    first, last = indexes.live_day_lists(since)[0], indexes.day_list(until)
    cards = holders.card_places_of(people, since)
    today, over = indexes.day_begins(indexes.day_list(since)), indexes.day_begins(last + 1)
    found = [
        ExceptionPlace(list_number, place, max(begins, today), min(ends, over))
        for person, begins, ends in held
        for list_number, place in cards.get(person, ())
    ]
    for list_number in range(first, last + 1):
        places = holders.places_of(people, list_number)
        opens = indexes.day_begins(list_number)
        closes = indexes.day_begins(list_number + 1) + indexes.OLD_LIST_LIVES
        found += [
            ExceptionPlace(list_number, places[person], max(begins, opens), min(ends, closes))
            for person, begins, ends in held
        ]
    return sorted(one for one in found if one.begins_at < one.ends_at)


def excepted_among(person_ids: Iterable[int], since: datetime, until: datetime) -> list[ActiveException]:
    """Permissions of some people that were granted and held at some time between two moments, also those ended since:
    each until when it really held."""
    rows = PassException.objects.filter(
        person_id__in=list(person_ids), granted=True, ends_at__gt=since, begins_at__lt=until
    )
    columns = ("id", "person_id", "area_path", "reason", "begins_at", "decided_at", "ends_at", "ended_at")
    found = []
    for number, person, path, reason, begins, decided, ends, ended in rows.values_list(*columns):
        starts, over = max(begins, decided), ends if ended is None else min(ends, ended)
        if starts < over:
            found.append(ActiveException(number, person, path, reason, starts, over))
    return found


def exceptions_of(person_ids: Iterable[int]) -> list[PassException]:
    """The permissions of people, granted or not, the latest first."""
    return list(PassException.objects.filter(person_id__in=list(person_ids)).order_by("-id"))


def exceptions_in(scope: Scope, limit: int = 200) -> list[PassException]:
    """Those of the viewer's area that wait for a second signature or hold, by when they end."""
    if not scope.area_path:
        return []
    rows = PassException.objects.filter(
        person__area_path__startswith=scope.area_path, ends_at__gt=clock.now(), ended_at=None
    )
    return list(rows.exclude(granted=False).order_by("decided_at", "ends_at")[:limit])


def exceptions_by_month() -> list[tuple[date, str, int]]:
    """(month, reason, how many were granted), the latest month first. For everybody to read: no person, no place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select date_trunc('month', decided_at at time zone %s)::date, reason, count(*)"
            " from codes_passexception where granted group by 1, 2 order by 1 desc, 2",
            [str(clock.ZONE)],
        )
        return list(cursor.fetchall())
