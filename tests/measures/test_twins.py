"""Every measure agrees with its slow twin, everywhere in the tree, on every day, in worlds nobody chose."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.measures import catalogue, queries
from shouwang.measures.compute import compute

from .twins import TWINS
from .world import DAYS, World, build, load

pytestmark = pytest.mark.django_db

LATER = datetime(2020, 3, 1, tzinfo=UTC)


class Undo(Exception):
    """Takes a world out of the database again."""


def disagreements(world: World, day: date) -> list[str]:
    """Where engine and twins differ after computing a day, as readable lines."""
    compute(day)
    found = []
    for area in world.areas:
        figures = queries.figures(area["path"], day)
        for name, twin in TWINS.items():
            expected = twin(world, day, area["path"])
            if figures[name] != expected:
                found.append(f"{day} {area['path']} {name}: engine {figures[name]}, twin {expected}")
    return found


def test_every_measure_has_a_twin_and_every_twin_a_measure() -> None:
    """A measure without a twin is not proved; a twin without a measure proves nothing."""
    assert {measure.id for measure in catalogue.measures()} == set(TWINS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_engine_and_twins_agree_on_every_day_of_a_week(seed: int) -> None:
    """All measures, all places, all eight days of a random world, the day before and the day after it included."""
    build(seed)
    world = load()
    with clock.frozen(LATER):
        assert [line for day in DAYS for line in disagreements(world, day)] == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), day=st.sampled_from(DAYS))
def test_engine_and_twins_agree_in_any_world(seed: int, day: date) -> None:
    """Whatever the history: superseded ends, withdrawn withdrawals, moves, facts at the very edge of a day."""
    with pytest.raises(Undo), transaction.atomic(), clock.frozen(LATER):
        build(seed)
        assert disagreements(load(), day) == []
        raise Undo
