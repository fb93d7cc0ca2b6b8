"""Pages: the screen of an area (the city's is the city screen), and the bulletin on screen and on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwang import access
from shouwang.areas import outlines
from shouwang.areas import queries as areas
from shouwang.bulletins import content, paper, queries
from shouwang.bulletins.labels import kind_word, level_word
from shouwang.command import queries as command
from shouwang.command.labels import stage_label
from shouwang.command.policy import WATCHERS
from shouwang.measures import catalogue
from shouwang.measures import queries as measures
from shouwang.measures.definition import Measure
from shouwang.refusal import Refusal
from shouwang.ui.charts import Chart, Series
from shouwang.ui.choropleth import AreaMap, MapArea
from shouwang.ui.figures import Figure
from shouwang.ui.fragments import fragment
from shouwang.ui.shell import Crumb
from shouwang.ui.tables import Column, Table

CURVE_DAYS = 28
TABLE = ("cases_new", "cases_cumulative", "follow_up_late", "compounds_without_guard", "reports_late", "residents_stated")
"""Measures in the table of the places below; any can be sorted by."""
MAP_MEASURE = "cases_new"


@access.posted(*WATCHERS, area="code")
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The screen of an area: headline figures, map or table of the places below, curve, ranking, what is late."""
    shown = areas.by_code(code)
    day = _day(request)
    context = _screen(request, shown, day) if day else {"nothing": Refusal("bulletins.nothing_counted")}
    scope = request.scope  # type: ignore[attr-defined]
    stage = command.stage_of(shown.path, day)
    context |= {
        "area": shown,
        "level_word": shown.get_level_display(),
        "day": day,
        "crumbs": [
            Crumb(step.name, "" if step.pk == shown.pk else reverse("bulletins:area", args=[step.code]))
            for step in areas.breadcrumb(shown, scope.area_path)
        ],
        "stage": stage_label(stage.stage) if stage else None,
        "latest": queries.latest_day(),
    }
    if request.headers.get("HX-Target") == "figures":
        return fragment(request, "bulletins/figures_fragment.html", context)
    return render(request, "bulletins/area.html", context)


def _screen(request: HttpRequest, shown: Any, day: date) -> dict[str, Any]:
    language = get_language() or "zh"
    key = "zh" if language.startswith("zh") else "en"
    computed = measures.fresh(day)
    names = [measure.id for measure in catalogue.headlines()]
    recent = measures.series_of(shown.path, names, day - timedelta(days=CURVE_DAYS - 1), day)
    now = measures.figures(shown.path, day)
    sort = request.GET.get("sort", "")
    children = [
        {"code": child.code, "name": child.name, **child.values}
        for child in measures.children_table(shown.path, day, TABLE)
    ]
    return {
        "cards": [_card(measure, shown, day, recent, now, language, computed) for measure in catalogue.headlines()],
        "curve": _curve(shown.path, day, key),
        "map": _map(shown, children, day, computed, language),
        "children": _children(children, sort, language),
        "ranking": _ranking(shown, day, key),
        "late": [
            {
                **row,
                "what": row[key],
                "href": reverse("bulletins:facts", args=[row["measure"], shown.code, day.isoformat()]),
            }
            for row in content.late(shown, day, now)
        ],
        "corrections": [
            {**row, "word": kind_word(row["kind"])} for row in content.corrections(shown.path, day)
        ],
        "computed": computed,
    }


def _card(
    measure: Measure, shown: Any, day: date, recent: list[Any], now: dict[str, Any], language: str, computed: Any
) -> Figure:
    values = [point[1][measure.id] for point in recent]
    return Figure(
        label=measure.title.say(language),
        value=values[-1],
        unit=measure.unit.say(language),
        of=now.get(measure.denominator) if measure.denominator else None,
        of_label=catalogue.measure(measure.denominator).title.say(language) if measure.denominator else "",
        yesterday=values[-2],
        last_week=values[-8],
        better=measure.better_for_ui,
        href=reverse("bulletins:facts", args=[measure.id, shown.code, day.isoformat()]),
        at=computed,
        recent=values[-14:],
    )


