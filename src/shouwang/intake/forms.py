"""The form of the page that takes a file."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shouwang.intake.policy import LONGEST_UPLOAD


class UploadForm(forms.Form):
    """A file, and whether to try it first."""

    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _("CSV or XLSX, at most {limit} MB. It is deleted as soon as it has been taken in."),
            limit=LONGEST_UPLOAD // 1024**2,
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    dry_run = forms.BooleanField(label=_("Try it first: check every row, keep nothing"), initial=True, required=False)
