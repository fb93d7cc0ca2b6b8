"""Addresses of the gates room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from shouwang.gates import api, gate_app, map_pages, pages, permit_pages, tracing_pages

app_name = "gates"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((api.urls(), "api"))),
    path("gates/", pages.listing, name="list"),
    path("gates/map/", map_pages.unattended, name="map"),
    path("gates/<int:gate>/", pages.board_page, name="board"),
    path("gates/<int:gate>/enrol/", pages.enrol, name="enrol"),
    path("gates/phones/<int:device>/revoke/", pages.revoke, name="revoke"),
    path("gates/pins/", pages.pins, name="pins"),
    path("gates/permits/", permit_pages.permits, name="permits"),
    path("gates/permits/new/", permit_pages.ask, name="ask"),
    path("gates/permits/<int:permit>/", permit_pages.permit, name="permit"),
    path("gates/confined/", permit_pages.confine, name="confine"),
    path("gates/confined/<int:confinement>/end/", permit_pages.end_confinement, name="end_confinement"),
    path("gates/passages/<str:ref>/", tracing_pages.passages, name="passages"),
    path("gates/companions/<str:ref>/", tracing_pages.companions, name="companions"),
    path("gates/flags/", tracing_pages.flags, name="flags"),
    path("gates/flags/<int:flag>/", tracing_pages.flag, name="flag"),
    path("gates/quarantine/", tracing_pages.quarantine, name="quarantine"),
    path("gate/", gate_app.page, name="app"),
    path("gate/<str:name>", gate_app.file, name="app_file"),
]
