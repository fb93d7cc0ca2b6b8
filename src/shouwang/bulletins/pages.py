"""Pages: the screen of an area (the city's is the city screen), and the bulletin on screen and on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access
from shouwang.areas import queries as areas
from shouwang.bulletins import content, paper, queries, screen
from shouwang.bulletins.reading import read
from shouwang.command import queries as command
from shouwang.command.labels import stage_label
from shouwang.command.policy import WATCHERS
from shouwang.measures import queries as measures
from shouwang.refusal import Refusal
from shouwang.ui.charts import Chart, Series
from shouwang.ui.fragments import fragment
from shouwang.ui.shell import Crumb
from shouwang.ui.tongue import tongue

AROUND = timedelta(days=7)
"""How far to each side the days are offered beside a bulletin."""


@require_GET
@access.posted(*WATCHERS, area="code")
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The screen of an area: figures, what is late, map and table of the places below, curve, ranking, risk."""
    shown = areas.by_code(code)
    latest = queries.latest_day()
    day = _day(request, latest)
    scope = request.scope  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "area": shown,
        "level_word": shown.get_level_display(),
        "day": day,
        "latest": latest,
        "crumbs": [
            Crumb(step.name, "" if step.pk == shown.pk else _address(step.code, day))
            for step in areas.breadcrumb(shown, scope.area_path)
        ],
    }
    if day is None:
        context["nothing"] = Refusal("bulletins.nothing_counted")
        return render(request, "bulletins/area.html", context)
    key = tongue()
    reading = read(shown, day, screen.CURVE_DAYS)
    context |= {"cards": screen.cards(reading, key), "computed": reading.computed, "live": day == latest}
    if request.headers.get("HX-Target") == "figures":
        return fragment(request, "bulletins/figures_fragment.html", context)
    stage = command.stage_of(shown.path, day)
    context |= screen.parts(reading, stage.stage if stage else None, key, request.GET.get("sort", ""))
    context |= {
        "stage": stage_label(stage.stage) if stage else None,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if latest and day < latest else None,
    }
    return render(request, "bulletins/area.html", context)


def _address(code: str, day: date | None) -> str:
    return screen.address(code, day) if day else reverse("bulletins:area", args=[code])


@require_GET
@access.posted(*WATCHERS, area="code")
def bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """The bulletin of an area on a day, on screen or (with ?format=pdf) on paper, or as JSON (?format=json)."""
    shown = areas.by_code(code)
    day = _day(request, None) or queries.latest_day()
    if day is None:
        raise Refusal("bulletins.nothing_counted", status=404)
    told = content.compose(shown, day)
    match request.GET.get("format", ""):
        case "json":
            return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
        case "pdf":
            response = HttpResponse(
                paper.pdf(told, "zh-hans" if tongue() == "zh" else "en"), content_type="application/pdf"
            )
            response["Content-Disposition"] = f'inline; filename="bulletin-{shown.code}-{day}.pdf"'
            return response
    key = tongue()
    issued = queries.drafted(shown.pk, day)
    scope = request.scope  # type: ignore[attr-defined]
    context = {
        **paper.words(told, key),
        "area": shown,
        "curve": _seven_days(told, key),
        "drafted_at": issued.drafted_at if issued else None,
        "differs": issued is not None and content.differs(issued.content, told),
        "days": measures.computed_days(day - AROUND, day + AROUND),
        "crumbs": [
            *(Crumb(step.name, screen.address(step.code, day)) for step in areas.breadcrumb(shown, scope.area_path)),
            Crumb(_("Bulletin")),
        ],
    }
    return render(request, "bulletins/bulletin.html", context)


def _seven_days(told: dict[str, Any], key: str) -> Chart:
    return Chart(
        title=_("Seven days"),
        labels=[date.fromisoformat(point["day"]) for point in told["curve"]],
        series=[
            Series(told["figures"][name]["title"][key], [point[name] for point in told["curve"]])
            for name in content.CURVE
        ],
        unit=told["figures"][content.CURVE[0]]["unit"][key],
        label_title=_("Day"),
    )


def _day(request: HttpRequest, otherwise: date | None) -> date | None:
    try:
        return queries.a_day(request.GET.get("day", ""))
    except Refusal:
        return otherwise
