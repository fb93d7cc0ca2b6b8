"""Forms by which a resident gets onto their own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class InvitationForm(forms.Form):
    """The code of a sheet of paper or a card."""

    code = forms.CharField(
        label=_("Invitation code"),
        max_length=40,
        help_text=_("Twelve letters and digits, from the community's sheet of paper."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "my-code"}
        ),
    )


class PhoneForm(forms.Form):
    """The telephone that the community has registered."""

    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        help_text=_("The number that the community has on its list."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class PhoneCodeForm(forms.Form):
    """The code that was sent, and whose page is meant when several people share the telephone."""

    phone = forms.CharField(widget=forms.HiddenInput, max_length=30)
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "my-code"}),
    )
    person = forms.TypedChoiceField(
        label=_("Whose page"), coerce=int, empty_value=None, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        """`people`: those who share the telephone; without any the question is not asked."""
        super().__init__(*args, **kwargs)
        choices = list(people)
        if choices:
            self.fields["person"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["person"]
