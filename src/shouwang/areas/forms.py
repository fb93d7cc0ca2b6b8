"""Forms of closing compounds and of their entrances."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shouwang.areas import queries
from shouwang.areas.models import Area


class CloseForm(forms.Form):
    """Which entrance stays open: one of those there are, or a new one by its name. The reason comes from the page."""

    entrance = forms.ChoiceField(label=_("The one entrance that stays open"), required=False)
    new_entrance = forms.CharField(
        label=_("Or a new one, by its name"), required=False, max_length=60, help_text=_("For example: south gate")
    )

    def __init__(self, area: Area, data: Any = None) -> None:
        super().__init__(data)
        known = list(queries.entrances(area))
        self.fields["entrance"].choices = [
            ("", _("the one that is open now")),
            *((str(one.pk), one.name) for one in known),
        ]

    def chosen(self) -> str:
        """The number of an entrance, or ""."""
        return str(self.cleaned_data["entrance"])


class EntranceForm(forms.Form):
    """A new entrance."""

    name = forms.CharField(label=_("Name of the entrance"), max_length=60, help_text=_("For example: south gate"))
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("open", _("open")), ("barred", _("barred"))],
        widget=forms.RadioSelect,
        initial="open",
    )
