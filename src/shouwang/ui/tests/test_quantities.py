"""Numbers, rates and changes as people read them."""

from decimal import Decimal

import pytest
from django.utils import translation

from shouwang.ui import quantities
from shouwang.ui.figures import Figure


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234567, "1,234,567"), (12.34, "12.3"), (Decimal("36.6"), "36.6"), (-5, "−5"), (None, "—"), ("", "—")],
)
def test_numbers_part_thousands_and_no_data_is_not_zero(value, text):
    """Thousands are parted, one decimal is kept, and what is unknown is a dash, never 0."""
    assert quantities.number(value) == text


def test_a_rate_over_nothing_is_no_rate():
    """Nothing due today is "no data", not 0 % and not a division error."""
    assert quantities.percent(0, 0) == "—"
    assert quantities.percent(None, 10) == "—"
    assert quantities.percent(0, 10) == "0.0%"
    assert quantities.percent(1, 3) == "33.3%"


@pytest.mark.parametrize(
    ("now", "before", "direction", "tone", "words"),
    [
        (12, 15, "down", "good", "down 3 (−20.0%)"),
        (15, 12, "up", "bad", "up 3 (+25.0%)"),
        (3, 0, "up", "bad", "up 3"),
        (4, 4, "same", "neutral", "unchanged"),
        (4, None, "none", "neutral", "no data to compare"),
        (None, 4, "none", "neutral", "no data to compare"),
    ],
)
def test_a_change_has_direction_words_and_tone(now, before, direction, tone, words):
    """Every change is told in words; good or bad follows the direction that the figure calls better."""
    found = quantities.change(now, before, better="down")
    assert (found.direction, found.tone, found.words) == (direction, tone, words)


def test_a_change_without_a_better_direction_is_neither_good_nor_bad():
    """More residents is no merit and no fault."""
    assert quantities.change(2, 1).tone == "neutral"


def test_a_rate_changes_in_points_and_shows_its_denominator():
    """A rate is compared in percentage points, and says out of how many."""
    card = Figure("Visits", 50, of=100, rate=True, of_label="due", yesterday=(30, 100), better="up")
    assert card.headline == "50.0%"
    assert card.denominator == "50 of 100 due"
    assert card.changes[0][1].words == "up 20.0 points"
    assert card.changes[0][1].tone == "good"
    assert card.changes[1][1].direction == "none"


def test_a_count_without_data_is_not_known():
    """A card without a value says so instead of showing 0."""
    assert not Figure("x", None).known
    assert Figure("x", 0).known
    assert not Figure("x", 3, of=0, rate=True).known
