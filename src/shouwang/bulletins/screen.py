"""The parts of an area's screen: cards, curve, map, places below, ranking, risk, needs, closure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shouwang import clock
from shouwang.areas import outlines
from shouwang.areas import queries as areas
from shouwang.bulletins import content, queries
from shouwang.bulletins.labels import kind_word, risk_pill
from shouwang.bulletins.ranking import rank_children
from shouwang.bulletins.reading import Reading
from shouwang.measures import catalogue
from shouwang.measures.definition import Measure
from shouwang.ui import times
from shouwang.ui.charts import Chart, Series
from shouwang.ui.choropleth import AreaMap, MapArea
from shouwang.ui.figures import Figure
from shouwang.ui.tables import Column, Table

CURVE_DAYS = 28
LEAST_DAYS = 7
"""The curve begins with the first day that was counted, but never shows fewer days than this."""
MAP_MEASURE = "cases_new"
_CASES, _PEOPLE = ("cases_new", "cases_cumulative"), "residents_stated"
BELOW = (*_CASES, "follow_up_late", "compounds_without_guard", "reports_late", _PEOPLE)
"""Measures in the table of the places below; any can be sorted by."""
BELOW_COMPOUNDS = (*_CASES, "close_contacts_open", "follow_up_late", "codes_red", _PEOPLE)
"""The same where the places below are compounds, which report nothing themselves."""
RANKED = frozenset({"city", "district"})
CLOSE_UP = frozenset({"compound", "community", "village"})
"""Levels at which people's needs are shown."""


def address(code: str, day: date) -> str:
    """The screen of an area on a day."""
    return f"{reverse('bulletins:area', args=[code])}?day={day}"


def facts_address(measure: str, code: str, day: date) -> str:
    """The list of facts behind a figure."""
    return reverse("bulletins:facts", args=[measure, code, day.isoformat()])


def parts(reading: Reading, stage: str | None, key: str, sort: str = "") -> dict[str, Any]:
    """Everything that the screen shows besides its cards, in one language (`zh` or `en`)."""
    shown, day = reading.area, reading.day
    risk = queries.risk_rows(shown.path, day)
    return {
        "curve": curve(reading, key),
        "map": _map(reading, key),
        "children": _below(reading, sort, key),
        "ranking": _ranking(reading, risk, key),
        "risk": _own_risk(reading, risk, key),
        "at_risk": at_risk(risk, key),
        "late": [
            {**row, "what": row[key], "href": facts_address(row["measure"], shown.code, day)}
            for row in content.late(reading, stage)
        ],
        "corrections": [{**row, "word": kind_word(row["kind"])} for row in content.corrections(shown.path, day)],
        "needs": _needs(reading, key) if shown.level in CLOSE_UP else None,
        "closure": _closure(shown, day) if shown.level == "compound" else None,
    }


def cards(reading: Reading, key: str) -> list[Figure]:
    """The headline figures. A compound's own closure is told in words, and it files no report."""
    headlines = catalogue.headlines()
    if reading.area.level == "compound":
        people = (catalogue.measure("residents_registered"), catalogue.measure("households_registered"))
        headlines = (*people, *(measure for measure in headlines if measure.room not in {"areas", "command"}))
    return [_card(measure, reading, key) for measure in headlines]


def _card(measure: Measure, reading: Reading, key: str) -> Figure:
    of = catalogue.measure(measure.denominator) if measure.denominator else None
    return Figure(
        label=measure.title.say(key),
        value=reading.now[measure.id],
        unit=measure.unit.say(key),
        of=reading.now[of.id] if of else None,
        of_label=of.title.say(key) if of else "",
        yesterday=reading.ago(1)[measure.id],
        last_week=reading.ago(content.WEEK)[measure.id],
        better=measure.better_for_ui,
        href=facts_address(measure.id, reading.area.code, reading.day),
        recent=[values[measure.id] for _day, values in reading.last(14)],
    )


def curve(reading: Reading, key: str) -> Chart:
    """New cases, cures and deaths by day, from the first day that was counted."""
    days = list(reading.last(CURVE_DAYS))
    while len(days) > LEAST_DAYS and all(days[0][1][name] is None for name in content.CURVE):
        del days[0]
    gaps = any(values[content.CURVE[0]] is None for _each, values in days)
    return Chart(
        title=_("Cases by day"),
        labels=[each for each, _values in days],
        series=[
            Series(
                catalogue.measure(name).title.say(key),
                [values[name] for _each, values in days],
                "bar" if name == content.CURVE[0] else "line",
            )
            for name in content.CURVE
        ],
        unit=catalogue.measure(content.CURVE[0]).unit.say(key),
        note=_("Days without a mark were not counted.") if gaps else "",
        label_title=_("Day"),
    )


