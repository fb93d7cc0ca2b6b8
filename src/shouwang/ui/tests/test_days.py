"""A day that is filled in already is shown by the browser's picker, whatever the language of the page."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.utils import translation

from shouwang.ui.days import day_field


class Asking(forms.Form):
    day = day_field("Day", initial=date(2020, 2, 3))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_initial_day_is_written_as_the_picker_reads_it(language: str) -> None:
    """The only form that a day picker understands; Chinese pages wrote another, and the field stayed empty."""
    with translation.override(language):
        assert 'value="2020-02-03"' in str(Asking()["day"])
        assert Asking({"day": "2020-02-04"}).is_valid()
        assert not Asking({"day": "3/2/2020"}).is_valid()
