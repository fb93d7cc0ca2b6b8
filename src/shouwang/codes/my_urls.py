"""Addresses of a resident's own page, under /my/."""

from __future__ import annotations

from django.urls import path

from shouwang.codes import my_pages

app_name = "my"
urlpatterns = [
    path("", my_pages.my, name="page"),
    path("paper/", my_pages.paper, name="paper"),
    path("worker.js", my_pages.worker, name="worker"),
]
