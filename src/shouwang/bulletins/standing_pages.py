"""For anybody: how districts, and streets within a district, rank by certified units on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang import access
from shouwang.areas import queries as areas
from shouwang.bulletins.curve_pages import day_of
from shouwang.bulletins.standing_rules import KINDS, Count, StandingPolicy, place
from shouwang.measures import queries as measures
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal
from shouwang.ui.tongue import tongue


@require_GET
@access.public
def standing(request: HttpRequest, code: str = "") -> HttpResponse:
    """The ranking of the areas directly below the city, or below a district, with yesterday's place beside it."""
    area = areas.by_code(code) if code else areas.root()
    if area is None or area.level not in ("city", "district"):
        raise Refusal("bulletins.no_ranking", status=404)
    day = day_of(request)
    key = tongue()
    policy = StandingPolicy.from_policy(policybook.in_force("certified-ranking", day, area.path))
    context = {
        "area": area,
        "day": day,
        "computed": measures.fresh(day),
        "formula": policy.text(key),
        "version": policy.version,
        "kinds": [KINDS[kind].text(key) for kind in policy.kinds],
        "rows": rows(area, day, policy),
        "opens": area.level == "city",
    }
    return render(request, "bulletins/standing.html", context)


def rows(area: Any, day: date, policy: StandingPolicy) -> list[dict[str, Any]]:
    """The areas directly below one, in their places, with the change since the day before and the counts by kind."""
    today, names, parts = _counts(area, day, policy)
    before = {one.area: one.rank for one in place(_counts(area, day - timedelta(days=1), policy)[0], policy.order)}
    found = []
    for one in place(today, policy.order):
        was = before.get(one.area)
        moved = None if one.rank is None or was is None else was - one.rank
        found.append({
            "code": one.area, "name": names[one.area], "rank": one.rank, "was": was, "moved": moved,
            "up": moved is not None and moved > 0, "by": abs(moved) if moved is not None else None,
            "named": one.named, "units": one.units, "percent": one.percent, "parts": parts[one.area],
        })  # fmt: skip
    return found


def _counts(
    area: Any, day: date, policy: StandingPolicy
) -> tuple[dict[str, Count], dict[str, str], dict[str, list[tuple[int | None, int | None]]]]:
    wanted = [f"{sort}_{kind}" for kind in policy.kinds for sort in ("certified", "ladder")]
    standing_now = set(areas.children(area, day).values_list("pk", flat=True))
    counts, names, parts = {}, {}, {}
    for child in measures.children_table(area.path, day, wanted):
        if child.area_id not in standing_now:
            continue
        pairs = [(child.values[f"certified_{kind}"], child.values[f"ladder_{kind}"]) for kind in policy.kinds]
        told = [(named or 0, units or 0) for named, units in pairs if named is not None or units is not None]
        counts[child.code] = Count(
            sum(named for named, _units in told) if told else None,
            sum(units for _named, units in told) if told else None,
        )
        names[child.code], parts[child.code] = child.name, pairs
    return counts, names, parts
