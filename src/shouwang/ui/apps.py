"""Tells Django where the look of Shouwang lives."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The look: no models, no facts, only how things are shown."""

    name = "shouwang.ui"
    label = "ui"
