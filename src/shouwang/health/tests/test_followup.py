"""Who is asked for a temperature today, when it is due, and when it is late."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.health import actions, queries
from shouwang.health.followup import State, parts_of
from shouwang.health.queries import Followed
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor
from shouwang.residents.models import Person

BY = Actor.operator()


def seen(tree: dict[str, Area], now: str, at: str = "C1", scope: str = "C1") -> list[Followed]:
    """The list of a place at a local moment."""
    moment = clock.parse(now)
    with clock.frozen(moment):
        return queries.followed_today(scope_at(tree[scope]), tree[at].path, moment)


def states(found: list[Followed]) -> list[list[State]]:
    """Where the parts of the day stand, person by person."""
    return [[part.state for part in one.parts] for one in found]


def test_a_day_has_as_many_parts_as_the_policy_asks_for() -> None:
    """Two temperatures a day: one before noon, one after; three: one every eight hours."""
    day = clock.local_day(clock.parse("2020-03-05"))
    assert [start for start, _end in parts_of(day, 2)] == [clock.parse("2020-03-05"), clock.parse("2020-03-05T12:00")]
    assert parts_of(day, 3)[-1][1] == clock.parse("2020-03-06")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2020-03-05T09:00", [State.DUE, State.LATER]),
        ("2020-03-05T12:00", [State.LATE, State.DUE]),
        ("2020-03-15T09:00", [State.DUE]),
        ("2020-03-15T12:00", [State.LATE]),
        ("2020-03-16T09:00", []),
    ],
)
def test_a_contact_is_asked_twice_a_day_for_fourteen_days(
    tree: dict[str, Area], people: dict[str, Person], now: str, expected: list[State]
) -> None:
    """Due in the present part, late when it is over; the last day ends with the fourteenth."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-03-01T12:00", by=BY)
    assert states(seen(tree, now)) == ([expected] if expected else [])


def test_a_temperature_is_done_for_its_part_only(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """What was taken in the morning does not count for the afternoon; the last one is shown."""
    actions.record_event(people["P1"].pk, "home_isolation_start", "2020-03-01T10:00", by=BY)
    actions.record_temperature(people["P1"].pk, "36.8", by=BY, time="2020-03-05T08:00")
    [one] = seen(tree, "2020-03-05T13:00")
    assert [part.state for part in one.parts] == [State.DONE, State.DUE]
    assert one.last is not None
    assert (one.last[0], str(one.last[1])) == (clock.parse("2020-03-05T08:00"), "36.80")
    actions.withdraw_event(queries.history_of(people["P1"].pk)[1].ref, why="wrong door", by=BY)
    assert states(seen(tree, "2020-03-05T13:00")) == [[State.LATE, State.DUE]]


@pytest.mark.parametrize("kind", ["confirmed", "asymptomatic", "central_isolation_start", "died"])
def test_who_is_cared_for_elsewhere_is_not_asked(tree: dict[str, Area], people: dict[str, Person], kind: str) -> None:
    """In hospital, in central isolation, or dead: nobody knocks at the door."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=BY)
    actions.record_event(people["P1"].pk, kind, "2020-03-04T10:00", by=BY)
    assert seen(tree, "2020-03-05T09:00") == []


def test_released_at_ten_is_not_late_at_noon(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """Who is no longer followed at the end of a part owes nothing for it."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=BY, ref="c")
    actions.record_event(people["P1"].pk, "released", "2020-03-05T10:00", by=BY, ends="c")
    assert seen(tree, "2020-03-05T12:30") == []


def test_a_fever_at_a_check_puts_one_on_the_list(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """From the threshold on, not below it."""
    actions.record_temperature(people["P1"].pk, "37.3", by=BY, time="2020-03-04T08:00", source="gate")
    actions.record_temperature(people["P2"].pk, "37.2", by=BY, time="2020-03-04T08:00", source="gate")
    assert [one.person_id for one in seen(tree, "2020-03-05T09:00")] == [people["P1"].pk]


def test_the_list_is_of_those_who_live_there_now(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """Another community's people are not on it; a place outside the viewer's area has no list at all."""
    for ref in ("P1", "P3"):
        actions.record_event(people[ref].pk, "close_contact", "2020-03-01T10:00", by=BY)
    assert [one.person_id for one in seen(tree, "2020-03-05T09:00")] == [people["P1"].pk]
    assert seen(tree, "2020-03-05T09:00", at="C2", scope="C1") == []
    assert len(seen(tree, "2020-03-05T09:00", at="420102002", scope="420102002")) == 2


def test_the_list_costs_the_same_for_many(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """No query for each person."""
    many = [person.pk for person in house(tree["X1"], [f"R{number}" for number in range(30)]).values()]

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries_made:
            seen(tree, "2020-03-05T09:00")
        return len(queries_made)

    actions.record_event(many[0], "close_contact", "2020-03-01T10:00", by=BY)
    few = asked()
    for person in many[1:]:
        actions.record_event(person, "close_contact", "2020-03-01T10:00", by=BY)
    assert asked() == few
