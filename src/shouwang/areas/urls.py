"""Addresses of places; the site puts them under /areas/. A unit's figures are on its screen (bulletins)."""

from __future__ import annotations

from django.urls import path

from shouwang.areas import pages

app_name = "areas"
urlpatterns = [
    path("<str:code>/closure/", pages.compound, name="compound"),
    path("<str:code>/closure/close/", pages.close, name="close"),
    path("<str:code>/closure/open/", pages.open_, name="open"),
    path("<str:code>/entrances/new/", pages.add_entrance, name="add_entrance"),
    path("<str:code>/entrances/<int:number>/", pages.entrance, name="entrance"),
    path("<str:code>/history/", pages.history, name="history"),
]
