"""At most one open entrance in a closed compound: by deeds in words, by raw statements in the database."""

from __future__ import annotations

import datetime
import random

import pytest
from django.db import IntegrityError, connection, transaction

from shouwang import clock
from shouwang.areas import actions, outlines, queries
from shouwang.areas.actions import AreaRow, CompoundRow
from shouwang.areas.models import Area, Entrance, EntranceStatus
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

pytestmark = pytest.mark.django_db
BY = Actor.operator("tester")
CLOSE = (
    "insert into areas_closurestatus (area_id, area_path, state, since, why, by)"
    " values (%s, 'x', %s, clock_timestamp(), '', '')"
)
OPEN = (
    "insert into areas_entrance (area_id, area_path, name, state, compound_closed) values (%s, 'x', %s, 'open', false)"
)


@pytest.fixture
def compound() -> Area:
    actions.import_areas([AreaRow("1", "市", "city", ""), AreaRow("11", "社区", "community", "1")], by=BY)
    actions.import_compounds([CompoundRow("c", "小区", "11")], by=BY)
    return queries.by_code("c")


def raw(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def states(area: Area) -> dict[str, str]:
    return dict(queries.entrances(area).values_list("name", "state"))


def test_closing_bars_all_but_the_chosen_entrance(compound: Area) -> None:
    """Each change is a status with its reason, and one entry in the journal."""
    for name in ("东门", "南门", "西门"):
        actions.add_entrance(compound, name, by=BY)
    with pytest.raises(Refusal) as asked:
        actions.close_compound(compound, by=BY, why="确诊 2 例")
    assert asked.value.code == "areas.choose_entrance"
    assert states(compound) == {"东门": "open", "南门": "open", "西门": "open"}
    actions.close_compound(compound, by=BY, why="确诊 2 例", entrance=Entrance.objects.get(name="南门"))
    assert states(compound) == {"东门": "barred", "南门": "open", "西门": "barred"}
    assert queries.is_closed(compound)
    assert EntranceStatus.objects.filter(state="barred", why="确诊 2 例").count() == 2
    assert Entry.objects.filter(deed="areas.close", why="确诊 2 例").count() == 1
    with pytest.raises(Refusal, match="since"):
        actions.close_compound(compound, by=BY, why="again")


def test_a_second_entrance_is_refused_naming_the_open_one(compound: Area) -> None:
    """Opening one, or recording an open one; after barring the first it goes."""
    actions.close_compound(compound, by=BY, why="x", entrance="正门")
    side = actions.add_entrance(compound, "侧门", by=BY, state="barred", why="x")
    with pytest.raises(Refusal) as refused:
        actions.open_entrance(side, by=BY, why="x")
    assert refused.value.code == "areas.second_entrance"
    assert "正门" in refused.value.words("zh")
    with pytest.raises(Refusal):
        actions.add_entrance(compound, "后门", by=BY)
    actions.bar_entrance(Entrance.objects.get(name="正门"), by=BY, why="x")
    actions.open_entrance(side, by=BY, why="x")
    assert states(compound) == {"侧门": "open", "正门": "barred"}


def test_opening_ends_the_limit_and_closing_again_brings_it_back(compound: Area) -> None:
    """The mark on every entrance follows the last closure status."""
    actions.close_compound(compound, by=BY, why="x", entrance="正门")
    actions.open_compound(compound, by=BY, why="清零")
    side = actions.add_entrance(compound, "侧门", by=BY)
    assert not Entrance.objects.filter(compound_closed=True).exists()
    with pytest.raises(IntegrityError):
        raw(CLOSE, compound.pk, "closed")
    actions.close_compound(compound, by=BY, why="x", entrance=side)
    assert Entrance.objects.filter(compound_closed=True).count() == 2
    with pytest.raises(Refusal):
        actions.open_compound(compound, by=BY, why="x", since=clock.now() - datetime.timedelta(days=9))


def test_raw_statements_cannot_make_a_second_open_entrance(compound: Area) -> None:
    """Neither a new row that claims the compound is open, nor an update of state, nor one of the mark itself."""
    raw(CLOSE, compound.pk, "closed")
    raw(OPEN, compound.pk, "正门")
    with pytest.raises(IntegrityError, match="closed_compound_has_one_open_entrance"):
        raw(OPEN, compound.pk, "侧门")
    raw(OPEN.replace("'open'", "'barred'"), compound.pk, "侧门")
    with pytest.raises(IntegrityError):
        raw("update areas_entrance set state = 'open' where name = '侧门'")
    with pytest.raises(IntegrityError):
        raw("update areas_entrance set state = 'open', compound_closed = false where name = '侧门'")
    raw("update areas_entrance set compound_closed = false")
    assert Entrance.objects.filter(compound_closed=True).count() == 2


def test_a_compound_with_two_open_entrances_cannot_be_closed_by_a_raw_row(compound: Area) -> None:
    """Bar first, then close: the database holds the order too."""
    raw(OPEN, compound.pk, "东门")
    raw(OPEN, compound.pk, "西门")
    with pytest.raises(IntegrityError, match="closed_compound_has_one_open_entrance"):
        raw(CLOSE, compound.pk, "closed")
    assert not queries.is_closed(compound)
    raw("update areas_entrance set state = 'barred' where name = '西门'")
    raw(CLOSE, compound.pk, "closed")
    assert queries.is_closed(compound)


def test_closure_history_cannot_be_rewritten(compound: Area) -> None:
    """No update, no delete: to end a closure somebody opens it, under a name."""
    actions.close_compound(compound, by=BY, why="x", entrance="正门")
    for statement in (
        "update areas_closurestatus set state = 'open'",
        "delete from areas_closurestatus",
        "delete from areas_entrancestatus",
    ):
        with pytest.raises(IntegrityError):
            raw(statement)


def test_states_at_a_moment(compound: Area) -> None:
    """What held then, not what holds now; and for a whole subtree in one answer."""
    start = datetime.datetime(2020, 2, 10, tzinfo=datetime.UTC)
    actions.close_compound(compound, by=BY, why="x", since=start, entrance="正门")
    actions.open_compound(compound, by=BY, why="x", since=start + datetime.timedelta(days=3))
    moments = [(-1, None), (0, "closed"), (2, "closed"), (3, "open")]
    for days, state in moments:
        at = start + datetime.timedelta(days=days)
        found = queries.closure_state(compound, at)
        assert (found.state if found else None) == state
        assert {pk: one.state for pk, one in queries.closure_states("1/", at).items()} == (
            {compound.pk: state} if state else {}
        )


def test_only_compounds_are_closed(compound: Area) -> None:
    """A community is closed by closing its compounds, each with its own entrance."""
    with pytest.raises(Refusal):
        actions.close_compound(queries.by_code("11"), by=BY, why="x")


def test_random_points_lie_in_their_district() -> None:
    """In all 13 outlines, evenly by seed: the same seed gives the same places, and the district is found again."""
    assert len(outlines.codes()) == 13
    for code in outlines.codes():
        points = [outlines.random_point_inside(code, random.Random(seed)) for seed in range(20)]
        assert points == [outlines.random_point_inside(code, random.Random(seed)) for seed in range(20)]
        assert len(set(points)) == 20
        assert all(outlines.contains(code, *point) for point in points)
        # Neighbours' outlines were reduced one by one, so a point at an edge may lie in two.
        assert sum(outlines.district_at(*point) == code for point in points) >= 17
    assert outlines.district_at(0, 0) is None
    with pytest.raises(Refusal):
        outlines.outline("999999")
