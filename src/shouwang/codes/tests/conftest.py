"""A still clock, a key ring of the test's own, and a small tree with three people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.areas.models import Area
    from shouwang.residents.models import Person


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with clock.frozen(datetime(2020, 5, 1, 4, 0, tzinfo=UTC)):
        yield


@pytest.fixture(autouse=True)
def _own_key_ring(tmp_path: Path, settings: Any) -> None:
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"


@pytest.fixture
def tree(db: None) -> dict[str, Area]:
    """The tree of places.py."""
    from shouwang.health.tests.places import plant

    return plant()


@pytest.fixture
def people(tree: dict[str, Area]) -> dict[str, Person]:
    """P1 and P2 in compound X1, P3 in compound X2 of the other community."""
    from shouwang.health.tests.places import house

    return {**house(tree["X1"], ["P1", "P2"]), **house(tree["X2"], ["P3"])}
