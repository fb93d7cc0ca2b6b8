"""The whole way: the files of the published series are taken in, the days are counted, the measures are the series."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from shouwang.areas import queries as areas
from shouwang.intake import actions as intake
from shouwang.journal.actions import Actor
from shouwang.measures import actions as measures
from shouwang.measures import queries as figures

BY = Actor.system("test")
FILES = (
    ("areas", "areas.csv"),
    ("compounds", "compounds.csv"),
    ("residents", "residents.csv"),
    ("health-events", "health-events.csv"),
)
FIRST, LAST = date(2020, 1, 1), date(2020, 4, 29)


@pytest.fixture
def known(files: Path) -> None:
    """Everything taken in, nothing refused."""
    for kind, name in FILES:
        report = intake.take_in(kind, files / name, by=BY)
        assert report.refused == 0, report.refusals[:3]
        assert report.taken == report.rows > 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("known")
def test_the_measures_give_back_the_published_series_on_every_day(series: Path) -> None:
    """Cumulative confirmed, cured and dead of the city at the end of each day, falls included; new cases below a
    thousand for the first time since 26 January on 20 February; and the districts add up to the city."""
    with series.open(encoding="utf-8", newline="") as file:
        published = {
            date.fromisoformat(row["date"]): (int(row["confirmed"]), int(row["cured"]), int(row["dead"]))
            for row in csv.DictReader(file)
        }
    top = areas.root()
    assert top is not None
    new = {}
    day = FIRST
    while day <= LAST:
        measures.compute_figures(day)
        told = figures.figures(top.path, day)
        if day in published:
            counted = (told["cases_cumulative"], told["cured_cumulative"], told["died_cumulative"])
            assert counted == published[day], day
        new[day] = told["cases_new"]
        districts = [figures.figures(district.path, day) for district in areas.children(top)]
        for name in ("cases_cumulative", "cured_cumulative", "died_cumulative"):
            assert sum(district[name] for district in districts) == told[name], (day, name)
        day += timedelta(days=1)
    assert new[date(2020, 2, 13)] == 32_994 - 19_558
    assert new[date(2020, 2, 19)] >= 1_000 > new[date(2020, 2, 20)]
