"""The bulletin on paper: real Chinese type, a page or three, nothing left alone at the foot of a page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from shouwang.areas.models import Area
from shouwang.bulletins import content, paper
from shouwang.bulletins.tests.town import house, inflated, run, tell

DAY = date(2020, 2, 20)


@pytest.fixture
def told(town: dict[str, Area]) -> dict[str, Any]:
    """A city of Wuhan's size in districts, with cases, and yesterday to compare with."""
    for number in range(10):
        Area.objects.create(
            code=f"4202{number:02}", path=f"4201/4202{number:02}/", parent=town["4201"], level="district",
            name=f"第{number}区", residents=None,
        )  # fmt: skip
    tell(*house(town["X1"], "P"), "confirmed", DAY)
    run(DAY - timedelta(days=1))
    run(DAY)
    return content.compose(town["4201"], DAY)


def pages(told: dict[str, Any], language: str) -> list[Any]:
    """The pages as they are set, each a tree of boxes."""
    from weasyprint import HTML

    from shouwang.ui.printing import _fetch

    with translation.override(language):
        page = render_to_string("bulletins/paper.html", paper.context(told))
    return list(HTML(string=page, base_url="http://paper.invalid/", url_fetcher=_fetch()).render().pages)


def blocks(page: Any) -> list[tuple[str, float]]:
    """Element and distance from the top (CSS pixels) of every heading, table row and paragraph of a page."""
    found: list[tuple[str, float]] = []

    def walk(box: Any) -> None:
        if getattr(box, "element_tag", None) in {"h2", "tr", "p", "figure", "ul"}:
            found.append((box.element_tag, box.position_y))
        for child in getattr(box, "children", ()):
            walk(child)

    for child in page._page_box.children:
        if child.element_tag == "html":
            walk(child)
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_is_short_and_no_heading_stands_alone(told: dict[str, Any], language: str) -> None:
    """At most three pages for thirteen districts, and below every heading something of its section on the same page."""
    found = pages(told, language)
    assert 1 <= len(found) <= 3
    for page in found:
        assert blocks(page)[-1][0] != "h2"


def test_what_it_says(told: dict[str, Any]) -> None:
    """Red head, every headline figure, formula, level with its reason and shape, and what "—" means."""
    with translation.override("zh-hans"):
        page = render_to_string("bulletins/paper.html", paper.context(told))
    for name in told["headlines"]:
        assert told["figures"][name]["title"]["zh"] in page
    assert 'class="red-head"' in page
    assert told["ranking"]["formula"]["zh"] in page
    assert "▲ 中风险" in page
    assert "最近一例在2020年2月20日" in page
    assert "“—”表示没有数据" in page
    assert page.count("<svg") == 2


def test_letters_are_chinese_type(told: dict[str, Any]) -> None:
    """The PDF carries its own Chinese font, so it prints the same everywhere."""
    assert "CJK" in inflated(paper.pdf(told, "zh-hans"))


def test_under_the_rule_by_compound_many_units_are_counted_and_some_named(town: dict[str, Area]) -> None:
    """Forty are named on paper; how many more there are is said."""
    day = date(2022, 7, 10)
    for number in range(45):
        home = Area.objects.create(
            code=f"Y{number}", path=f"{town['420102001001'].path}Y{number}/", parent=town["420102001001"],
            level="compound", name=f"Y{number}",
        )  # fmt: skip
        tell(*house(home, f"P{number}"), "confirmed", day)
    run(day)
    with translation.override("en"):
        page = render_to_string("bulletins/paper.html", paper.context(content.compose(town["4201"], day)))
    assert page.count("■ high risk") == 1 + 40
    assert "and 5 more" in page
