"""The site's own pages: where one lands, one's account, the journal, the runs of the day, and errors."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouwang import access
from shouwang.accounts.queries import has_second_factor
from shouwang.command.policy import POWERS, Role
from shouwang.journal import queries as journal_queries

HOMES = {
    Role.COMMUNITY_OFFICER: "health:today",
    Role.HEALTH_DESK: "health:today",
}
"""Where a role lands; others who may see figures land on the screen of their area."""

PLAIN_FAULT = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>守望 Shouwang</title>
<h1>系统出错，请稍后再试。</h1><p>刚才提交的内容可能没有保存。</p>
<p lang="en">Something went wrong here. Wait a minute; what you sent last may not have been kept.</p></html>"""
"""Needs no template, no translation and no database."""


@access.signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the day for the post in use."""
    scope = request.scope  # type: ignore[attr-defined]
    if scope is None:
        return render(request, "site/no_post.html", status=200)
    if scope.role in HOMES:
        return redirect(HOMES[scope.role])
    if scope.role in POWERS["figures.read"]:
        return redirect("bulletins:area", code=scope.area_code)
    if scope.role == Role.GATE_GUARD and scope.level == "compound":
        return redirect("areas:compound", code=scope.area_code)
    return redirect("site:account")


@access.signed_in
def own_account(request: HttpRequest) -> HttpResponse:
    """One's account: posts, password, second factor, sessions."""
    return render(
        request,
        "site/account.html",
        {"has_second_factor": has_second_factor(request.user), "own_posts": request.posts},  # type: ignore[attr-defined]
    )


@access.posted(*POWERS["journal.read"])
def journal(request: HttpRequest) -> HttpResponse:
    """The record of deeds in the viewer's area, newest first, with whether the chain is intact."""
    scope = request.scope  # type: ignore[attr-defined]
    path = "" if scope.is_whole_city else scope.area_path
    found = journal_queries.entries(
        path,
        deed=request.GET.get("deed", "").strip(),
        on=request.GET.get("on", "").strip(),
        actor=request.GET.get("actor", "").strip(),
    )
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    verified = None
    if request.GET.get("verify"):
        verified = list(journal_queries.damages())
    return render(
        request,
        "site/journal.html",
        {"page": page, "length": journal_queries.length(), "verified": verified, "filters": request.GET},
    )


@access.posted(Role.ADMINISTRATOR, Role.CITY_OFFICER, whole_city=True)
def jobs(request: HttpRequest) -> HttpResponse:
    """What the schedule ran lately, and how it ended."""
    return render(request, "site/jobs.html", {"runs": journal_queries.job_runs(100)})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of our own fault; in plain letters when not even that can be made, as without a database."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        # What went wrong first is in the log already; the page must come all the same.
        return HttpResponse(PLAIN_FAULT, status=500)
