"""A small tree with people in it, a scope for each level, and a key ring of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.areas.models import Area
    from shouwang.command.rules import Role, Scope

NOW = datetime(2020, 2, 14, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def key_ring_file(tmp_path: Path, settings: Any) -> Path:
    """A ring for this test alone, so that rotating it changes nobody else's."""
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"
    return settings.KEY_RING_FILE


@pytest.fixture
def tree(db: None) -> dict[str, Area]:
    """A city, two streets of one district with a community and a compound each; a second compound in the first."""
    from shouwang.areas.models import Area

    found: dict[str, Area] = {}
    for code, level, parent in [
        ("42", "city", None),
        ("42-1", "district", "42"),
        ("S1", "street", "42-1"),
        ("S2", "street", "42-1"),
        ("C1", "community", "S1"),
        ("C2", "community", "S2"),
        ("X1", "compound", "C1"),
        ("X1b", "compound", "C1"),
        ("X2", "compound", "C2"),
    ]:
        above = found[parent] if parent else None
        path = f"{above.path if above else ''}{code}/"
        found[code] = Area.objects.create(code=code, path=path, parent=above, level=level, name=f"{level} {code}")
    return found


@pytest.fixture
def scope_at(tree: dict[str, Area]) -> Callable[..., Scope]:
    """A scope at a unit of the tree, by its code."""

    from shouwang.command.rules import Role, Scope

    def make(code: str, role: Role = Role.COMMUNITY_OFFICER, account_id: int = 7) -> Scope:
        area = tree[code]
        return Scope(account_id, f"officer-{account_id}", 1, role, area.pk, code, area.name, area.path, area.level)

    return make
