"""Reading posts, stages, declared risk and daily reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from shouwang import clock
from shouwang.accounts.queries import Account
from shouwang.command.models import DailyReport, DailyReportStatus, Post, RiskDeclaration, StageStatus
from shouwang.command.policy import Role
from shouwang.command.rules import Scope


def in_office(day: date) -> Q:
    """The condition that a post holds on a day; the SQL side of `rules.in_office`."""
    return Q(from_day__lte=day) & (Q(until_day__isnull=True) | Q(until_day__gte=day))


def posts_of(account: Account, day: date | None = None) -> QuerySet[Post]:
    """The posts somebody holds on a day (today), the widest area first."""
    held = Post.objects.filter(in_office(day or clock.today()), account=account).select_related("area", "account")
    return held.order_by("area_path", "role", "pk")


def scope_of(post: Post) -> Scope:
    """What a post may see."""
    return Scope(
        account_id=post.account_id,
        account_name=post.account.get_username(),
        post_id=post.pk,
        role=Role(post.role),
        area_id=post.area_id,
        area_code=post.area.code,
        area_name=post.area.name,
        area_path=post.area_path,
        level=post.area.level,
    )


def granter_of(post_id: int) -> str:
    """Who granted a post, by name; empty when there is no such post."""
    return Post.objects.filter(pk=post_id).values_list("granted_by", flat=True).first() or ""


def staff(scope: Scope, day: date | None = None) -> QuerySet[Post]:
    """Posts in the viewer's area that hold on a day, or will."""
    held = Post.objects.filter(area_path__startswith=scope.area_path).select_related("area", "account")
    return held.filter(Q(until_day__isnull=True) | Q(until_day__gte=day or clock.today())).order_by(
        "area_path", "role", "pk"
    )


def stage_of(area_path: str, day: date | None = None) -> StageStatus | None:
    """The stage in force at a place: the latest declaration of the nearest area above it, itself included."""
    day = day or clock.today()
    codes = area_path.strip("/").split("/")
    paths = ["/".join(codes[: i + 1]) + "/" for i in range(len(codes))]
    declared = StageStatus.objects.filter(area_path__in=paths, from_day__lte=day).order_by("-from_day", "-pk")
    nearest: StageStatus | None = None
    for status in declared:
        if nearest is None or len(status.area_path) > len(nearest.area_path):
            nearest = status
    return nearest


def stages(area_path: str) -> QuerySet[StageStatus]:
    """All stages declared under a place, newest first."""
    return (
        StageStatus.objects.filter(area_path__startswith=area_path).select_related("area").order_by("-from_day", "-pk")
    )


def declared_risks(day: date, area_ids: Iterable[int]) -> dict[int, RiskDeclaration]:
    """The declared level in force on a day, by area."""
    declarations = RiskDeclaration.objects.filter(area_id__in=list(area_ids), from_day__lte=day)
    found: dict[int, RiskDeclaration] = {}
    for declaration in declarations.order_by("from_day", "pk"):
        found[declaration.area_id] = declaration
    return found


def reports(scope_path: str, day: date) -> QuerySet[DailyReport]:
    """The reports of a day under a place, each with the `state` of its last status (filled when it has none)."""
    last = DailyReportStatus.objects.filter(report=OuterRef("pk")).order_by("-at", "-pk")
    return (
        DailyReport.objects.filter(area_path__startswith=scope_path, day=day)
        .select_related("area")
        .annotate(state=Subquery(last.values("state")[:1]), state_at=Subquery(last.values("at")[:1]))
        .order_by(F("state").asc(nulls_first=True), "area_path")
    )


def report_statuses(report: DailyReport) -> QuerySet[DailyReportStatus]:
    """What happened to a report, in order."""
    return report.statuses.order_by("at", "pk")


def risk_declarations(area_path: str) -> QuerySet[RiskDeclaration]:
    """All levels declared under a place, newest first."""
    found = RiskDeclaration.objects.filter(area_path__startswith=area_path).select_related("area")
    return found.order_by("-from_day", "-pk")
