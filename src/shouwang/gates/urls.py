"""Addresses of the gates room."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouwang.gates import gate_app

app_name = "gates"
urlpatterns: list[URLPattern] = [
    path("gate/", gate_app.page, name="app"),
    path("gate/<str:name>", gate_app.file, name="app_file"),
]
