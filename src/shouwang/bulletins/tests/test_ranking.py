"""The ranking of districts as the bulletin tells it: order, ties, change since yesterday, formula, figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shouwang.areas.models import Area
from shouwang.bulletins import content, screen
from shouwang.bulletins.tests.town import house, run, tell

DAY = date(2020, 2, 20)
BEFORE = DAY - timedelta(days=1)


def cases(area: Area, count: int, day: date) -> None:
    for person in house(area, *(f"{area.code}-{day}-{number}" for number in range(count))):
        tell(person, "confirmed", day)


def ranking(town: dict[str, Area], code: str = "4201") -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in content.compose(town[code], DAY)["ranking"]["rows"]}


def test_fewest_cases_of_fourteen_days_per_head_come_first(town: dict[str, Area]) -> None:
    """4 cases among 4,000 are fewer a head than 2 among 500; a district without residents is not ranked."""
    cases(town["X1"], 4, DAY)
    cases(town["X4"], 2, DAY)
    run(DAY)
    told = content.compose(town["4201"], DAY)["ranking"]
    assert [(row["code"], row["rank"], row["score"]) for row in told["rows"]] == [
        ("420102", 1, 100.0), ("420103", 2, 400.0), ("420104", None, None),
    ]  # fmt: skip
    first = told["rows"][0]
    assert (first["cases_new"], first["cases_cumulative"], first["residents_stated"]) == (4, 4, 4000)
    assert "per 100,000 residents; lowest first" in told["formula"]["en"]
    assert told["policy_version"] == "generic/ranking-always"


def test_equal_scores_share_a_rank(town: dict[str, Area]) -> None:
    """8 of 4,000 and 1 of 500 are alike; both are first."""
    cases(town["X1"], 8, DAY)
    cases(town["X4"], 1, DAY)
    run(DAY)
    rows = ranking(town)
    assert (rows["420102"]["rank"], rows["420103"]["rank"]) == (1, 1)


@pytest.mark.parametrize(("there", "words", "up"), [(3, "up 1", True), (0, "unchanged", False)])
def test_a_place_moves_up_and_down(town: dict[str, Area], there: int, words: str, up: bool) -> None:
    """Yesterday's rank stands beside today's; going towards the first place is up."""
    from django.utils import translation

    cases(town["X1"], 8, BEFORE)
    cases(town["X4"], 0 if not there else 2, BEFORE)
    run(BEFORE)
    cases(town["X1"], 20 if there else 0, DAY)
    run(DAY)
    rows = ranking(town)
    village = rows["420103"]
    expected = {3: (1, 2), 0: (1, 1)}[there]
    assert (village["rank"], village["yesterday"]) == expected
    with translation.override("en"):
        moved = screen.moved(village)
    assert moved == {"by": 1 if there else 0, "up": up, "words": words}
    assert screen.moved(rows["420104"]) is None


def test_a_compound_has_nothing_to_rank(town: dict[str, Area]) -> None:
    """Its bulletin says so by an empty list."""
    run(DAY)
    assert ranking(town, "X1") == {}
