"""The addresses under which the tests open the look by itself, without any other room."""

from django.urls import include, path

urlpatterns = [
    path("language/", include("django.conf.urls.i18n")),
    path("gallery/", include("shouwang.ui.urls")),
]
