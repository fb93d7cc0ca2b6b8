"""Deeds of command: posts given and ended, stages and risk declared, daily reports filled, confirmed, accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from shouwang import clock
from shouwang.accounts.queries import Account
from shouwang.areas import queries as areas
from shouwang.command.events import RiskDeclared, StageDeclared
from shouwang.command.models import DailyReport, DailyReportStatus, Post, RiskDeclaration, StageStatus
from shouwang.command.policy import REPORT_MEASURES, RiskLevel, Role, Stage
from shouwang.command.rules import REPORT_STEPS, Scope, refuse_deed, refuse_level, refuse_post, refuse_report_step
from shouwang.journal.actions import Actor, record
from shouwang.journal.events import announce
from shouwang.refusal import Refusal


@transaction.atomic
def grant_post(
    account: Account,
    role: Role,
    area_code: str,
    from_day: date,
    *,
    by: Actor,
    granter: Scope | None = None,
    until_day: date | None = None,
) -> Post:
    """Post somebody as `role` at an area. `granter` is the post of the person who grants; the operator has none.

    Raises Refusal when the granter may not, the area is unknown, or the role does not exist at that level.
    """
    area = areas.by_code(area_code)
    if by.kind == "person":
        refusal = refuse_post(granter, role, area.level, area.path)
    else:
        refusal = refuse_level(role, area.level)
    if refusal is not None:
        raise refusal
    if until_day is not None and until_day < from_day:
        raise Refusal("command.ends_before_it_begins", field="until_day")
    post = Post.objects.create(
        account=account,
        role=role,
        area_id=area.pk,
        area_path=area.path,
        from_day=from_day,
        until_day=until_day,
        granted_by=by.name,
    )
    record(
        by=by,
        deed="command.grant_post",
        on=f"command.Post:{post.pk}",
        area_path=area.path,
        detail={"account": account.pk, "role": role, "from": from_day, "until": until_day},
    )
    return post


@transaction.atomic
def grant_roster(role: Role, rows: list[tuple[Account, str, date]], *, by: Actor) -> int:
    """Post many people in one role at once: (account, area code, from day). One entry in the journal; answers how
    many. For the operator; nobody signed in posts a city at a stroke. Raises Refusal when an area is unknown or the
    role does not exist at its level."""
    known = areas.by_codes(code for _account, code, _day in rows)
    missing = sorted({code for _account, code, _day in rows} - set(known))
    if missing:
        raise Refusal("command.no_such_area", code=missing[0])
    for area in known.values():
        refusal = refuse_level(role, area.level)
        if refusal is not None:
            raise refusal
    posts = [
        Post(
            account=account,
            role=role,
            area_id=known[code].pk,
            area_path=known[code].path,
            from_day=day,
            granted_by=by.name,
        )
        for account, code, day in rows
    ]
    Post.objects.bulk_create(posts, batch_size=5000)
    record(by=by, deed="command.grant_roster", on="command.Post:*", detail={"role": role, "posts": len(posts)})
    return len(posts)


@transaction.atomic
def end_post(post_id: int, last_day: date, *, by: Actor, granter: Scope | None = None, why: str) -> Post:
    """End a post after `last_day`. The row stays."""
    post = Post.objects.select_for_update().filter(pk=post_id).first()
    if post is None:
        raise Refusal("command.outside_area", status=404, area=granter.area_name if granter else "")
    if by.kind == "person":
        refusal = refuse_deed(granter, "command.post", post.area_path)
        if refusal is not None:
            raise refusal
    post.until_day = last_day
    post.save(update_fields=["until_day"])
    record(
        by=by,
        deed="command.end_post",
        on=f"command.Post:{post.pk}",
        why=why,
        area_path=post.area_path,
        detail={"last_day": last_day},
    )
    return post


@transaction.atomic
def declare_stage(
    area_code: str, stage: Stage, from_day: date, *, by: Actor, why: str, scope: Scope | None = None
) -> StageStatus:
    """Declare the stage of control of an area from a day on."""
    area = areas.by_code(area_code)
    _require(by, scope, "command.stage", area.path)
    _require_reason(why)
    status = StageStatus.objects.create(
        area_id=area.pk, area_path=area.path, stage=stage, from_day=from_day, why=why, by=by.name
    )
    announce(StageDeclared(area.path, stage, from_day))
    record(
        by=by,
        deed="command.declare_stage",
        on=f"command.StageStatus:{status.pk}",
        why=why,
        area_path=area.path,
        detail={"stage": stage, "from": from_day},
    )
    return status


@transaction.atomic
def declare_risk(
    area_code: str,
    level: RiskLevel,
    from_day: date,
    *,
    by: Actor,
    why: str,
    proposed_level: str = "",
    scope: Scope | None = None,
) -> RiskDeclaration:
    """Declare the risk level of an area from a day on, beside the level that the rule proposed."""
    area = areas.by_code(area_code)
    _require(by, scope, "command.declare_risk", area.path)
    _require_reason(why)
    declaration = RiskDeclaration.objects.create(
        area_id=area.pk,
        area_path=area.path,
        level=level,
        proposed_level=proposed_level,
        from_day=from_day,
        why=why,
        by=by.name,
    )
    announce(RiskDeclared(area.path, level, from_day))
    record(
        by=by,
        deed="command.declare_risk",
        on=f"command.RiskDeclaration:{declaration.pk}",
        why=why,
        area_path=area.path,
        detail={"level": level, "proposed": proposed_level, "from": from_day},
    )
    return declaration


_FILL = """
insert into command_dailyreport (day, filled_at, area_id, area_path, figures)
select %s, %s, * from unnest(%s::bigint[], %s::text[], %s::jsonb[])
on conflict (area_id, day) do update
set figures = excluded.figures, filled_at = excluded.filled_at, area_path = excluded.area_path
"""


@transaction.atomic
def fill_reports(day: date, figures: dict[int, dict[str, Any]], *, by: Actor) -> int:
    """Fill the report of every community and village for a day. `figures` are the day's values by area number.

    A report that was confirmed keeps the figures that were confirmed; the others are filled anew. Answers how many.
    """
    standing = areas.subtree("", "community", "village", day=day).values_list("pk", "path")
    confirmed = set(
        DailyReportStatus.objects.filter(report__day=day, state__in=["confirmed", "accepted"])
        .values_list("report__area_id", flat=True)
        .distinct()
    )
    reports = [(area, path) for area, path in standing if area not in confirmed]
    blank = dict.fromkeys(REPORT_MEASURES, 0)
    told = [_of_report(figures.get(area, blank)) for area, _path in reports]
    with connection.cursor() as cursor:
        # Three arrays: a statement with a parameter for every cell takes longer to write than its rows to store.
        areas_filled, paths = [area for area, _path in reports], [path for _area, path in reports]
        cursor.execute(_FILL, [day, clock.now(), areas_filled, paths, told])
    record(by=by, deed="command.fill_reports", on="command.DailyReport:*", detail={"day": day, "reports": len(reports)})
    return len(reports)


def _of_report(figures: Mapping[str, Any]) -> str:
    return json.dumps({name: figures.get(name, 0) for name in REPORT_MEASURES})


@transaction.atomic
def step_report(report_id: int, state: str, *, by: Actor, scope: Scope, why: str = "") -> DailyReportStatus:
    """Confirm, accept or return a daily report. Raises Refusal when the step does not follow or is not one's own."""
    report = DailyReport.objects.select_for_update().filter(pk=report_id, area_path__startswith=scope.area_path).first()
    if report is None:
        raise Refusal("command.outside_area", status=404, area=scope.area_name)
    last = report.statuses.order_by("-at", "-pk").first()
    refusal = refuse_report_step(scope, last.state if last else "filled", state, report.area_path, why)
    if refusal is not None:
        raise refusal
    status = DailyReportStatus.objects.create(
        report=report,
        area_path=report.area_path,
        state=state,
        at=clock.now(),
        why=why,
        by=by.name,
        figures=report.figures,
    )
    record(
        by=by,
        deed=f"command.report_{state}",
        on=f"command.DailyReport:{report.pk}",
        why=why,
        area_path=report.area_path,
    )
    return status


