"""The permutation of a list is one, can be undone, and is another for every list and every secret."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.codes import indexes

SECRET = bytes(range(32))


def test_every_number_has_a_place_of_its_own() -> None:
    """All 2²⁴ numbers go to all 2²⁴ places, and back."""
    numbers = np.arange(indexes.INDEXES, dtype=np.uint32)
    places = indexes.places(numbers, SECRET, 18000)
    seen = np.zeros(indexes.INDEXES, dtype=bool)
    seen[places] = True
    assert seen.all()
    assert (indexes.numbers(places, SECRET, 18000) == numbers).all()


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 2_000_000), st.lists(st.integers(0, (1 << 24) - 1)))
def test_undone(secret: bytes, list_number: int, given_numbers: list[int]) -> None:
    """Places lead back to numbers under any secret and for any list."""
    numbers = np.array(given_numbers, dtype=np.uint32)
    places = indexes.places(numbers, secret, list_number)
    assert (places < indexes.INDEXES).all()
    assert (indexes.numbers(places, secret, list_number) == numbers).all()


def test_lists_and_secrets_tell_nothing_of_each_other() -> None:
    """Of 100,000 people next to none stand at the same place, or next to the same neighbour, in two lists."""
    numbers = np.arange(100_000, dtype=np.uint32)
    here = indexes.places(numbers, SECRET, 18000).astype(np.int64)
    for other in (indexes.places(numbers, SECRET, 18001), indexes.places(numbers, b"x" * 32, 18000)):
        there = other.astype(np.int64)
        assert (here == there).sum() < 10
        assert (np.diff(here) == np.diff(there)).sum() < 10
        assert abs(np.corrcoef(here, there)[0, 1]) < 0.02


def test_places_are_spread_evenly() -> None:
    """A small city's people fill the list as dice would: every sixteenth of it holds its share, within five sigma."""
    places = indexes.places(np.arange(160_000, dtype=np.uint32), SECRET, 18000)
    counts = np.bincount(places >> 20, minlength=16)
    assert abs(counts - 10_000).max() < 500


def test_the_day_turns_at_four() -> None:
    """Before 04:00 it is still the day before; both lists live until 08:00."""
    four = clock.parse("2020-06-13T04:00+08:00")
    today = indexes.day_list(four)
    assert indexes.day_begins(today) == four
    second = timedelta(seconds=1)
    assert indexes.day_list(four - second) == today - 1
    assert indexes.live_day_lists(four - second) == [today - 1]
    assert indexes.live_day_lists(four) == [today - 1, today]
    assert indexes.live_day_lists(four + timedelta(hours=4) - second) == [today - 1, today]
    assert indexes.live_day_lists(four + timedelta(hours=4)) == [today]


def test_lists_of_cards() -> None:
    """A card's list is its month's; those of the last ninety days live."""
    moment = clock.parse("2020-06-13T12:00")
    assert indexes.card_list(moment) == 1_000_000 + 2020 * 12 + 6
    assert indexes.live_card_lists(moment, timedelta(days=90)) == [1_024_243, 1_024_244, 1_024_245, 1_024_246]
    assert indexes.card_list(clock.parse("2020-12-31T23:59")) == 1_000_000 + 2020 * 12 + 12
    assert indexes.list_begins(1_024_252) < clock.parse("2020-12-01")
