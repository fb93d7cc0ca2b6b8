"""The part of the person page about appeals, permissions to pass, and cards."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from shouwang.codes import issuing, remedy_queries
from shouwang.codes.remedy_pages import STATES, reason_words, standing
from shouwang.residents.queries import MaskedPerson


def render(request: HttpRequest, person: MaskedPerson) -> str:
    """The panel for a person whom the viewer may see."""
    context = {
        "person": person,
        "appeals": [(one, STATES[one.state]) for one in remedy_queries.appeals_of([person.id])],
        "exceptions": [(one, reason_words(one), standing(one)) for one in remedy_queries.exceptions_of([person.id])],
        "cards": issuing.cards_of([person.id]).count(),
    }
    return render_to_string("codes/remedy_panel.html", context, request=request)
