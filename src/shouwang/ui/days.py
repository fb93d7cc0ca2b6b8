"""The field for a day. A browser's own day picker takes a value in one form alone, whatever the page's language."""

from __future__ import annotations

from typing import Any

from django import forms

ISO = "%Y-%m-%d"


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A field that is filled in with the browser's day picker and shows its initial day in every language."""
    widget = forms.DateInput(attrs={"type": "date"}, format=ISO)
    return forms.DateField(label=label, widget=widget, input_formats=[ISO], **kwargs)
