"""Addresses of the command room."""

from __future__ import annotations

from django.urls import path

from shouwang.command import pages

app_name = "command"
urlpatterns = [
    path("post/", pages.switch, name="switch"),
    path("reports/", pages.reports, name="reports"),
    path("reports/accept/", pages.accept_all, name="accept_reports"),
    path("reports/<int:report_id>/", pages.report, name="report"),
    path("posts/", pages.staff, name="staff"),
    path("posts/<int:post_id>/end/", pages.end_post, name="end_post"),
    path("stage/", pages.stage, name="stage"),
]
