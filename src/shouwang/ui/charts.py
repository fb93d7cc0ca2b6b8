"""Curves and bars: one description, drawn by ECharts on a page and by matplotlib on paper, always with its numbers."""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shouwang.ui import quantities, times
from shouwang.ui.quantities import Number


@dataclass(frozen=True)
class Series:
    """One line or one set of bars; `values` in the order of the chart's labels, None where there is no data."""

    name: str
    values: Sequence[Number | None]
    kind: Literal["line", "bar"] = "line"


@dataclass(frozen=True)
class Mark:
    """A moment on the axis that explains a bend, e.g. the day on which communities were closed."""

    at: date | str
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart over days or names. `label_title` heads the first column of its table ("Day", "District")."""

    title: str
    labels: Sequence[date | str]
    series: Sequence[Series]
    unit: str = ""
    note: str = ""
    label_title: str = ""
    marks: Sequence[Mark] = ()


def _label(value: date | str) -> str:
    return value if isinstance(value, str) else times.short_day(value)


def rows(chart: Chart) -> list[dict[str, Any]]:
    """The table beside the drawing: one row a label, one cell a series."""
    return [
        {"label": _label(label), "cells": [quantities.number(one.values[index]) for one in chart.series]}
        for index, label in enumerate(chart.labels)
    ]


def for_browser(chart: Chart) -> dict[str, Any]:
    """What ui/charts.js draws from: plain JSON values, no colours, no sentences made in the browser."""
    return {
        "labels": [_label(label) for label in chart.labels],
        "series": [
            {
                "name": str(one.name),
                "kind": one.kind,
                "values": [None if value is None else float(value) for value in one.values],
            }
            for one in chart.series
        ],
        "marks": [{"at": _label(mark.at), "text": str(mark.text)} for mark in chart.marks],
        "unit": str(chart.unit),
    }


_INK, _MUTED, _RULE = "#16202c", "#55616f", "#dfe4ea"
PALETTE = ("#1f5c99", "#c2571a", "#5b7f2b", "#7a4fa3", "#7d8794")
"""Told apart in print, in grey (by their order of darkness) and by people who see fewer colours."""
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), "-.", (0, (8, 2, 1, 2)))
_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei")


@functools.cache
def _fonts() -> list[str]:
    """The Chinese fonts that are there; matplotlib complains once a letter about those that are not."""
    from matplotlib.font_manager import fontManager

    present = set(fontManager.get_font_names())
    chinese = [name for name in _FONTS if name in present]
    return [*chinese[:1], "DejaVu Sans"]


def _axes(width_mm: float, height_mm: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_MUTED)
    axes.tick_params(length=0, labelsize=7, colors=_MUTED)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: Any, title: str) -> str:
    from matplotlib import rc_context

    sink = io.StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "shouwang"}):
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Title": title})
    text = sink.getvalue()
    return text[text.index("<svg") :]


def line_svg(chart: Chart, width_mm: float = 170, height_mm: float = 60) -> str:
    """The chart for paper, as SVG text with outlined glyphs, so that it looks the same wherever it is printed.

    Lines differ by dash as well as colour; a gap is a day without data; the same input gives the same text.
    """
    from matplotlib import rc_context

    with rc_context({"font.family": _fonts(), "font.size": 7.5}):
        figure, axes = _axes(width_mm, height_mm)
        places = range(len(chart.labels))
        for order, one in enumerate(chart.series):
            values = [float("nan") if value is None else float(value) for value in one.values]
            colour = PALETTE[order % len(PALETTE)]
            if one.kind == "bar":
                axes.bar(places, values, color=colour, alpha=0.35, width=0.7, label=str(one.name))
            else:
                axes.plot(
                    places,
                    values,
                    color=colour,
                    linestyle=_DASHES[order % len(_DASHES)],
                    linewidth=1.5,
                    label=str(one.name),
                    marker="o" if len(values) <= 10 else None,
                    markersize=3,
                )
        texts = [_label(label) for label in chart.labels]
        step = max(1, -(-len(texts) // 9))
        axes.set_xticks(list(places)[::step], texts[::step])
        axes.grid(axis="y", color=_RULE, linewidth=0.6)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _place: quantities.number(value))
        for mark in chart.marks:
            if _label(mark.at) in texts:
                place = texts.index(_label(mark.at))
                axes.axvline(place, color=_MUTED, linewidth=0.8, linestyle=(0, (3, 2)))
                axes.annotate(
                    str(mark.text),
                    (place, 1),
                    xycoords=("data", "axes fraction"),
                    xytext=(3, -2),
                    textcoords="offset points",
                    va="top",
                    fontsize=7,
                    color=_MUTED,
                )
        if chart.unit:
            axes.set_title(str(chart.unit), loc="left", fontsize=7, color=_MUTED)
        if len(chart.series) > 1:
            axes.legend(
                loc="upper right",
                fontsize=7,
                frameon=False,
                ncols=len(chart.series),
                labelcolor=_INK,
                bbox_to_anchor=(1, 1.16),
                borderaxespad=0,
            )
        return _svg(figure, str(chart.title))


def bar_svg(chart: Chart, width_mm: float = 170, height_mm: float | None = None) -> str:
    """The first series as level bars with their numbers at the end, in the order given: for rankings on paper."""
    from matplotlib import rc_context

    values = chart.series[0].values
    height = height_mm or 8 + 5.2 * len(values)
    with rc_context({"font.family": _fonts(), "font.size": 7.5}):
        figure, axes = _axes(width_mm, height)
        places = list(range(len(values)))
        axes.barh(places, [0.0 if value is None else float(value) for value in values], color=PALETTE[0], height=0.62)
        axes.set_yticks(places, [_label(label) for label in chart.labels])
        axes.tick_params(axis="y", labelsize=7.5, labelcolor=_INK)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        for place, value in zip(places, values, strict=True):
            axes.annotate(
                quantities.number(value),
                (0.0 if value is None else float(value), place),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                color=_INK,
            )
        axes.margins(x=0.08, y=0.01)
        if chart.unit:
            axes.set_title(str(chart.unit), loc="left", fontsize=7, color=_MUTED)
        return _svg(figure, str(chart.title))
