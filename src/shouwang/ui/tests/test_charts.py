"""Curves on paper and on pages hold the same numbers."""

import json
import re
from datetime import date
from xml.etree import ElementTree

from django.template import Context, Template

from shouwang.ui import charts, sparklines
from shouwang.ui.charts import Chart, Mark, Series

DAYS = [date(2020, 2, day) for day in range(10, 15)]
CURVE = Chart(
    "确诊",
    DAYS,
    [Series("新增", [5, None, 1234, 7, 8]), Series("治愈", [1, 2, 3, 4, 5], "bar")],
    unit="人",
    marks=[Mark(DAYS[1], "封闭")],
)


def test_the_table_beside_the_drawing_holds_every_number():
    """A reader without the drawing gets every value, and a gap as a dash."""
    page = Template("{% load ui %}{% line_chart c %}").render(Context({"c": CURVE}))
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.S)
    assert len(rows) == 5
    assert "1,234" in page
    assert "—" in rows[1]
    data = json.loads(re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.S)[1])
    assert data["series"][0]["values"] == [5, None, 1234, 7, 8]
    assert data["marks"] == [{"at": data["labels"][1], "text": "封闭"}]


def test_text_in_a_chart_cannot_break_out_of_its_data():
    """A name with a closing script tag stays data."""
    chart = Chart("x", ["</script><b>"], [Series("</script>", [1])])
    page = Template("{% load ui %}{% line_chart c %}").render(Context({"c": chart}))
    assert page.count("</script>") == 1


def test_paper_charts_are_valid_svg_and_the_same_every_time():
    """The same input gives the same text, so that a reprinted bulletin is the same bulletin."""
    first, second = charts.line_svg(CURVE), charts.line_svg(CURVE)
    assert first == second
    assert ElementTree.fromstring(first).tag.endswith("svg")
    bars = charts.bar_svg(Chart("排名", ["江岸区", "新洲区"], [Series("x", [10, None])]))
    assert ElementTree.fromstring(bars).tag.endswith("svg")


def test_a_gap_in_the_data_is_a_gap_in_the_sparkline():
    """A day without data is not drawn through and not drawn as 0."""
    assert sparklines.draw([1, 2, None, 4, 5]).count("M") == 2
    assert sparklines.draw([1, None]) == ""
