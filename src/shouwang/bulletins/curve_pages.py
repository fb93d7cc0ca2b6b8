"""The page of the spread: onsets by day, reproduction number, doubling time, and what they assume."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.bulletins import curve_facts, queries
from shouwang.bulletins.curve_facts import Spread
from shouwang.command.policy import WATCHERS
from shouwang.refusal import Refusal
from shouwang.ui.charts import Chart, Series
from shouwang.ui.shell import Crumb

SHOWN_DAYS = 42


@require_GET
@access.posted(*WATCHERS, area="code")
def spread(request: HttpRequest, code: str) -> HttpResponse:
    """How fast it spreads at a place, as of a day."""
    shown = areas.by_code(code)
    day = day_of(request)
    told = curve_facts.spread_of(shown.path, day)
    scope = request.scope  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "area": shown,
        "day": day,
        "told": told,
        "latest": told.latest,
        "growth": told.growth,
        "authority": told.policy.authority.text(get_language() or "zh"),
        "waiting": (day - told.usable).days if told.usable else None,
        "percent": round(100 * told.policy.complete_from),
        "onsets": _onsets(told),
        "curve": _curve(told),
        "crumbs": [
            *(
                Crumb(step.name, f"{reverse('bulletins:spread', args=[step.code])}?day={day}")
                for step in areas.breadcrumb(shown, scope.area_path)
            ),
            Crumb(_("Spread")),
        ],
    }
    if told.growth and told.growth.doubling_days:
        context["moves_days"] = abs(told.growth.doubling_days)
    return render(request, "bulletins/curve.html", context)


def day_of(request: HttpRequest) -> date:
    """The day that was asked for, otherwise the last one with figures, otherwise today."""
    try:
        return queries.a_day(request.GET.get("day", ""))
    except Refusal:
        return queries.latest_day() or clock.today()


def _onsets(told: Spread) -> Chart:
    days = told.days[-SHOWN_DAYS:]
    late = [share < told.policy.complete_from for share in told.shares[-SHOWN_DAYS:]]
    expected = [
        round(value, 1) if is_late and value is not None else None
        for value, is_late in zip(told.expected[-SHOWN_DAYS:], late, strict=True)
    ]
    return Chart(
        title=_("Cases by day of onset"),
        labels=days,
        series=[
            Series(_("Reported so far"), told.seen[-SHOWN_DAYS:], "bar"),
            Series(_("Expected once all are reported"), expected),
        ],
        unit=_("cases"),
        label_title=_("Day"),
    )


def _curve(told: Spread) -> Chart | None:
    if not told.estimates:
        return None
    days = told.days[-SHOWN_DAYS:]
    found = [told.estimates.get(each) for each in days]
    return Chart(
        title=_("Effective reproduction number"),
        labels=days,
        series=[
            Series(_("Estimate"), [round(one.mean, 2) if one else None for one in found]),
            Series(_("Lower bound (95%)"), [round(one.low, 2) if one else None for one in found]),
            Series(_("Upper bound (95%)"), [round(one.high, 2) if one else None for one in found]),
        ],
        note=_("Each value rests on the days up to its own. Days that are not yet well reported have none."),
        label_title=_("Day"),
    )
