"""Every figure opens down to its facts: as many as it says, for the place asked, no further than the viewer sees."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shouwang import clock
from shouwang.measures import catalogue, queries
from shouwang.measures.compute import compute
from shouwang.measures.facts import all_facts, columns, facts
from shouwang.refusal import Refusal

from .world import DAYS, build, load

pytestmark = pytest.mark.django_db
COUNTABLE = [measure.id for measure in catalogue.measures() if measure.aggregate.is_countable]


@pytest.fixture
def counted() -> dict[str, dict[str, int | None]]:
    """Path → figures of one day of a random world."""
    build(11)
    with clock.frozen(datetime(2020, 3, 1, tzinfo=UTC)):
        compute(DAYS[4])
        yield {area["path"]: queries.figures(area["path"], DAYS[4]) for area in load().areas}


def test_there_are_as_many_facts_as_the_figure_says(counted: dict[str, dict[str, int | None]]) -> None:
    """For every countable measure and every place of the tree."""
    assert len(COUNTABLE) > 80
    for path, values in counted.items():
        for measure in COUNTABLE:
            page = facts(measure, path, DAYS[4], "4201/")
            assert page.total == values[measure], (path, measure)
            assert len(page.rows) == min(page.total, 100)


def test_a_summed_figure_is_the_sum_of_its_facts(counted: dict[str, dict[str, int | None]]) -> None:
    """The rows listed behind a sum carry the amounts that were added."""
    for path, values in counted.items():
        rows = list(all_facts("residents_stated", path, DAYS[4], "4201/"))
        assert sum(row.shown["residents"] or 0 for row in rows) == values["residents_stated"]


def test_pages_follow_each_other_without_gap_or_repeat(counted: dict[str, dict[str, int | None]]) -> None:
    """Walking pages of seven gives the same facts as one download, in the order of the tree."""
    whole = [fact.fact for fact in all_facts("areas_total", "4201/", DAYS[4], "4201/")]
    walked, mark = [], ""
    while True:
        page = facts("areas_total", "4201/", DAYS[4], "4201/", mark, size=7)
        walked += [fact.fact for fact in page.rows]
        assert page.total == len(whole)
        mark = page.next
        if not mark:
            break
    assert walked == whole
    assert len(whole) > 14


def test_a_viewer_sees_the_facts_of_their_own_place_only(counted: dict[str, dict[str, int | None]]) -> None:
    """A district's officer who asks behind the city's figure is given the district's share; nothing of other places."""
    for measure in COUNTABLE:
        page = facts(measure, "4201/", DAYS[4], "4201/420100/")
        assert page.total == counted["4201/420100/"][measure], measure
        assert all(row.area_path.startswith("4201/420100/") for row in page.rows)
    assert facts("residents_registered", "4201/420101/", DAYS[4], "4201/420100/").total == 0


def test_each_fact_says_what_it_shows(counted: dict[str, dict[str, int | None]]) -> None:
    """A row names its record and carries the columns that its measure lists."""
    for measure in COUNTABLE:
        for row in facts(measure, "4201/", DAYS[4], "4201/").rows[:3]:
            assert row.kind.count(".") == 1
            assert row.number
            assert tuple(row.shown) == columns(measure)


@pytest.mark.parametrize("mark", ["x", "W10", "e30", "WzEsMl0", "!!", "bnVsbA"])
def test_a_made_up_page_is_refused(mark: str) -> None:
    """A page mark that is none is not found, whatever it holds."""
    with pytest.raises(Refusal) as refused:
        facts("areas_total", "4201/", DAYS[4], "4201/", mark)
    assert refused.value.code == "measures.no_such_page"


def test_an_unknown_measure_is_refused() -> None:
    """It is not found, and the words say where to choose."""
    with pytest.raises(Refusal) as refused:
        facts("nothing", "4201/", DAYS[4], "4201/")
    assert refused.value.status == 404
    assert "catalogue" in refused.value.next_step("en")
