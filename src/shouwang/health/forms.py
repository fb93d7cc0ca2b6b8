"""Forms of the health room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.health.actions import new_ref
from shouwang.health.labels import SOURCES, kind_choices
from shouwang.refusal import Refusal


def local_text(moment: datetime) -> str:
    """A moment as a browser's date-and-time field holds it."""
    return moment.astimezone(clock.ZONE).strftime("%Y-%m-%dT%H:%M")


class FactForm(forms.Form):
    """What happened to a person. The room's own checks (facts.py) decide; the form only brings the words."""

    kind = forms.ChoiceField(label=_("What happened"))
    time = forms.CharField(
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("When it happened, not when it is written down."),
    )
    ends = forms.ChoiceField(
        label=_("Ends"), required=False, help_text=_("Only for an ending: which of this person's records it ends.")
    )
    case = forms.CharField(
        label=_("Case"),
        required=False,
        help_text=_("Only for a contact of a known case: the reference of the case's record."),
    )
    source = forms.ChoiceField(label=_("Who says so"), choices=list(SOURCES.items()))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        help_text=_("For a temperature, the degrees: 37.5"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, open_events: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`open_events`: (reference, words) of the person's records that an ending may name."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        self.fields["ends"].choices = [("", _("nothing in particular")), *open_events]  # type: ignore[attr-defined]
        self.fields["time"].initial = local_text(clock.now())

    def told(self) -> dict[str, str]:
        """What the form says, as the room's deeds take it."""
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "time": said["time"],
            "ends": said["case"].strip() or said["ends"],
            "source": said["source"],
            "note": said["note"].strip(),
        }


class RecordForm(FactForm):
    """A new fact. `ref` is drawn when the form is shown, so that sending it twice records it once."""

    ref = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ref"].initial = new_ref()


class CorrectForm(FactForm):
    """A fact as it should have been told, and why it was told wrong."""

    why = forms.CharField(
        label=_("Why is it corrected?"),
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The wrong record stays visible, struck through, with this reason."),
    )


class FindForm(forms.Form):
    """Finding a person of one's own area by name."""

    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def tell(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal at the field it speaks of, or above the form."""
    language = get_language() or "zh"
    names = {"person": None, "event": None, "ends": "case" if form.data.get("case") else "ends"}
    field = names.get(refusal.field or "", refusal.field)
    told = f"{refusal.words(language)} {refusal.next_step(language)}".strip()
    form.add_error(field if field in form.fields else None, told)