def _map(reading: Reading, key: str) -> AreaMap | None:
    known = set(outlines.codes())
    drawn = [outlines.outline(child.code) for child in reading.below if child.code in known]
    if not drawn:
        return None
    measure = catalogue.measure(MAP_MEASURE)
    return AreaMap(
        title=_("%(measure)s on %(day)s") % {"measure": measure.title.say(key), "day": times.short_day(reading.day)},
        features=drawn,
        areas=[
            MapArea(child.code, child.name, child.values[MAP_MEASURE], href=address(child.code, reading.day))
            for child in reading.below
        ],
        value_title=measure.title.say(key),
        area_title=_("Area"),
        unit=measure.unit.say(key),
    )


def _below(reading: Reading, sort: str, key: str) -> Table | None:
    if not reading.below:
        return None
    names = BELOW_COMPOUNDS if reading.below[0].level == "compound" else BELOW
    rows: list[dict[str, Any]] = [{"code": child.code, "name": child.name, **child.values} for child in reading.below]
    name = sort.removeprefix("-")
    if name in {*names, "name"}:
        known = [row for row in rows if row[name] is not None]
        unknown = [row for row in rows if row[name] is None]
        rows = sorted(known, key=lambda row: row[name], reverse=sort.startswith("-")) + unknown
    place = Column("name", _("Area"), row_header=True, sort="name", href=lambda row: address(row["code"], reading.day))
    figures = [Column(name, catalogue.measure(name).title.say(key), "number", sort=name) for name in names]
    return Table(caption=_("Figures of each place"), columns=[place, *figures], rows=rows, sort=sort, stack=False)


def _ranking(reading: Reading, risk: list[dict[str, Any]], key: str) -> dict[str, Any] | None:
    if reading.area.level not in RANKED or not reading.below:
        return None
    ranked = rank_children(reading, queries.rank_formula(reading.area.path, reading.day))
    levels = {row["code"]: told(row, key) for row in risk}
    rows = [
        {**row, "moved": moved(row), "href": address(row["code"], reading.day), "risk": levels.get(row["code"])}
        for row in ranked["rows"]
    ]
    return {
        "rows": rows,
        "formula": ranked["formula"][key],
        "version": ranked["policy_version"],
        "with_risk": any(row["risk"] for row in rows),
    }


def moved(row: dict[str, Any]) -> dict[str, Any] | None:
    """How a place moved in the ranking since the day before: `by` places, `up` towards the first; None if unknown."""
    if row["rank"] is None or row["yesterday"] is None:
        return None
    places = row["yesterday"] - row["rank"]
    return {"by": abs(places), "up": places > 0, "words": _moved_words(places)}


def _moved_words(places: int) -> str:
    if not places:
        return _("unchanged")
    return (_("up %(size)s") if places > 0 else _("down %(size)s")) % {"size": abs(places)}


def told(row: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    """A row of `queries.risk_rows` as a page says it."""
    if row is None:
        return None
    return {
        **row,
        "pill": risk_pill(row["level"]),
        "why": row["reason"][key],
        "declared_pill": risk_pill(row["declared"]) if row["declared"] else None,
    }


def _own_risk(reading: Reading, risk: list[dict[str, Any]], key: str) -> dict[str, Any] | None:
    """The level that holds at the place shown: its own, that of its county, or of the rest of its county."""
    if len(risk) != 1 or reading.area.level == "city":
        return None
    county = risk[0]
    own = next((unit for unit in county["units"] if unit["code"] == reading.area.code), county)
    if own is county and county["counts"] is not None and reading.area.level == "compound":
        own = {**county, **queries.rest_of(county, reading.area.path, reading.day)}
    return told(own, key)


def at_risk(risk: list[dict[str, Any]], key: str) -> list[dict[str, Any]] | None:
    """Compounds and hamlets at high or medium risk, in the order of the counties; None under a rule by county."""
    if all(county["counts"] is None for county in risk):
        return None
    return [{**(told(unit, key) or {}), "county": county["name"]} for county in risk for unit in county["units"]]


def _needs(reading: Reading, key: str) -> list[dict[str, Any]]:
    needs = [measure for measure in catalogue.measures() if measure.id.startswith(("need_", "aged_80"))]
    return [
        {
            "title": measure.title.say(key),
            "value": reading.now[measure.id],
            "href": facts_address(measure.id, reading.area.code, reading.day),
        }
        for measure in needs
        if reading.now[measure.id] != 0
    ]


def _closure(shown: Any, day: date) -> dict[str, Any]:
    at = clock.day_bounds(day)[1] - timedelta(microseconds=1)
    status = areas.closure_state(shown, at)
    return {
        "status": status,
        "closed": status is not None and status.state == "closed",
        "open": [entrance.name for entrance in areas.entrances(shown) if entrance.state == "open"],
    }