def _curve(path: str, day: date, key: str) -> Chart:
    points = measures.series_of(path, content.CURVE, day - timedelta(days=CURVE_DAYS - 1), day)
    return Chart(
        title=_("Cases by day"),
        labels=[point[0] for point in points],
        series=[
            Series(
                catalogue.measure(name).title.say(key),
                [point[1][name] for point in points],
                "bar" if name == content.CURVE[0] else "line",
            )
            for name in content.CURVE
        ],
        label_title=_("Day"),
    )


def _map(shown: Any, children: list[dict[str, Any]], day: date, computed: Any, language: str) -> AreaMap | None:
    known = set(outlines.codes())
    drawn = [outlines.outline(child["code"]) for child in children if child["code"] in known]
    if not drawn:
        return None
    measure = catalogue.measure(MAP_MEASURE)
    return AreaMap(
        title=_("%(measure)s on %(day)s") % {"measure": measure.title.say(language), "day": day},
        features=drawn,
        areas=[
            MapArea(
                child["code"], child["name"], child[MAP_MEASURE], href=reverse("bulletins:area", args=[child["code"]])
            )
            for child in children
        ],
        value_title=measure.title.say(language),
        unit=measure.unit.say(language),
        at=computed,
    )


def _children(children: list[dict[str, Any]], sort: str, language: str) -> Table | None:
    if not children:
        return None
    name = sort.removeprefix("-")
    if name in {*TABLE, "name", "code"}:
        down = sort.startswith("-")
        known = [child for child in children if child[name] is not None]
        unknown = [child for child in children if child[name] is None]
        children = sorted(known, key=lambda child: child[name], reverse=down) + unknown
    columns = [
        Column(
            "name",
            _("Place"),
            row_header=True,
            sort="name",
            href=lambda child: reverse("bulletins:area", args=[child["code"]]),
        ),
        *(
            Column(measure, catalogue.measure(measure).title.say(language), "number", sort=measure)
            for measure in TABLE
        ),
    ]
    return Table(caption=_("Places below"), columns=columns, rows=children, sort=sort, stack=False)


def _ranking(shown: Any, day: date, key: str) -> dict[str, Any] | None:
    if shown.level not in {"city", "district"}:
        return None
    ranked = content.rank_children(shown, day)
    risk = {row["code"]: row for row in queries.risk_rows(shown.path, day)}
    rows = []
    for row in ranked["rows"]:
        proposed = risk.get(row["code"])
        moved = None if row["rank"] is None or row["yesterday"] is None else row["yesterday"] - row["rank"]
        rows.append(
            {
                **row,
                "moved": moved,
                "moved_down": -moved if moved else None,
                "risk": proposed["level"] if proposed else None,
                "risk_word": level_word(proposed["level"]) if proposed else "",
                "why": proposed["reason"][key] if proposed else "",
            }
        )
    return {"rows": rows, "formula": ranked["formula"][key], "version": ranked["policy_version"]}


@access.posted(*WATCHERS, area="code")
def bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """The bulletin of an area on a day, on screen or (with ?format=pdf) on paper, or as JSON (?format=json)."""
    shown = areas.by_code(code)
    day = _day(request)
    if day is None:
        raise Refusal("bulletins.nothing_counted", status=404)
    told = content.compose(shown, day)
    wanted = request.GET.get("format", "")
    if wanted == "json":
        from django.http import JsonResponse

        return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    language = get_language() or "zh-hans"
    if wanted == "pdf":
        response = HttpResponse(paper.pdf(told, language), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="bulletin-{shown.code}-{day}.pdf"'
        return response
    key = "zh" if language.startswith("zh") else "en"
    points = told["curve"]
    curve = Chart(
        title=_("Seven days"),
        labels=[date.fromisoformat(point["day"]) for point in points],
        series=[
            Series(told["figures"][name]["title"][key], [point[name] for point in points]) for name in content.CURVE
        ],
        label_title=_("Day"),
    )
    issued = queries.drafted(shown.pk, day)
    context = {
        **paper.words(told, key),
        "area": shown,
        "curve": curve,
        "drafted_at": issued.drafted_at if issued else None,
        "differs": bool(issued) and content.differs(issued.content, told),
        "days": measures.computed_days(day - timedelta(days=14), day + timedelta(days=14)),
    }
    return render(request, "bulletins/bulletin.html", context)


def _day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return queries.latest_day()
