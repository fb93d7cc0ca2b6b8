"""Open data: the certified units of today and the rounds, as CSV and JSON, with what they are counted of."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.certification import queries
from shouwang.certification.ladder import State
from shouwang.certification.rules import days_certified
from shouwang.intake.rules import harmless
from shouwang.refusal import Refusal

UNITS = ("day", "code", "name", "level", "named_day", "days_certified", "policy_version")
ROUNDS = (
    "day", "number", "level", "before", "named", "restored", "suspended", "cancelled", "net", "units", "percent",
    "policy_version",
)  # fmt: skip


@require_GET
@access.public
def certified(request: HttpRequest, form: str) -> HttpResponse:
    """Every unit that is certified today: one row each (docs/certification.md has the columns)."""
    day, root = clock.today(), areas.root()
    named = queries.standings(root.path, day, states=[State.NAMED]) if root else {}
    rows = [
        {
            "day": str(day), "code": area.code, "name": area.name, "level": area.level,
            "named_day": str(now.named_day), "days_certified": days_certified(now, day),
            "policy_version": now.policy_version,
        }
        for area in queries.places(named)
        for now in [named[area.pk]]
    ]  # fmt: skip
    shares = [
        {"day": str(day), "level": one.level, **one.figures()}
        for one in (queries.shares(root.path, day) if root else [])
        if one.units
    ]
    return _answer(request, form, UNITS, rows, {"day": str(day), "shares": shares})


@require_GET
@access.public
def rounds(request: HttpRequest, form: str) -> HttpResponse:
    """Every round by kind of unit: one row each, with the units there were."""
    rows = [
        {"day": str(one.day), "number": one.number, "level": level, **told, "policy_version": one.policy_version}
        for one in queries.rounds()
        for level, told in one.balance.items()
    ]
    return _answer(request, form, ROUNDS, rows, {})


def _answer(
    request: HttpRequest, form: str, columns: tuple[str, ...], rows: list[dict[str, Any]], beside: dict[str, Any]
) -> HttpResponse:
    if form == "json":
        body = json.dumps({**beside, "columns": columns, "rows": rows}, ensure_ascii=False)
        kind = "application/json"
    elif form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows({name: harmless(str(told)) for name, told in row.items()} for row in rows)
        body, kind = out.getvalue(), "text/csv; charset=utf-8"
    else:
        raise Refusal("certification.no_such_form", status=404, form=form[:10])
    mark = quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    if request.headers.get("If-None-Match") == mark:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(body, content_type=kind)
    answer["ETag"] = mark
    return answer
