"""Addresses of screens, bulletins and the facts behind figures."""

from __future__ import annotations

from django.urls import path

from shouwang.bulletins import figure_pages, pages

app_name = "bulletins"
urlpatterns = [
    path("screen/<str:code>/", pages.area, name="area"),
    path("bulletin/<str:code>/", pages.bulletin, name="bulletin"),
    path("figures/", figure_pages.measures, name="measures"),
    path("figures/<str:measure>/<str:code>/<str:day>/", figure_pages.facts, name="facts"),
]
