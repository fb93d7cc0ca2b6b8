"""A permission to pass that two offices signed reaches the gate as a permit, for its hours and not longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shouwang import clock
from shouwang.codes import remedies
from shouwang.command.rules import Role
from shouwang.gates import policy_rows
from shouwang.gates.policy import PassagePolicy, PermitKind
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor

if TYPE_CHECKING:
    from shouwang.gates.models import Gate

pytestmark = pytest.mark.django_db


def row(gate: Gate, at: datetime) -> PassagePolicy:
    """The row as a phone reads it."""
    return PassagePolicy.from_json(policy_rows.composed(gate, at, at + timedelta(hours=36)))


def test_in_the_row_while_it_holds(gates: dict[str, Gate]) -> None:
    """Not while one signature is missing; special duty, also for the confined; gone when its time is over."""
    gate = gates["X1"]
    person = house(gate.area, ["E1"])["E1"]
    now = clock.now()
    community, street = gate.area.parent, gate.area.parent.parent
    first, second = scope_at(community), scope_at(street, Role.STREET_OFFICER, 8)
    asked = remedies.ask_exception(
        person.pk,
        person.area_path,
        reason="medical",
        note="",
        begins=now,
        ends=now + timedelta(hours=20),
        scope=first,
        by=Actor("person", "officer-7", 7, 1, first.area_path),
    )
    assert row(gate, now).permits == ()
    remedies.decide_exception(
        asked.pk, granted=True, why="", scope=second, by=Actor("person", "officer-8", 8, 2, second.area_path)
    )
    [permit] = row(gate, now).permits
    assert (permit.kind, permit.holder.row, permit.confined) == (PermitKind.SPECIAL_DUTY, person.pk, True)
    assert permit.valid_until - permit.valid_from == 20 * 3600
    with clock.frozen(now + timedelta(hours=20)):
        assert row(gate, clock.now()).permits == ()
