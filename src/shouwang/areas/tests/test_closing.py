"""Closing many compounds at once keeps the rules of closing one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shouwang import clock
from shouwang.areas import actions, queries
from shouwang.areas.closing import Closing, close_many
from shouwang.areas.models import ClosureStatus, EntranceStatus
from shouwang.areas.planting import AreaRow, CompoundRow
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

BY = Actor.system("test")
NIGHT = datetime.fromisoformat("2020-02-10T22:00:00+08:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def compounds() -> list[str]:
    """Three compounds of one community."""
    rows = [AreaRow("42", "市", "city", ""), AreaRow("4201", "社区", "community", "42")]
    actions.import_areas(rows, by=BY)
    codes = [f"4201-{number}" for number in (1, 2, 3)]
    actions.import_compounds([CompoundRow(code, f"小区{code}", "4201") for code in codes], by=BY)
    return codes


def test_every_compound_is_closed_with_its_one_entrance_and_the_others_barred(compounds: list[str]) -> None:
    """Entrances that nobody knew are made, each with its history; one journal entry stands for all."""
    before = Entry.objects.count()
    closings = [Closing(code, NIGHT, "正门", ("东门", "西门")) for code in compounds]
    assert close_many(closings, by=BY, why="封闭管理") == 3
    for code in compounds:
        area = queries.by_code(code)
        assert queries.is_closed(area)
        assert {one.name: (one.state, one.compound_closed) for one in queries.entrances(area)} == {
            "正门": ("open", True),
            "东门": ("barred", True),
            "西门": ("barred", True),
        }
    assert EntranceStatus.objects.filter(since=NIGHT).count() == 9
    assert Entry.objects.count() == before + 1


def test_known_entrances_that_are_not_named_are_barred(compounds: list[str]) -> None:
    """What was open before and is not the one that stays open is barred."""
    area = queries.by_code(compounds[0])
    for name in ("北门", "正门"):
        actions.add_entrance(area, name, by=BY, since=NIGHT - timedelta(days=1))
    close_many([Closing(area.code, NIGHT, "正门")], by=BY, why="封闭管理")
    assert {one.name: one.state for one in queries.entrances(area)} == {"正门": "open", "北门": "barred"}


def test_what_is_closed_is_left_alone(compounds: list[str]) -> None:
    """The same order twice closes nothing more; a compound that is new in it is closed."""
    first = [Closing(code, NIGHT, "正门") for code in compounds[:2]]
    close_many(first, by=BY, why="封闭管理")
    again = [Closing(code, NIGHT + timedelta(hours=1), "东门") for code in compounds]
    assert close_many(again, by=BY, why="封闭管理") == 1
    assert ClosureStatus.objects.count() == 3
    assert [one.name for one in queries.entrances(queries.by_code(compounds[0]))] == ["正门"]


@pytest.mark.parametrize(
    ("closing", "code"),
    [
        (Closing("nowhere", NIGHT, "正门"), "areas.no_such_area"),
        (Closing("4201", NIGHT, "正门"), "areas.not_a_compound"),
        (Closing("4201-2", NIGHT, " "), "areas.no_name"),
        (Closing("4201-2", NIGHT, "正门", ("正门",)), "areas.entrance_twice"),
        (Closing("4201-2", clock.now() + timedelta(days=2), "正门"), "areas.in_the_future"),
    ],
)
def test_one_wrong_order_stops_all(compounds: list[str], closing: Closing, code: str) -> None:
    """A code that is no compound, an entrance without name or both open and barred, a moment ahead: nothing is done."""
    with pytest.raises(Refusal) as refused:
        close_many([Closing(compounds[0], NIGHT, "正门"), closing], by=BY, why="封闭管理")
    assert refused.value.code == code
    assert not ClosureStatus.objects.exists()
