"""What a bulletin says: figures against yesterday and last week, the curve, the ranking, proposed risk, what is late.

The command line, the page and the PDF show this same content; it is plain JSON values, so that a drafted bulletin can
be kept as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shouwang import clock
from shouwang.bulletins import queries as risks
from shouwang.bulletins.ranking import rank_children
from shouwang.health import queries as health
from shouwang.measures import catalogue
from shouwang.measures import queries as measures
from shouwang.measures.definition import Measure

CURVE = ("cases_new", "cured_new", "died_new")
"""What the seven-day curve draws."""

CURVE_DAYS = 7


@dataclass(frozen=True)
class Watch:
    """Something that is wrong when its figure is not 0: shown under "late or missing" with the places it stands for."""

    measure: str
    zh: str
    en: str


WATCHES = (
    Watch("reports_late", "日报未按时确认", "daily reports not confirmed in time"),
    Watch("follow_up_late", "居家随访逾期（次）", "home follow-ups overdue"),
    Watch("compounds_without_guard", "封闭小区无人值守", "closed compounds without a guard"),
    Watch("compounds_no_entrance", "封闭小区没有开放出入口", "closed compounds without an open entrance"),
    Watch("compounds_not_closed", "应封未封的小区", "compounds not closed"),
    Watch("communities_without_officer", "社区（村）无负责人在岗", "communities and villages without an officer"),
)


def compose(area: Any, day: date) -> dict[str, Any]:
    """The bulletin of an area on a day, from the day's figures. Raises Refusal when the day was not counted."""
    computed = risks.require_figures(day)
    now = measures.figures(area.path, day)
    yesterday = measures.figures(area.path, day - timedelta(days=1))
    last_week = measures.figures(area.path, day - timedelta(days=7))
    return {
        "day": day.isoformat(),
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "computed_at": computed.isoformat(),
        "figures": {
            measure.id: _figure(measure, now, yesterday, last_week) for measure in catalogue.measures()
        },
        "headlines": [measure.id for measure in catalogue.headlines()],
        "curve": _curve(area.path, day),
        "corrections": corrections(area.path, day),
        "ranking": rank_children(area, day),
        "risk": risks.risk_rows(area.path, day),
        "late": late(area, day, now),
    }


def _figure(
    measure: Measure, now: Mapping[str, Any], yesterday: Mapping[str, Any], last_week: Mapping[str, Any]
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": {"zh": measure.title.zh, "en": measure.title.en},
        "unit": {"zh": measure.unit.zh, "en": measure.unit.en},
        "value": now[measure.id],
        "yesterday": yesterday[measure.id],
        "last_week": last_week[measure.id],
    }
    if measure.denominator:
        told["denominator"] = {"measure": measure.denominator, "value": now[measure.denominator]}
    return told


def _curve(path: str, day: date) -> list[dict[str, Any]]:
    first = day - timedelta(days=CURVE_DAYS - 1)
    return [{"day": each.isoformat(), **values} for each, values in measures.series_of(path, CURVE, first, day)]


def corrections(path: str, day: date) -> list[dict[str, Any]]:
    """Facts that were withdrawn on the day, by kind and the reason given: why a cumulative figure may fall."""
    start, end = clock.day_bounds(day)
    return [
        {"kind": kind, "note": note, "count": count} for kind, note, count in health.withdrawals(path, start, end)
    ]


def late(area: Any, day: date, now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is missing or late in an area on a day, each with the places where most of it is."""
    found = []
    for watch in WATCHES:
        if not now.get(watch.measure):
            continue
        worst = sorted(
            measures.children_table(area.path, day, [watch.measure]),
            key=lambda child: (-(child.values[watch.measure] or 0), child.path),
        )
        found.append(
            {
                "measure": watch.measure,
                "zh": watch.zh,
                "en": watch.en,
                "count": now[watch.measure],
                "places": [
                    {"code": child.code, "name": child.name, "count": child.values[watch.measure]}
                    for child in worst[:5]
                    if child.values[watch.measure]
                ],
            }
        )
    return found


def differs(drafted: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether facts recorded since the draft changed a figure of the bulletin."""
    before = {name: figure["value"] for name, figure in drafted["figures"].items()}
    return before != {name: figure["value"] for name, figure in told["figures"].items()}
