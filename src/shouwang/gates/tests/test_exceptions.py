"""A permission to pass of two offices reaches every gate, for its hours and not longer, without saying whose it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shouwang import clock
from shouwang.codes import holders, indexes, remedies
from shouwang.command.rules import Role
from shouwang.gates import policy_rows
from shouwang.gates.passage import Banner, Passage, Reason
from shouwang.gates.policy import Direction, Exemption, PassagePolicy, Verdict
from shouwang.gates.rules import decide_passage
from shouwang.gates.traveller import Gate as Phone
from shouwang.gates.traveller import Kind, Member, Reading, ReadingState, Temperature, Traveller
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor

if TYPE_CHECKING:
    from shouwang.codes.models import PassException
    from shouwang.gates.models import Gate
    from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db


def row(gate: Gate, at: datetime) -> PassagePolicy:
    """The row as a phone reads it."""
    return PassagePolicy.from_json(policy_rows.composed(gate, at, at + timedelta(hours=36)))


def permission(person: Person, begins: datetime, ends: datetime, granted: bool = True) -> PassException:
    """Asked for by the community, granted by the street."""
    community, street = person.area.parent, person.area.parent.parent
    first, second = scope_at(community), scope_at(street, Role.STREET_OFFICER, 8)
    by = Actor("person", "officer-7", 7, 1, first.area_path)
    asked = remedies.ask_exception(
        person.pk, person.area_path, reason="medical", note="", begins=begins, ends=ends, scope=first, by=by
    )
    if granted:
        by = Actor("person", "officer-8", 8, 2, second.area_path)
        remedies.decide_exception(asked.pk, granted=True, why="", scope=second, by=by)
    return asked


def shown(policy: PassagePolicy, person: Person, at: datetime, direction: Direction, list_number: int) -> Passage:
    """What a gate says to the red code of somebody, by strip."""
    now = int(at.timestamp())
    place = holders.places_of([person.pk], list_number)[person.pk]
    own = person.area.code == policy.compound
    traveller = Traveller(
        Kind.STRIP,
        reading=Reading(ReadingState.OK, now - 60, now + 3600),
        people=(Member(place, 1, 1, own, person.pk if own else None, dwelling="1-1-101" if own else ""),),
        status_at=now,
        identity=True,
        mask=True,
        temperatures=(Temperature(365, now),),
        list=list_number,
    )
    gate = Phone(policy.compound, policy.gate, feed_at=now, clock_offset_ms=0, roster_expires=now + 60)
    return decide_passage(policy, traveller, gate, direction, now)


def test_a_red_code_passes_at_any_gate_while_it_holds(gates: dict[str, Gate]) -> None:
    """Not while one signature is missing; at the own gate and at another compound's; only this person; then no more."""
    people = house(gates["X1"].area, ["E1", "E2"])
    person, other = people["E1"], people["E2"]
    now = clock.now()
    today = indexes.day_list(now)
    permission(person, now, now + timedelta(hours=20), granted=False)
    assert row(gates["X1"], now).exceptions == row(gates["X2"], now).exceptions == ()
    permission(person, now, now + timedelta(hours=20))
    for code in ("X1", "X2"):
        policy = row(gates[code], now)
        for direction in Direction:
            passage = shown(policy, person, now, direction, today)
            assert (passage.verdict, passage.reason) == (Verdict.PASS, Reason.EXCEPTION)
            assert Banner.EXCEPTION in passage.banner
            assert shown(policy, other, now, direction, today).verdict is not Verdict.PASS
        over = int((now + timedelta(hours=20)).timestamp())
        assert all(one.valid_until <= over for one in policy.exceptions)
    with clock.frozen(now + timedelta(hours=20)):
        later = clock.now()
        assert row(gates["X1"], later).exceptions == ()
        # A gate without network since the morning: the row that it has ends it by itself, on tomorrow's list too.
        kept = replace(row(gates["X2"], now), issued=int(now.timestamp()))
        assert shown(kept, person, later, Direction.IN, indexes.day_list(later)).verdict is not Verdict.PASS


def test_it_holds_over_the_turn_of_the_day_without_network(gates: dict[str, Gate]) -> None:
    """Until 08:00 by a strip of yesterday's list, from 04:00 by one of today's; the row is this morning's."""
    person = house(gates["X1"].area, ["E1"])["E1"]
    now = clock.now()
    permission(person, now, now + timedelta(hours=30))
    policy = row(gates["X2"], now)
    today = indexes.day_list(now)
    turn = indexes.day_begins(today + 1)
    for at, list_number in (
        (turn - timedelta(minutes=1), today),
        (turn + timedelta(hours=3), today),
        (turn + timedelta(minutes=1), today + 1),
    ):
        assert shown(policy, person, at, Direction.IN, list_number).verdict is Verdict.PASS


def test_a_gate_learns_nothing_of_who_it_is(gates: dict[str, Gate]) -> None:
    """At another compound's gate: no row, no number, no reason; and the end only on the list of its own day."""
    person = house(gates["X1"].area, ["E1"])["E1"]
    now = clock.now()
    begins, ends = now, now + timedelta(hours=44)
    made = permission(person, begins, ends)
    found = policy_rows.composed(gates["X2"], now, now + timedelta(hours=36))["exceptions"]
    assert {key for one in found for key in one} == {"list", "idx", "row", "valid_from", "valid_until"}
    assert all(one["row"] is None for one in found)
    assert f"exception-{made.pk}" not in json.dumps(found)
    lists = {one["list"]: one for one in found}
    today = indexes.day_list(now)
    assert lists[today]["valid_from"] == int(begins.timestamp())
    assert lists[today]["valid_until"] < int(ends.timestamp())
    assert lists[today + 1]["valid_from"] == int(indexes.day_begins(today + 1).timestamp())
    assert lists[today + 1]["idx"] != lists[today]["idx"]
    own = row(gates["X1"], now).exceptions
    assert [one.row for one in own if one.row is not None] == [person.pk]


def test_a_card_is_found_by_its_own_place_and_not_once_revoked(gates: dict[str, Gate]) -> None:
    """A card stands on the list of its month; a lost one is not in the row either."""
    from shouwang.codes.models import Card

    person = house(gates["X1"].area, ["E1"])["E1"]
    now = clock.now()
    permission(person, now, now + timedelta(hours=20))
    month = indexes.card_list(now)
    card = Card.objects.create(
        person=person,
        area_path=person.area_path,
        list_number=month,
        number=3,
        text="",
        issued_at=now,
        expires_at=now + timedelta(days=90),
    )

    def on_cards(found: tuple[Exemption, ...]) -> list[int | None]:
        return [one.idx for one in found if one.list == month]

    assert on_cards(row(gates["X2"], now).exceptions) == [holders.card_places_of([person.pk], now)[person.pk][0][1]]
    card.revoked_at = now
    card.save()
    assert on_cards(row(gates["X2"], now).exceptions) == []


def test_one_that_is_ended_is_gone_from_every_row(gates: dict[str, Gate]) -> None:
    """Before its time, by an office, for a reason."""
    person = house(gates["X1"].area, ["E1"])["E1"]
    now = clock.now()
    made = permission(person, now, now + timedelta(hours=20))
    scope = scope_at(person.area.parent)
    remedies.end_exception(
        made.pk, why="the treatment was moved", scope=scope, by=Actor("person", "officer-7", 7, 1, scope.area_path)
    )
    assert row(gates["X1"], now).exceptions == row(gates["X2"], now).exceptions == ()
