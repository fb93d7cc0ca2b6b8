"""What a bulletin says: figures against yesterday and last week, the curve, the ranking, proposed risk, what is late.

The command line, the page and the PDF show this same content; it is plain JSON values, so that a drafted bulletin can
be kept as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang import clock
from shouwang.bulletins import queries
from shouwang.bulletins.ranking import rank_children
from shouwang.bulletins.reading import Reading, read
from shouwang.command import queries as command
from shouwang.command.policy import Stage
from shouwang.health import queries as health
from shouwang.measures import catalogue
from shouwang.measures.definition import Measure

CURVE = ("cases_new", "cured_new", "died_new")
"""What the seven-day curve draws."""

CURVE_DAYS = 7
WEEK = 7
WORST = 5
"""How many places are named beside each thing that is late."""

CLOSING = frozenset({Stage.STRICT_CLOSURE, Stage.DECISIVE})
"""Stages in which every compound is to be closed; in the others an open one is no omission."""


@dataclass(frozen=True)
class Watch:
    """Something that is wrong when its figure is not 0: shown under "late or missing" with the places it stands for."""

    measure: str
    zh: str
    en: str
    stages: frozenset[Stage] = frozenset(Stage)
    """Stages of control in which it is wrong; where no stage was declared, only what is wrong in all of them."""


WATCHES = (
    Watch("reports_late", "日报未按时确认", "daily reports not confirmed in time"),
    Watch("follow_up_late", "居家随访逾期（次）", "home follow-ups overdue"),
    Watch("compounds_without_guard", "封闭小区无人值守", "closed compounds without a guard"),
    Watch("compounds_no_entrance", "封闭小区没有开放出入口", "closed compounds without an open entrance"),
    Watch("compounds_not_closed", "应封未封的小区", "compounds not closed", CLOSING),
    Watch("communities_without_officer", "社区（村）无负责人在岗", "communities and villages without an officer"),
)


def compose(area: Any, day: date) -> dict[str, Any]:
    """The bulletin of an area on a day, from the day's figures. Raises Refusal when the day was not counted."""
    computed = queries.require_figures(day)
    reading = read(area, day, WEEK + 1)
    stage = command.stage_of(area.path, day)
    return {
        "day": day.isoformat(),
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "computed_at": computed.isoformat(),
        "figures": {measure.id: _figure(measure, reading) for measure in catalogue.measures()},
        "headlines": [measure.id for measure in catalogue.headlines()],
        "curve": [
            {"day": each.isoformat(), **{name: values[name] for name in CURVE}}
            for each, values in reading.last(CURVE_DAYS)
        ],
        "corrections": corrections(area.path, day),
        "ranking": rank_children(reading, queries.rank_formula(area.path, day)),
        "risk": queries.risk_rows(area.path, day),
        "late": late(reading, stage.stage if stage else None),
    }


def _figure(measure: Measure, reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": {"zh": measure.title.zh, "en": measure.title.en},
        "unit": {"zh": measure.unit.zh, "en": measure.unit.en},
        "value": reading.now[measure.id],
        "yesterday": reading.ago(1)[measure.id],
        "last_week": reading.ago(WEEK)[measure.id],
    }
    if measure.denominator:
        told["denominator"] = {"measure": measure.denominator, "value": reading.now[measure.denominator]}
    return told


def corrections(path: str, day: date) -> list[dict[str, Any]]:
    """Facts that were withdrawn on the day, by kind and the reason given: why a cumulative figure may fall."""
    start, end = clock.day_bounds(day)
    return [{"kind": kind, "note": note, "count": count} for kind, note, count in health.withdrawals(path, start, end)]


def late(reading: Reading, stage: str | None) -> list[dict[str, Any]]:
    """What is missing or late in an area on a day, each with the places where most of it is."""
    found = []
    for watch in WATCHES:
        wanted = len(watch.stages) == len(Stage) if stage is None else stage in watch.stages
        count = reading.now[watch.measure]
        if not wanted or not count:
            continue
        counted = [(child.values[watch.measure] or 0, child) for child in reading.below]
        worst = sorted(counted, key=lambda pair: (-pair[0], pair[1].code))[:WORST]
        places = [{"code": child.code, "name": child.name, "count": there} for there, child in worst if there]
        found.append({"measure": watch.measure, "zh": watch.zh, "en": watch.en, "count": count, "places": places})
    return found


def differs(drafted: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether facts recorded since the draft changed a figure of the bulletin, or a level proposed from them."""
    before, after = drafted["figures"], told["figures"]
    figures = any(before[name]["value"] != after[name]["value"] for name in before.keys() & after.keys())
    return figures or _levels(drafted) != _levels(told)


def _levels(told: Mapping[str, Any]) -> dict[str, str]:
    return {code: row["level"] for code, row in queries.levels_by_code(told["risk"]).items()}
