"""A still clock, a key ring of the test's own, two closed compounds with a gate each, and a phone at the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.areas.models import Area
    from shouwang.gates.models import Device, Gate

NOW = datetime(2020, 2, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def _own_key_ring(tmp_path: Path, settings: Any) -> None:
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"


@pytest.fixture
def tree(db: None) -> dict[str, Area]:
    """A city, two streets of one district with a community and a closed compound each."""
    from shouwang.areas.actions import close_compound
    from shouwang.areas.models import Area
    from shouwang.journal.actions import Actor

    found: dict[str, Area] = {}
    for code, level, parent in [
        ("4201", "city", None),
        ("420102", "district", "4201"),
        ("S1", "street", "420102"),
        ("S2", "street", "420102"),
        ("C1", "community", "S1"),
        ("C2", "community", "S2"),
        ("X1", "compound", "C1"),
        ("X2", "compound", "C2"),
    ]:
        above = found[parent] if parent else None
        path = f"{above.path if above else ''}{code}/"
        found[code] = Area.objects.create(code=code, path=path, parent=above, level=level, name=f"{level} {code}")
    for code in ("X1", "X2"):
        close_compound(found[code], by=Actor.operator(), why="as a test", entrance="main gate")
    return found


@pytest.fixture
def gates(tree: dict[str, Area]) -> dict[str, Gate]:
    """The gates of the two compounds, by code."""
    from shouwang.gates import actions, partitions
    from shouwang.gates.models import Gate

    actions.keep_in_step()
    partitions.make_ahead(clock.today())
    return {gate.area.code: gate for gate in Gate.objects.select_related("area")}


def phone_at(gate: Gate) -> tuple[Device, str]:
    """Enrol a phone at a gate; answers it and its token."""
    from shouwang.gates import actions
    from shouwang.journal.actions import Actor

    expires = clock.now() + timedelta(days=30)
    _offered, code = actions.offer_enrolment(gate.pk, "phone", expires, by=Actor.operator())
    return actions.enrol(code)


@pytest.fixture
def phone(gates: dict[str, Gate]) -> tuple[Device, str]:
    """A phone at the gate of X1, and its token."""
    return phone_at(gates["X1"])
