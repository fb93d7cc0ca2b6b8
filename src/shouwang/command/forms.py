"""Forms of the command room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.command.labels import RISKS, ROLES, STAGES
from shouwang.ui.days import day_field


class PostForm(forms.Form):
    """Posting somebody; an account is made when the user name is new."""

    username = forms.CharField(label=_("User name"), max_length=150, help_text=_("A new name makes a new account."))
    display_name = forms.CharField(label=_("Name"), max_length=80, required=False)
    password = forms.CharField(
        label=_("First password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Only for a new account; at least 10 characters."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, label) for role, label in ROLES.items()])
    area_code = forms.CharField(label=_("Area code"), help_text=_("An area inside your own."))
    from_day = day_field(_("First day"))
    until_day = day_field(_("Last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].initial = clock.today()


class StepForm(forms.Form):
    """The hidden part of a report's next step."""

    step = forms.CharField(widget=forms.HiddenInput)


class StageForm(forms.Form):
    """Declaring a stage of control."""

    area_code = forms.CharField(label=_("Area code"))
    stage = forms.ChoiceField(label=_("Stage"), choices=[(stage.value, label) for stage, label in STAGES.items()])
    from_day = day_field(_("From day"))
    why = forms.CharField(label=_("Why"), min_length=4, widget=forms.Textarea(attrs={"rows": 2}))


class RiskForm(forms.Form):
    """Declaring a risk level beside the one that the rule proposed."""

    area_code = forms.CharField(label=_("Area code"))
    level = forms.ChoiceField(label=_("Risk level"), choices=[(level.value, label) for level, label in RISKS.items()])
    from_day = day_field(_("From day"))
    why = forms.CharField(label=_("Why"), min_length=4, widget=forms.Textarea(attrs={"rows": 2}))
