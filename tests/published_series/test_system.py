"""The whole way: the files of the published series are taken in, the days are counted, the measures are the series."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from shouwang.areas import queries as areas
from shouwang.intake import actions as intake
from shouwang.journal.actions import Actor
from shouwang.measures import actions as measures
from shouwang.measures import catalogue
from shouwang.measures import queries as figures
from shouwang.measures.counting import counted, tree

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


MEASURES = ("cases_cumulative", "cured_cumulative", "died_cumulative", "cases_new")
TURNING_POINTS = tuple(date.fromisoformat(f"2020-{day}") for day in ("02-13", "02-14", "02-20", "04-17", "04-29"))


@pytest.fixture(scope="module")
def published(series: Path) -> dict[date, tuple[int, ...]]:
    with series.open(encoding="utf-8", newline="") as file:
        return {
            date.fromisoformat(row["date"]): (int(row["confirmed"]), int(row["cured"]), int(row["dead"]))
            for row in csv.DictReader(file)
        }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("known")
def test_the_measures_give_back_the_published_series_on_every_day(published: dict[date, tuple[int, ...]]) -> None:
    """Cumulative confirmed, cured and dead of the city at the end of each day, falls included; new cases below a
    thousand on 20 February after three weeks above; the districts add up to the city; and at the turning points the
    figures that a day keeps say the same."""
    top = areas.root()
    assert top is not None
    districts = list(areas.children(top))
    wanted = [catalogue.measure(name) for name in MEASURES]
    places = tree()
    new = {}
    day = FIRST
    while day <= LAST:
        with transaction.atomic():
            told = counted(wanted, day, places).values
        city = {name: told.get(top.pk, {}).get(name, 0) for name in MEASURES}
        if day in published:
            assert (city["cases_cumulative"], city["cured_cumulative"], city["died_cumulative"]) == published[day], day
        for name in MEASURES:
            assert sum(told.get(district.pk, {}).get(name, 0) for district in districts) == city[name], (day, name)
        if day in TURNING_POINTS:
            measures.compute_figures(day)
            kept = figures.figures(top.path, day)
            assert {name: kept[name] for name in MEASURES} == city
        new[day] = city["cases_new"]
        day += timedelta(days=1)
    assert new[date(2020, 2, 13)] == 32_994 - 19_558
    assert new[date(2020, 2, 19)] >= 1_000 > new[date(2020, 2, 20)]
