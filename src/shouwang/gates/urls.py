"""Addresses of the gates room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from shouwang.gates import api, gate_app

app_name = "gates"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((api.urls(), "api"))),
    path("gate/", gate_app.page, name="app"),
    path("gate/<str:name>", gate_app.file, name="app_file"),
]
