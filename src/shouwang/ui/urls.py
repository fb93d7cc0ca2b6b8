"""Addresses of the gallery; the site includes them only while developing, the tests always."""

from django.urls import path

from shouwang.ui import pages

app_name = "ui"
urlpatterns = [
    path("", pages.gallery, name="gallery"),
    path("progress/", pages.gallery_progress, name="gallery_progress"),
]
