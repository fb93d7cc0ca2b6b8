"""The town of town.py, and a clock long after everything the tests tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from shouwang import clock

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.areas.models import Area


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with clock.frozen(datetime(2022, 12, 1, 4, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def town(db: None) -> dict[str, Area]:
    """The tree of town.py, code → place."""
    from shouwang.bulletins.tests.town import plant

    return plant()
