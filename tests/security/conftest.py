"""A still clock on a day of February 2020, a key ring of the test's own, and the two districts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock

if TYPE_CHECKING:
    from two_districts import World


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    from two_districts import NOW

    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def _own_keys_and_files(tmp_path: Path, settings: Any) -> None:
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def world(db: None) -> World:
    """The two districts of two_districts.py."""
    from two_districts import build

    return build()
