"""Addresses of the site's own pages: one's account, the journal for inspectors, how the day went."""

from __future__ import annotations

from django.urls import path

from shouwang.site import pages

app_name = "site"
urlpatterns = [
    path("", pages.own_account, name="account"),
    path("journal/", pages.journal, name="journal"),
    path("jobs/", pages.jobs, name="jobs"),
]
