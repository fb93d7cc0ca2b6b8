"""A city of one district and two streets, with people, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shouwang import clock

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.areas.models import Area
    from shouwang.command.rules import Scope
    from shouwang.residents.models import Person


@pytest.fixture(autouse=True)
def _own_key_ring(tmp_path: Path, settings: Any) -> None:
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"


@pytest.fixture
def at() -> Iterator[Callable[[str], None]]:
    """`at("2020-03-10T09:00")` holds the clock there until it is set again."""
    with ExitStack() as held:

        def hold(text: str) -> None:
            held.close()
            held.enter_context(clock.frozen(clock.parse(text)))

        hold("2020-03-09T08:00")
        yield hold


TREE = (
    ("4201", "city", ""),
    ("D1", "district", "4201"),
    ("D2", "district", "4201"),
    ("S1", "street", "D1"),
    ("S2", "street", "D1"),
    ("V1", "community", "S1"),
    ("V2", "village", "S1"),
    ("V3", "community", "S2"),
    ("X1", "compound", "V1"),
    ("X2", "compound", "V1"),
    ("X3", "compound", "V2"),
    ("X4", "compound", "V3"),
)


@pytest.fixture
def tree(db: None) -> dict[str, Area]:
    """The places by code.."""
    from shouwang.areas.models import Area

    made: dict[str, Area] = {}
    for code, level, parent in TREE:
        above = made.get(parent)
        path = f"{above.path if above else ''}{code}/"
        made[code] = Area.objects.create(code=code, path=path, level=level, name=code, parent=above)
    return made


@pytest.fixture
def people(tree: dict[str, Area]) -> dict[str, Person]:
    """P1 in X1, P2 in X2, P3 in X3, P4 in X4."""
    from shouwang.residents.models import Person

    return {
        f"P{number}": Person.objects.create(
            ref=f"P{number}", name_sealed=b"-", name_hash=b"-", area=home, area_path=home.path
        )
        for number, home in ((number, tree[f"X{number}"]) for number in (1, 2, 3, 4))
    }


@pytest.fixture
def post(tree: dict[str, Area]) -> Callable[[str, str], Scope]:
    """`post("street_officer", "S1")`: somebody posted there, each role and place another account."""
    from shouwang.command.policy import Role
    from shouwang.command.rules import Scope

    known: dict[tuple[str, str], int] = {}

    def make(role: str, code: str) -> Scope:
        number = known.setdefault((role, code), len(known) + 1)
        area = tree[code]
        return Scope(number, f"{role}-{code}", number, Role(role), area.pk, code, code, area.path, area.level)

    return make


@pytest.fixture
def told(people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """`told("P1", "suspected", "2020-03-10T09:00")` records a fact, and whoever listens hears of it at once."""
    from shouwang.health import actions as health
    from shouwang.journal.actions import Actor

    def record(person: str, kind: str, time: str, **more: Any) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            return health.record_event(people[person].pk, kind, time, by=Actor.operator(), **more)

    return record
