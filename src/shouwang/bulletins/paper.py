"""The bulletin on paper: the same content, set for the table of a headquarters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from shouwang.bulletins import screen
from shouwang.bulletins.content import CURVE
from shouwang.bulletins.labels import kind_word
from shouwang.ui import charts, quantities
from shouwang.ui.printing import pdf as render
from shouwang.ui.tongue import tongue

BARS = 13
"""Places in the chart of new cases: as many as Wuhan has districts."""
AT_RISK_ON_PAPER = 40
"""Compounds at risk named on paper; the rest are counted, and named on the page."""


def pdf(told: dict[str, Any], language: str = "zh-hans") -> bytes:
    """A bulletin as PDF bytes. Raises Refusal when the machine lacks the libraries that set type."""
    with translation.override(language):
        return render("bulletins/paper.html", context(told))


def context(told: dict[str, Any]) -> dict[str, Any]:
    """What the template of the paper bulletin shows, with its charts drawn."""
    key = tongue()
    figures = told["figures"]
    curve = charts.Chart(
        title=_("Seven days"),
        labels=[date.fromisoformat(point["day"]) for point in told["curve"]],
        series=[charts.Series(figures[name]["title"][key], [point[name] for point in told["curve"]]) for name in CURVE],
        unit=figures[CURVE[0]]["unit"][key],
    )
    spoken = words(told, key)
    counted = [row for row in told["ranking"]["rows"] if row["cases_new"] is not None]
    most = sorted(counted, key=lambda row: (-row["cases_new"], row["code"]))[:BARS]
    bars = charts.Chart(
        title=_("New cases by place"),
        labels=[row["name"] for row in most],
        series=[charts.Series(figures["cases_new"]["title"][key], [row["cases_new"] for row in most], "bar")],
    )
    return {
        **spoken,
        # Both are drawn by ourselves from numbers and escaped names.
        "curve": mark_safe(charts.line_svg(curve, 105, 62)),  # nosec B308 B703
        "bars": mark_safe(charts.bar_svg(bars, 65, 62)) if most else "",  # nosec B308 B703
        "at_risk": spoken["at_risk"][:AT_RISK_ON_PAPER],
        "more_at_risk": max(0, len(spoken["at_risk"]) - AT_RISK_ON_PAPER),
        "language": "zh-Hans" if key == "zh" else "en",
    }


def words(told: dict[str, Any], key: str) -> dict[str, Any]:
    """The content of a bulletin in one language (`zh` or `en`), for the page and for paper."""
    day = date.fromisoformat(told["day"])
    risk = [screen.told(row, key) for row in told["risk"]]
    by_code = {row["code"]: row for row in risk if row}
    return {
        "told": told,
        "day": day,
        "computed_at": datetime.fromisoformat(told["computed_at"]),
        "headlines": [_line(name, told["figures"][name], key) for name in told["headlines"]],
        "ranking": [
            {
                **row,
                "moved": screen.moved(row),
                "href": screen.address(row["code"], day),
                "risk": by_code.get(row["code"]),
            }
            for row in told["ranking"]["rows"]
        ],
        "with_risk": any(row["code"] in by_code for row in told["ranking"]["rows"]),
        "formula": told["ranking"]["formula"][key],
        "risk": risk,
        "at_risk": screen.at_risk(told["risk"], key) or [],
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
        "change": quantities.change(figure["value"], figure["yesterday"]),
    }
