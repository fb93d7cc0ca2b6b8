"""Keeping and reading figures: replayed days, days not counted, series, children, one value counted live."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.command.models import DailyReport
from shouwang.measures import catalogue, queries
from shouwang.measures.actions import compute_figures
from shouwang.measures.facts import facts
from shouwang.measures.models import Figures, FiguresRun
from shouwang.refusal import Refusal

from .world import DAYS, build, load

pytestmark = pytest.mark.django_db
LATER = datetime(2020, 3, 1, tzinfo=UTC)
DAY = DAYS[4]


def stored(day: date) -> list[tuple[int, str, dict[str, int]]]:
    return list(Figures.objects.filter(day=day).order_by("path").values_list("area_id", "path", "values"))


def test_a_day_computed_again_is_the_same_and_stands_once() -> None:
    """A replay replaces the rows of its day, and gives the same for the same facts."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
        before = stored(DAY)
        counts = compute_figures(DAY)
    assert stored(DAY) == before
    assert before
    assert counts["measures"] == len(catalogue.measures())
    assert counts["areas"] == len(before)
    assert FiguresRun.objects.count() == 1
    assert queries.fresh(DAY) == LATER


def test_nought_and_no_data_are_told_apart() -> None:
    """A computed measure without facts is 0; on a day that was not computed, or a measure added since, it is None."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
    run = FiguresRun.objects.get(day=DAY)
    run.measures = [name for name in run.measures if name != "codes_red"]
    run.save()
    leaf = next(area["path"] for area in load().areas if area["code"] == "B1")
    assert queries.figures(leaf, DAY)["died_new"] == 0
    assert queries.figures(leaf, DAY)["codes_red"] is None
    assert set(queries.figures("4201/", DAY + timedelta(days=1)).values()) == {None}
    assert queries.fresh(DAY + timedelta(days=1)) is None


def test_days_since_something_that_never_happened_is_no_data() -> None:
    """ "Days since the last case" of a place without cases is None, not 0: 0 means there was one today."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAYS[0] - timedelta(days=30))
    assert queries.value("4201/", "days_since_last_case", DAYS[0] - timedelta(days=30)) is None
    assert queries.value("4201/", "cases_new", DAYS[0] - timedelta(days=30)) == 0


def test_only_what_is_there_is_stored() -> None:
    """Zeros are not written: twelve thousand places times a hundred measures are mostly empty."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
    for _area, _path, values in stored(DAY):
        assert values
        assert all(value or name == "days_since_last_case" for name, value in values.items())


def test_a_series_has_every_day_and_a_gap_where_nothing_was_computed() -> None:
    """Two computed days around one that was not."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAYS[2])
        compute_figures(DAYS[4])
    series = queries.series("4201/", "residents_registered", DAYS[2], DAYS[4])
    assert series == [(DAYS[2], 42), (DAYS[3], None), (DAYS[4], 42)]
    assert queries.computed_days(DAYS[0], DAYS[7]) == [DAYS[2], DAYS[4]]


def test_children_are_the_places_directly_below_with_zeros_for_the_empty_ones() -> None:
    """Every child is there, in the order of its code, whether or not anything was counted in it."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
    world = load()
    for area in world.areas:
        children = queries.children_table(area["path"], DAY, ["residents_registered", "cases_new"])
        assert [child.area_id for child in children] == [
            row["id"] for row in sorted(world.areas, key=lambda row: row["path"]) if row["parent_id"] == area["id"]
        ]
        for child in children:
            assert child.values["residents_registered"] == queries.value(child.path, "residents_registered", DAY)


def test_values_by_area_and_of_areas_agree_with_the_single_ones() -> None:
    """The bulk readings are the same figures."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
    world = load()
    by_area = queries.values_by_area(DAY, ("community", "village"), "4201/")
    of_all = queries.values_of([area["id"] for area in world.areas], DAY)
    for area in world.areas:
        assert of_all[area["id"]] == queries.figures(area["path"], DAY)
        if area["id"] in by_area:
            assert area["level"] in {"community", "village"}
            assert by_area[area["id"]] == of_all[area["id"]]


def test_a_live_value_is_counted_now_whatever_is_stored() -> None:
    """Before any computation the live value is already what the computation then stores."""
    build(5)
    with clock.frozen(LATER):
        live = {
            name: queries.live("4201/", name, DAY)
            for name in ("cases_cumulative", "days_since_last_case", "fever_people")
        }
        compute_figures(DAY)
    assert live == {name: queries.value("4201/", name, DAY) for name in live}
    assert queries.live("nowhere/", "cases_new", DAY) is None


def test_a_part_of_the_day_not_over_is_due_and_not_late() -> None:
    """At eight in the morning nothing of today's follow-up or reports is late; at the day's end it is."""
    build(5)
    morning = clock.day_bounds(DAY)[0] + timedelta(hours=8)
    with clock.frozen(morning):
        compute_figures(DAY)
        early = queries.figures("4201/", DAY)
    with clock.frozen(LATER):
        compute_figures(DAY)
        late = queries.figures("4201/", DAY)
    assert (early["follow_up_late"], early["reports_late"]) == (0, 0)
    assert late["reports_late"] > 0
    assert early["follow_up_due"] > 0


def test_counting_some_rooms_again_leaves_the_others_as_they_stand() -> None:
    """After the reports are filled only what they changed is counted; what it gives is what counting all would give."""
    build(5)
    with clock.frozen(LATER):
        compute_figures(DAY)
        area = DailyReport.objects.filter(day=DAY).values_list("area_id", flat=True)
        place = Area.objects.filter(level__in=["community", "village"]).exclude(pk__in=area).first()
        DailyReport.objects.create(area=place, area_path=place.path, day=DAY, filled_at=LATER)
        before = queries.figures("4201/", DAY)
        compute_figures(DAY, {"command"})
        partly = stored(DAY)
        compute_figures(DAY)
    assert partly == stored(DAY)
    assert queries.value("4201/", "reports_filled", DAY) == before["reports_filled"] + 1


def test_codes_with_an_underscore_are_no_pattern() -> None:
    """The underscore of `a_b` stands for itself: neither children nor facts of `axb` are taken for its own."""
    city = Area.objects.create(code="4201", path="4201/", level="city", name="city")
    for code in ("a_b", "axb"):
        street = Area.objects.create(code=code, path=f"4201/{code}/", level="street", name=code, parent=city)
        Area.objects.create(code=f"{code}1", path=f"4201/{code}/{code}1/", level="community", name=code, parent=street)
    with clock.frozen(LATER):
        compute_figures(DAY)
        assert [child.code for child in queries.children_table("4201/a_b/", DAY, ["areas_total"])] == ["a_b1"]
        for path, scope in (("4201/a_b/", "4201/"), ("4201/", "4201/a_b/")):
            assert [fact.area_code for fact in facts("areas_total", path, DAY, scope).rows] == ["a_b", "a_b1"]


def test_an_unknown_measure_is_refused() -> None:
    """A misspelt measure is an error, not a column of dashes."""
    with pytest.raises(Refusal):
        queries.series("4201/", "cases_nwe", DAY, DAY)
