"""Forms of the residents' room. They collect; the deeds decide, and their refusals come back to the field at fault."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.refusal import Refusal
from shouwang.residents.labels import need_choices
from shouwang.residents.policy import LONGEST_REVEAL_NOTE, SHORTEST_REVEAL_NOTE
from shouwang.ui.days import day_field

SEXES = [("", _("not known")), ("female", _("female")), ("male", _("male"))]
QUIET = {"autocomplete": "off", "spellcheck": "false"}


def tell(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal at the field it speaks of, or above the form."""
    language = get_language() or "zh"
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, f"{refusal.words(language)} {refusal.next_step(language)}".strip())


def _text(label: Any, *, required: bool = False, help_text: Any = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={**QUIET, **attrs})
    return forms.CharField(label=label, required=required, help_text=help_text, widget=widget)


def _why(required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=_("Why"),
        required=required,
        min_length=SHORTEST_REVEAL_NOTE,
        max_length=LONGEST_REVEAL_NOTE,
        help_text=_("It stands in the journal beside your name. Write no names or numbers of people."),
        widget=forms.TextInput(attrs=QUIET),
    )


def _needs() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Needs"), required=False, choices=need_choices, widget=forms.CheckboxSelectMultiple
    )


class IdentityForm(forms.Form):
    """Looking for one person by what is known of them. Posted, so that no name stands in an address or a log."""

    name = _text(_("Full name"))
    phone = _text(_("Phone"), inputmode="tel")
    id_number = _text(_("ID number"))
    ref = _text(_("Reference"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.values()):
            raise forms.ValidationError(_("Fill in one field: a full name, a phone, an ID number or a reference."))
        return cleaned


class PlaceForm(forms.Form):
    """Narrowing the list to a place and to needs."""

    area = _text(_("Compound or community"), help_text=_("Name or code"))
    building = _text(_("Building"))
    unit = _text(_("Stairwell"))
    dwelling = _text(_("Door"))
    needs = _needs()


class RegisterForm(forms.Form):
    """Registering one person."""

    name = _text(_("Full name"), required=True)
    id_number = _text(
        _("ID number"), help_text=_("Resident ID number; for another document its kind and number, such as P:E12345678")
    )
    phone = _text(_("Phone"), inputmode="tel")
    birth_date = _text(_("Birth date"), help_text=_("Taken from the ID number when empty"))
    sex = forms.ChoiceField(label=_("Sex"), choices=SEXES, required=False)
    compound_code = _text(_("Code of the compound"), required=True)
    building = _text(_("Building"))
    unit = _text(_("Stairwell"))
    dwelling = _text(_("Door"))
    household = _text(_("Household"), help_text=_("Its reference within the compound"))
    needs = _needs()
    person = _text(_("Reference"), help_text=_("Made when left empty"))


class NeedsForm(forms.Form):
    """What a person needs now."""

    needs = _needs()
    why = _why(required=False)


class CorrectForm(forms.Form):
    """Correcting one column."""

    column = forms.ChoiceField(
        label=_("What to correct"),
        choices=[
            ("phone", _("Phone")),
            ("name", _("Full name")),
            ("id_number", _("ID number")),
            ("birth_date", _("Birth date")),
            ("sex", _("Sex")),
        ],
    )
    text = _text(_("Correct value"), help_text=_("Empty takes it out of the register"))
    why = _why()


class MoveForm(forms.Form):
    """Recording that a person lives elsewhere."""

    to = _text(_("Code of the compound"), required=True)
    building = _text(_("Building"))
    unit = _text(_("Stairwell"))
    dwelling = _text(_("Door"))
    household = _text(_("Household"), help_text=_("Its reference within the compound"))
    day = day_field(_("First day there"))
    why = _why()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = clock.today


class GuardianForm(forms.Form):
    """Recording who looks after a person."""

    guardian = _text(_("Reference of the other person"), required=True)
    kind = forms.ChoiceField(label=_("Relation"), choices=[("guardian", _("guardian")), ("carer", _("carer"))])
