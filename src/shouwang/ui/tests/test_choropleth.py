"""Maps: classes, legend, panels and the equal table."""

import doctest
import json
import re
from pathlib import Path

import pytest
from django.template import Context, Template

from shouwang.ui import choropleth, outlines
from shouwang.ui.choropleth import AreaMap, MapArea, MapPoint

WUHAN = json.loads((Path(__file__).parent / "data" / "wuhan-districts-thin.geojson").read_text())["features"]


def wuhan(**values):
    areas = [
        MapArea(
            one["properties"]["code"],
            one["properties"]["name"],
            values.get(one["properties"]["code"], int(one["properties"]["code"][-3:])),
            href=f"/a/{place}",
        )
        for place, one in enumerate(WUHAN)
    ]
    return AreaMap("Cases", WUHAN, areas, "cases")


def test_examples_in_the_code_are_true():
    """What the docstrings show is what the functions answer."""
    assert doctest.testmod(choropleth).failed == 0


def test_every_district_is_labelled_and_linked_exactly_once():
    """The small districts in the middle move to the enlarged panel; none is lost and none is there twice."""
    drawing = choropleth.draw(wuhan())
    assert len(drawing.panels) == 2
    labelled = [shape.area.code for panel in drawing.panels for shape in panel.shapes if shape.label]
    assert sorted(labelled) == sorted(one["properties"]["code"] for one in WUHAN)
    middle = {shape.area.name for shape in drawing.panels[1].shapes if shape.label}
    assert {"江岸区", "江汉区", "硚口区", "汉阳区", "武昌区"} <= middle
    assert "黄陂区" not in middle


def test_north_is_up_and_distances_are_not_squeezed():
    """A degree of longitude at 60° north is half as wide as one of latitude is tall."""
    ring = [[0, 59.5], [2, 59.5], [2, 60.5], [0, 60.5], [0, 59.5]]
    north = [[0, 60.5], [2, 60.5], [2, 61.5], [0, 61.5], [0, 60.5]]
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [points]}}
        for code, points in (("S", ring), ("N", north))
    ]
    panel = choropleth.draw(AreaMap("x", features, [MapArea("S", "南", 1), MapArea("N", "北", 2)], "v")).panels[0]
    south, northern = panel.shapes
    assert northern.label[1] < south.label[1]
    xs = [float(pair.split()[0]) for pair in re.findall(r"[\d.]+ [\d.]+", south.d)]
    ys = [float(pair.split()[1]) for pair in re.findall(r"[\d.]+ [\d.]+", south.d)]
    assert (max(xs) - min(xs)) / (max(ys) - min(ys)) == pytest.approx(1.0, abs=0.04)


def test_holes_and_many_parts_are_drawn():
    """A MultiPolygon with a hole gives one sub-path a ring."""
    outer = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    island = [[6, 0], [7, 0], [7, 1], [6, 1], [6, 0]]
    feature = {
        "type": "Feature",
        "properties": {"code": "A"},
        "geometry": {"type": "MultiPolygon", "coordinates": [[outer, hole], [island]]},
    }
    shape = choropleth.draw(AreaMap("x", [feature], [MapArea("A", "岛", 1)], "v")).panels[0].shapes[0]
    assert shape.d.count("M") == shape.d.count("Z") == 3


def test_values_on_a_bound_belong_to_the_class_that_starts_there():
    """The legend's "10–49" holds 10 and 49, and 50 is in the next."""
    bounds = [10, 50]
    assert choropleth.legend_words(bounds, whole=True) == ["0–9", "10–49", "≥ 50"]
    assert [choropleth.class_of(value, bounds) for value in (0, 9, 10, 49, 50, 5000)] == [0, 0, 1, 1, 2, 2]


def test_counts_never_get_broken_bounds():
    """Nobody has half a case: bounds of counts are whole numbers."""
    assert all(bound == int(bound) for bound in choropleth.choose_bounds([1, 2, 1, 3, 2]))


def test_no_data_is_hatched_named_and_last_in_the_table():
    """An area without data is not the palest class; the legend says so and its row shows a dash."""
    drawing = choropleth.draw(wuhan(**{"420117": None}))
    assert drawing.legend[-1][0] is None
    unknown = [shape for panel in drawing.panels for shape in panel.shapes if shape.area.code == "420117"]
    assert unknown
    assert all(shape.fill is None for shape in unknown)
    assert wuhan(**{"420117": None}).ranked()[-1]["value"] == "—"


def test_map_and_table_say_the_same():
    """Every area of the map is a row of its table with the same number and the same link."""
    page = Template("{% load ui %}{% choropleth shown %}").render(Context({"shown": wuhan()}))
    drawn, table = page.split("<table", 1)
    for place, one in enumerate(WUHAN):
        name, link = one["properties"]["name"], f'href="/a/{place}"'
        assert (drawn.count(link), table.count(link)) == (1, 1), name
        assert name in drawn
        assert name in table
    assert 'style="' not in page


def test_areas_without_outline_still_have_their_row():
    """With no outline at all there is no empty picture, and the table stands open."""
    page = Template("{% load ui %}{% choropleth shown %}").render(
        Context({"shown": AreaMap("x", [], [MapArea("1", "光谷", 5)], "v")})
    )
    assert "<path" not in page
    assert "光谷" in page
    assert '<details class="sw-chart-table" open>' in page


def test_a_map_drawn_again_is_not_flattened_again() -> None:
    """The same outlines give the very same shapes; an outline that became another gives others."""
    square = {"type": "Polygon", "coordinates": [[[114, 30], [115, 30], [115, 31], [114, 31], [114, 30]]]}
    feature = {"type": "Feature", "properties": {"code": "A"}, "geometry": square}
    first, second = outlines.flatten([feature]), outlines.flatten([dict(feature)])
    assert first[0] is second[0]
    wider = {**square, "coordinates": [[[114, 30], [116, 30], [116, 31], [114, 31], [114, 30]]]}
    other = outlines.flatten([{**feature, "geometry": wider}])
    assert other[0].box != first[0].box


def test_points_lie_where_their_areas_do() -> None:
    """A dot in the middle of a square is drawn in its middle; one outside of every panel is not drawn."""
    square = [[114.0, 30.0], [115.0, 30.0], [115.0, 31.0], [114.0, 31.0], [114.0, 30.0]]
    feature = {"properties": {"code": "A"}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    points = [MapPoint("middle", 114.5, 30.5), MapPoint("far away", 120.0, 30.5)]
    panel = choropleth.draw(AreaMap("x", [feature], [MapArea("A", "方", 1)], "v", points=points)).panels[0]
    [(x, y, point)] = panel.dots
    assert point.name == "middle"
    assert (x, y) == (pytest.approx(panel.width / 2, abs=1), pytest.approx(panel.height / 2, abs=1))
