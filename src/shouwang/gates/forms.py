"""Forms of the gates' office: enrolling a phone, a guard's PIN, permits, confinement, looking at a flag."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.gates.labels import PERMIT_KINDS
from shouwang.ui.days import day_field


class EnrolForm(forms.Form):
    """A phone to be enrolled at a gate."""

    device_name = forms.CharField(
        label=_("Name of the phone"), max_length=80, help_text=_("As it is marked on its back: gate phone 1")
    )
    until = day_field(_("Enrolled until"), help_text=_("After this day it is answered no more."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = clock.today() + timedelta(days=30)


class AskForm(forms.Form):
    """A permit to be asked for."""

    kind = forms.ChoiceField(label=_("Kind of permit"), choices=list(PERMIT_KINDS.items()))
    person = forms.CharField(
        label=_("Person"), max_length=80, required=False, help_text=_("The reference of a resident, from their page.")
    )
    whole_household = forms.BooleanField(label=_("For the whole household"), required=False)
    compound = forms.CharField(
        label=_("Compound"), max_length=40, required=False, help_text=_("For a visitor: the code of the compound.")
    )
    phone = forms.CharField(
        label=_("Visitor's phone"), max_length=30, required=False, help_text=_("Only its hash is kept.")
    )
    plate = forms.CharField(label=_("Number plate"), max_length=20, required=False)
    from_day = day_field(_("First day"))
    until_day = day_field(_("Last day"))
    direction = forms.ChoiceField(
        label=_("Which way"), choices=[("both", _("in and out")), ("out", _("out only")), ("in", _("in only"))]
    )
    quota = forms.IntegerField(label=_("How many times"), required=False, min_value=1, max_value=1000)
    interval_hours = forms.IntegerField(
        label=_("Hours between two times"), required=False, min_value=0, max_value=24 * 14
    )
    windows = forms.CharField(
        label=_("Hours of the day"), max_length=200, required=False, help_text=_("08:00-10:00, 16:00-18:00")
    )
    stay_minutes = forms.IntegerField(label=_("Longest minutes out"), required=False, min_value=0, max_value=1440)
    why = forms.CharField(label=_("What for"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].initial = self.fields["until_day"].initial = clock.today()


class ConfineForm(forms.Form):
    """A dwelling to be barred, or the household of a person that stays in."""

    compound = forms.CharField(label=_("Compound"), max_length=40, help_text=_("The code of the compound."))
    dwelling = forms.CharField(
        label=_("Dwelling"),
        max_length=80,
        required=False,
        help_text=_("building-unit-dwelling; 3-1- bars a whole stairwell."),
    )
    person = forms.CharField(
        label=_("Person"), max_length=80, required=False, help_text=_("Their whole household stays in.")
    )
    why = forms.CharField(label=_("Why"), min_length=4, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    """Why somebody wants to read where a person passed."""

    reason = forms.CharField(
        label=_("Why do you need this?"), min_length=4, max_length=200, help_text=_("It is kept in the journal.")
    )
