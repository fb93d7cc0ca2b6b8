"""Addresses of screens, bulletins and the facts behind figures."""

from __future__ import annotations

from django.urls import path

from shouwang.bulletins import curve_pages, figure_pages, pages, risk_pages, standing_pages

app_name = "bulletins"
urlpatterns = [
    path("screen/<str:code>/", pages.area, name="area"),
    path("bulletin/<str:code>/", pages.bulletin, name="bulletin"),
    path("risk/", risk_pages.risk, name="risk"),
    path("risk/<str:code>/", risk_pages.proposal, name="proposal"),
    path("clusters/", risk_pages.clusters, name="clusters"),
    path("spread/<str:code>/", curve_pages.spread, name="spread"),
    path("ranking/", standing_pages.standing, name="standings"),
    path("ranking/<str:code>/", standing_pages.standing, name="standing"),
    path("alerts/", risk_pages.alerts, name="alerts"),
    path("alerts/<str:identifier>.xml", risk_pages.alert, name="alert"),
    path("figures/", figure_pages.measures, name="measures"),
    path("figures/<str:measure>/<str:code>/<str:day>/", figure_pages.facts, name="facts"),
]
