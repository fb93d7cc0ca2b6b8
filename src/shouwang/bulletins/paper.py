"""The bulletin on paper: the same content, set for the table of a headquarters."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from shouwang.bulletins.labels import kind_word, level_word
from shouwang.refusal import Refusal
from shouwang.ui import charts

CURVES = ("cases_new", "cured_new", "died_new")


def pdf(told: dict[str, Any], language: str = "zh-hans") -> bytes:
    """A bulletin as PDF bytes. Raises Refusal when the machine lacks the libraries that set type."""
    with translation.override(language):
        try:
            from shouwang.ui.printing import pdf as render

            return render("bulletins/paper.html", context(told))
        except OSError as error:
            raise Refusal("bulletins.paper_not_ready", status=503, missing=str(error).splitlines()[0]) from error


def context(told: dict[str, Any]) -> dict[str, Any]:
    """What the template of the paper bulletin shows, with its charts drawn."""
    zh = (translation.get_language() or "zh").startswith("zh")
    key = "zh" if zh else "en"
    figures = told["figures"]
    curve = charts.Chart(
        title=_("Seven days"),
        labels=[date.fromisoformat(point["day"]) for point in told["curve"]],
        series=[
            charts.Series(figures[name]["title"][key], [point[name] for point in told["curve"]]) for name in CURVES
        ],
    )
    rows = [row for row in told["ranking"]["rows"] if row["cases_new"] is not None]
    bars = charts.Chart(
        title=_("New cases by place"),
        labels=[row["name"] for row in rows],
        series=[charts.Series(figures["cases_new"]["title"][key], [row["cases_new"] for row in rows], "bar")],
    )
    return {
        **words(told, key),
        "curve": mark_safe(charts.line_svg(curve)),  # noqa: S308 - drawn by ourselves from numbers
        "bars": mark_safe(charts.bar_svg(bars)) if rows else "",  # noqa: S308
        "language": "zh-Hans" if zh else "en",
    }


def words(told: dict[str, Any], key: str) -> dict[str, Any]:
    """The content of a bulletin in one language (`zh` or `en`), for the page and for paper."""
    return {
        "told": told,
        "day": date.fromisoformat(told["day"]),
        "headlines": [_line(name, told["figures"][name], key) for name in told["headlines"]],
        "ranking": told["ranking"]["rows"],
        "formula": told["ranking"]["formula"][key],
        "risk": [{**row, "why": row["reason"][key], "word": level_word(row["level"])} for row in told["risk"]],
        "late": [{**row, "what": row[key]} for row in told["late"]],
        "corrections": [{**row, "word": kind_word(row["kind"])} for row in told["corrections"]],
    }


def _line(name: str, figure: dict[str, Any], key: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": figure["title"][key],
        "unit": figure["unit"][key],
        "value": figure["value"],
        "yesterday": figure["yesterday"],
        "last_week": figure["last_week"],
        "of": figure.get("denominator", {}).get("value"),
        "change": None
        if figure["value"] is None or figure["yesterday"] is None
        else figure["value"] - figure["yesterday"],
    }
