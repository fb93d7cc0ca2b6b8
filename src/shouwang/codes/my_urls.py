"""Addresses of a resident's own page, under /my/."""

from __future__ import annotations

from django.urls import path

from shouwang.codes import my_pages, my_remedies

app_name = "my"
urlpatterns = [
    path("", my_pages.my, name="page"),
    path("paper/", my_pages.paper, name="paper"),
    path("appeal/<str:ref>/", my_remedies.appeal, name="appeal"),
    path("appeal/<str:ref>/withdraw/", my_remedies.withdraw, name="withdraw"),
    path("worker.js", my_pages.worker, name="worker"),
]
