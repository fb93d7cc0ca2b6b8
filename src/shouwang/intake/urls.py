"""Addresses of taking in files; the site puts them under /import/."""

from __future__ import annotations

from django.urls import path, re_path

from shouwang.intake import pages

app_name = "intake"
urlpatterns = [
    path("", pages.start, name="start"),
    path("files/<int:number>/", pages.file, name="file"),
    path("files/<int:number>/progress/", pages.progress, name="progress"),
    path("files/<int:number>/refused.csv", pages.refused_rows, name="refused"),
    path("files/<int:number>/take-in/", pages.for_good, name="for_good"),
    path("<slug:name>/", pages.kind, name="kind"),
    re_path(r"^(?P<name>[-a-z0-9_]+)/template\.(?P<form>csv|xlsx)$", pages.template, name="template"),
]
