"""Pages of risk: the levels proposed and declared, each proposal with its facts and its declaration, and clusters."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import outlines
from shouwang.areas import queries as areas
from shouwang.bulletins import cap, cluster_facts, queries, risk_alerts, screen
from shouwang.bulletins.curve_pages import day_of
from shouwang.bulletins.labels import CLUSTER_KINDS, level_word, risk_pill
from shouwang.bulletins.policy import Level
from shouwang.bulletins.risk_forms import DeclareForm
from shouwang.command import actions as command_deeds
from shouwang.command import queries as command
from shouwang.command.policy import CARERS, POWERS, WATCHERS, RiskLevel
from shouwang.journal.actions import Actor
from shouwang.policybook import queries as policybook
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents
from shouwang.ui.choropleth import AreaMap, MapArea
from shouwang.ui.shell import Crumb
from shouwang.ui.tongue import tongue

LISTED = 100
"""Clusters and alerts shown on one page."""
HISTORY = 30


@require_GET
@access.posted(*WATCHERS)
def risk(request: HttpRequest) -> HttpResponse:
    """The levels of a day in the area of the post: a map, the equal table, and what was declared."""
    scope, day, key = request.scope, day_of(request), tongue()  # type: ignore[attr-defined]
    rows = queries.risk_rows(scope.area_path, day)
    context = {
        "day": day,
        "area_code": scope.area_code,
        "rows": [_line(row, day, key) for row in rows],
        "units": [{**_line(unit, day, key), "county": row["name"]} for row in rows for unit in row["units"]],
        "by_unit": any(row["counts"] is not None for row in rows),
        "map": _map(rows, day),
        "declared": _declarations(scope.area_path),
        "may_declare": scope.role in POWERS["command.declare_risk"],
    }
    return render(request, "bulletins/risk.html", context)


def _line(row: dict[str, Any], day: date, key: str) -> dict[str, Any]:
    return {**(screen.told(row, key) or {}), "href": f"{reverse('bulletins:proposal', args=[row['code']])}?day={day}"}


def _map(rows: list[dict[str, Any]], day: date) -> AreaMap | None:
    known = set(outlines.codes())
    drawn = [row for row in rows if row["code"] in known]
    if not drawn:
        return None
    return AreaMap(
        title=_("Proposed level: 0 none, 1 low, 2 medium, 3 high"),
        features=[outlines.outline(row["code"]) for row in drawn],
        areas=[
            MapArea(
                row["code"], row["name"], cap.RANK[Level(row["level"])],
                href=f"{reverse('bulletins:proposal', args=[row['code']])}?day={day}",
            )
            for row in drawn
        ],
        value_title=_("Level"),
        area_title=_("Area"),
        bounds=(1, 2, 3),
    )  # fmt: skip


def _declarations(path: str) -> list[dict[str, Any]]:
    found = []
    for one in command.risk_declarations(path)[:HISTORY]:
        words = f"{one.area.name} · {level_word(one.level)} · {one.from_day}"
        if one.proposed_level and one.proposed_level != one.level:
            words += " · " + _("proposed: %(level)s") % {"level": level_word(one.proposed_level)}
        accepted = one.proposed_level == one.level
        why = queries.sentence_of(one.area_id, one.why, tongue()) if accepted else one.why
        found.append({"at": one.recorded_at, "title": words, "text": why, "who": one.by})
    return found


@access.posted(*WATCHERS, area="code")
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """The level proposed for a place, opened to the facts behind it; declaring it, or another with a reason."""
    shown, day, key = areas.by_code(code), day_of(request), tongue()
    scope = request.scope  # type: ignore[attr-defined]
    row = _own(shown, day)
    may = scope.role in POWERS["command.declare_risk"] and row is not None
    form = DeclareForm(request.POST or None, initial={"from_day": clock.today(), "seen": row["level"] if row else ""})
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            if _declare(form, shown, row, request):
                messages.success(request, _("Declared; it is in the journal under your name."))
                return redirect(f"{reverse('bulletins:proposal', args=[code])}?day={day}")
        except Refusal as refusal:
            problem = refusal
    context = {
        "area": shown,
        "day": day,
        "row": screen.told(row, key),
        "facts": _facts(row, shown, day, key) if row else [],
        "clusters": (row["facts"].get("clusters") or [])[:HISTORY] if row and "facts" in row else [],
        "rule": _rule(row, key) if row else "",
        "proposed_before": _proposed_before(shown, day, key),
        "declared": _declarations(shown.path),
        "form": form if may else None,
        "problem": problem,
        "crumbs": [
            Crumb(_("Risk"), f"{reverse('bulletins:risk')}?day={day}"),
            Crumb(shown.name),
        ],
    }
    wrong = problem or (request.method == "POST" and form.errors)
    return render(
        request, "bulletins/risk_proposal.html", context, status=problem.status if problem else 400 if wrong else 200
    )


def _own(shown: Any, day: date) -> dict[str, Any] | None:
    """The row of a place: its own, or that of the rest of its county; None above counties and where none is kept."""
    rows = queries.risk_rows(shown.path, day)
    if len(rows) != 1:
        return None
    county = rows[0]
    if county["code"] == shown.code:
        return county
    own = next((unit for unit in county["units"] if unit["code"] == shown.code), None)
    if own is None and county["counts"] is not None and shown.level == "compound":
        own = {**county, **queries.rest_of(county, shown.path, day), "code": shown.code, "name": shown.name}
    return own


def _facts(row: dict[str, Any], shown: Any, day: date, key: str) -> list[dict[str, Any]]:
    """The rows of facts that the rule was given, each with the list it opens to where there is one."""
    facts = row["facts"]
    last = facts.get("last_new")
    told: list[tuple[str, Any, str]] = [
        (_("Cases in all"), facts.get("cumulative"), screen.facts_address("cases_cumulative", shown.code, day)),
        (_("Latest case"), date.fromisoformat(last) if last else None, ""),
        (_("Days in a row without a new case"), (day - date.fromisoformat(last)).days if last else None, ""),
        (
            _("Clusters in the window"),
            len(facts.get("clusters") or ()) + facts.get("clusters_left_out", 0),
            f"{reverse('bulletins:clusters')}?day={day}&area={shown.code}",
        ),
    ]
    if row.get("counts") is not None:
        told += [(str(level_word(level)), count, "") for level, count in row["counts"].items()]
    if facts.get("role"):
        told.append((_("Whole-area tests, all negative, on"), ", ".join(facts.get("negative_tests") or ()) or None, ""))
    return [
        {"name": name, "value": value, "is_day": isinstance(value, date), "href": href} for name, value, href in told
    ]


def _rule(row: dict[str, Any], key: str) -> str:
    rules = policybook.find(row["policy_version"]).body["rules"]
    figures = {
        name: entry["value"]
        for name, entry in policybook.find(row["policy_version"]).body.items()
        if isinstance(entry, dict) and "value" in entry
    }
    title = next((str(rule["title"][key]) for rule in rules if rule["id"] == row["rule"]), "")
    return title.format(**figures) if title else ""


def _proposed_before(shown: Any, day: date, key: str) -> list[dict[str, Any]]:
    return [
        {"day": one.day, "pill": risk_pill(one.level), "why": one.facts["reason"][key]}
        for one in queries.proposals_of(shown.pk, day - timedelta(days=HISTORY - 1), day)
    ]


def _declare(form: DeclareForm, shown: Any, row: dict[str, Any] | None, request: HttpRequest) -> bool:
    scope = request.scope  # type: ignore[attr-defined]
    if not form.is_valid():
        return False
    if row is None:
        raise Refusal("bulletins.nothing_proposed", area=shown.name)
    told = form.cleaned_data
    if told["seen"] != row["level"]:
        raise Refusal("bulletins.proposal_changed", status=409)
    accepted = told["decision"] == "accept"
    if accepted and row["level"] == Level.NONE:
        raise Refusal("bulletins.no_level_to_declare")
    level = RiskLevel(row["level"]) if accepted else RiskLevel(told["level"])
    command_deeds.declare_risk(
        shown.code,
        level,
        told["from_day"],
        by=Actor.of(request),
        why=told["why"] or row["reason"]["zh"],
        proposed_level=row["level"],
        scope=scope,
    )
    return True


@require_GET
@access.posted(*WATCHERS)
def clusters(request: HttpRequest) -> HttpResponse:
    """The clusters of the window that ends with a day, in the area of the post or a place inside it."""
    scope, day = request.scope, day_of(request)  # type: ignore[attr-defined]
    path, name = scope.area_path, scope.area_name
    if code := request.GET.get("area", ""):
        inside = areas.by_code(code)
        if not scope.covers(inside.path):
            raise Refusal("command.outside_area", status=404, area=scope.area_name)
        path, name = inside.path, inside.name
    found, placed = cluster_facts.clusters(path, day)
    listed = found[:LISTED]
    opens = scope.role in CARERS
    ids = [placed[case.person].person_id for one in listed for case in one.cases] if opens else []
    people = residents.masked_by_id(scope, [number for number in ids if number is not None])
    rows = []
    for one in listed:
        home = placed[one.cases[0].person]
        stair = " ".join(part for part in (home.building, home.unit) if part)
        rows.append(
            {
                "kind": CLUSTER_KINDS[one.kind],
                "place": home.place,
                "stair": stair,
                "count": len(one.cases),
                "families": one.families,
                "from": one.cases[0].day,
                "until": one.latest,
                "people": [people[number] for case in one.cases if (number := placed[case.person].person_id) in people],
            }
        )
    context = {
        "day": day,
        "area_name": name,
        "code": code,
        "rows": rows,
        "left": len(found) - len(listed),
        "rule": cluster_facts.rule_of(path, day),
        "opens": opens,
    }
    return render(request, "bulletins/clusters.html", context)


@require_GET
@access.public
def alerts(request: HttpRequest) -> HttpResponse:
    """Every alert that was sent, the newest first, for anybody."""
    found = risk_alerts.archive()[:LISTED]
    rows = [{"alert": one, "pill": risk_pill(one.level), "word": MESSAGES[one.message]()} for one in found]
    return render(request, "bulletins/risk_alerts.html", {"rows": rows})


MESSAGES = {
    "Alert": lambda: _("alert"),
    "Update": lambda: _("changes an earlier alert"),
    "Cancel": lambda: _("ends an earlier alert"),
}


@require_GET
@access.public
def alert(request: HttpRequest, identifier: str) -> HttpResponse:
    """One alert as it was sent: CAP 1.2."""
    sent = risk_alerts.archive().filter(identifier=identifier).first()
    if sent is None:
        raise Refusal("bulletins.no_such_alert", status=404)
    return HttpResponse(sent.xml, content_type="application/cap+xml; charset=utf-8")
