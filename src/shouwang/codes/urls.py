"""Addresses of the codes room."""

from django.urls import path

from shouwang.codes import pages

app_name = "codes"

urlpatterns = [
    path("policies/", pages.policies, name="policies"),
    path("policies/<path:version>/", pages.policy, name="policy"),
]
