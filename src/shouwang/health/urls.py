"""Addresses of the health room."""

from django.urls import path

from shouwang.health import hold_pages, pages

app_name = "health"

urlpatterns = [
    path("health/holds/", hold_pages.holds, name="holds"),
    path("health/holds/<int:number>/", hold_pages.hold, name="hold"),
    path("today/", pages.today, name="today"),
    path("today/find/", pages.find, name="find"),
    path("today/person/<str:ref>/", pages.save, name="save"),
    path("health/person/<str:ref>/record/", pages.record, name="record"),
    path("health/events/<int:number>/correct/", pages.correct, name="correct"),
    path("health/events/<int:number>/withdraw/", pages.withdraw, name="withdraw"),
]
