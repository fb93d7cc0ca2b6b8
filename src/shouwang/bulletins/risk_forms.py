"""The form with which an officer declares the proposed level, or another one with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shouwang.bulletins.labels import LEVELS
from shouwang.bulletins.policy import Level


class DeclareForm(forms.Form):
    """Accept what the rule proposes, or set another level and say why."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _("Declare the level that is proposed")), ("otherwise", _("Declare another level"))],
        initial="accept",
        widget=forms.RadioSelect,
    )
    level = forms.ChoiceField(
        label=_("The other level"),
        required=False,
        choices=[("", _("Choose")), *((level.value, LEVELS[level]) for level in (Level.LOW, Level.MEDIUM, Level.HIGH))],
    )
    from_day = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    why = forms.CharField(
        label=_("Why"),
        required=False,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for another level. Stays inside the house: the public alert gives the rule's sentence."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Another level needs the level and the reason."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("decision") == "otherwise":
            if not told.get("level"):
                self.add_error("level", _("Choose the level that you declare."))
            if not told.get("why") and "why" not in self.errors:
                self.add_error("why", _("Say why it is not the level that the rule proposes."))
        return told