@transaction.atomic
def step_reports(report_ids: Sequence[int], state: str, *, by: Actor, scope: Scope | None = None) -> int:
    """Confirm or accept many daily reports at once; answers how many went. One entry in the journal names them all.

    Reports that are not ready for the step stay as they are. Raises Refusal when one of them is not the actor's, or
    the step is none that is taken for many: a report is returned one by one, with its reason.
    """
    ready_for = {(now, step): deed for (now, step), deed in REPORT_STEPS.items() if step == state != "returned"}
    if not ready_for:
        raise Refusal("command.report_step", state="filled", step=state)
    found = {report.pk: report for report in DailyReport.objects.select_for_update().filter(pk__in=report_ids)}
    last = DailyReportStatus.objects.filter(report_id__in=found).order_by("report_id", "-at", "-pk")
    states = dict(last.distinct("report_id").values_list("report_id", "state"))
    ready = []
    for key, report in found.items():
        deed = ready_for.get((states.get(key, "filled"), state))
        if deed is not None:
            _require(by, scope, deed, report.area_path)
            ready.append(report)
    now = clock.now()
    DailyReportStatus.objects.bulk_create(
        [
            DailyReportStatus(
                report=one, area_path=one.area_path, state=state, at=now, why="", by=by.name, figures=one.figures
            )
            for one in ready
        ],
        batch_size=1000,
    )
    if ready:
        numbers = sorted(one.pk for one in ready)
        place = scope.area_path if scope else ""
        record(
            by=by, deed=f"command.reports_{state}", on="command.DailyReport:*", area_path=place, detail={"ids": numbers}
        )
    return len(ready)


def _require(by: Actor, scope: Scope | None, deed: str, path: str) -> None:
    if by.kind == "person":
        refusal = refuse_deed(scope, deed, path)
        if refusal is not None:
            raise refusal


def _require_reason(why: str) -> None:
    if len(why.strip()) < 4:
        raise Refusal("command.reason_needed", field="why")
