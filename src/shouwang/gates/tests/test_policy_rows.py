"""A gate's row is what the dated policy makes of its compound, and a phone can read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shouwang import clock
from shouwang.command.actions import declare_stage
from shouwang.command.policy import Stage
from shouwang.gates import policy_rows
from shouwang.gates.policy import Access, ExitKind, PassagePolicy
from shouwang.journal.actions import Actor

if TYPE_CHECKING:
    from shouwang.gates.models import Gate

pytestmark = pytest.mark.django_db


def row(gate: Gate, at: datetime | None = None) -> PassagePolicy:
    """The row as a phone reads it."""
    issued = at or clock.now()
    return PassagePolicy.from_json(policy_rows.composed(gate, issued, issued + timedelta(hours=36)))


def test_a_closed_compound_is_closed_at_its_gate(gates: dict[str, Gate]) -> None:
    """On 20 February 2020 only duty goes out and outsiders need a permit, though no stage was declared."""
    found = row(gates["X1"])
    assert found.rules == "wuhan-2020/passage-2020-02-11"
    assert (found.stage, found.state) == (Stage.STRICT_CLOSURE, "closed")
    assert (found.exit.kind, found.enter.visitors, found.enter.couriers) == (
        ExitKind.DUTY,
        Access.PERMIT,
        Access.GATE,
    )
    assert (found.compound, found.gate, found.utc_offset_minutes) == ("X1", str(gates["X1"].pk), 480)


def test_the_normal_stage_leaves_nothing_but_the_musts(gates: dict[str, Gate]) -> None:
    """A dwelling that is still barred then is no condition of entry, and breaks nothing."""
    from shouwang.gates.permitting import confine

    gate = gates["X1"]
    confine("X1", by=Actor.operator(), why="disinfection", dwelling="3-1-502")
    assert row(gate).barred_dwellings == ("3-1-502",)
    declare_stage("4201", Stage.NORMAL_CONTROL, clock.today(), by=Actor.operator(), why="the city is open again")
    found = row(gate)
    assert (found.stage, found.state) == (Stage.NORMAL_CONTROL, "normal")
    assert (found.exit.kind, found.enter.visitors, found.barred_dwellings) == (ExitKind.FREE, Access.YES, ())


def test_a_declared_closure_binds_a_compound_that_is_closed(gates: dict[str, Gate]) -> None:
    """After 8 April a compound is closed again by a stage that is declared for it."""
    at = datetime(2020, 5, 12, 2, 0, tzinfo=clock.now().tzinfo)
    declare_stage("4201", Stage.NORMAL_CONTROL, clock.today(), by=Actor.operator(), why="the city is open again")
    declare_stage("X2", Stage.STRICT_CLOSURE, clock.today(), by=Actor.operator(), why="five cases in the compound")
    assert row(gates["X1"], at).exit.kind is ExitKind.FREE
    closed = row(gates["X2"], at)
    assert (closed.rules, closed.exit.kind) == ("wuhan-2020/passage-2020-04-08", ExitKind.DUTY)
