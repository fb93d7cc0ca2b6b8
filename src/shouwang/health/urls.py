"""Addresses of the health room."""

from django.urls import path

from shouwang.health import pages

app_name = "health"

urlpatterns = [
    path("today/", pages.today, name="today"),
    path("today/find/", pages.find, name="find"),
    path("today/person/<str:ref>/", pages.save, name="save"),
    path("health/person/<str:ref>/record/", pages.record, name="record"),
    path("health/events/<int:number>/correct/", pages.correct, name="correct"),
    path("health/events/<int:number>/withdraw/", pages.withdraw, name="withdraw"),
]
