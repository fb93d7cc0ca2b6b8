"""The words and pills for units, states, steps and the six items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from shouwang.certification.ladder import DISMISSED, FAILED, PASSED, RAISED, UPHELD, State, Step
from shouwang.certification.policy import Item

LEVELS: Mapping[str, Any] = {
    "compound": _("compound"),
    "community": _("community"),
    "village": _("village"),
    "street": _("street"),
    "district": _("district"),
    "city": _("city"),
}

STATES: Mapping[State, tuple[str, Any]] = {
    State.NONE: ("neutral", _("never declared")),
    State.DECLARED: ("info", _("declared")),
    State.REVIEWED: ("info", _("first review passed")),
    State.COMPARED: ("info", _("data compared")),
    State.ASSESSED: ("info", _("assessed on site")),
    State.NOTICED: ("info", _("under public notice")),
    State.NAMED: ("ok", _("free of infection")),
    State.SUSPENDED: ("warn", _("suspended")),
    State.CANCELLED: ("bad", _("cancelled")),
    State.RETURNED: ("warn", _("returned to be mended")),
    State.ENDED: ("bad", _("application ended by a case")),
    State.DISSOLVED: ("neutral", _("no longer exists")),
}
"""State → tone of its pill and the word."""

STEPS: Mapping[str, Any] = {
    Step.DECLARED: _("Declaration"),
    Step.FIRST_REVIEW: _("First review"),
    Step.COMPARISON: _("Data comparison"),
    Step.ASSESSMENT: _("On-site assessment"),
    Step.NOTICE: _("Public notice"),
    Step.OBJECTION: _("Objection"),
    Step.SPOT_CHECK: _("Spot check"),
    Step.REMOVAL: _("Removal"),
    Step.WITHDRAWAL: _("Withdrawal"),
}

RESULTS: Mapping[str, Any] = {
    PASSED: _("passed"),
    FAILED: _("not passed"),
    RAISED: _("raised"),
    UPHELD: _("upheld"),
    DISMISSED: _("dismissed"),
}

ITEMS: Mapping[Item, tuple[Any, Any]] = {
    Item.PUBLICITY: (_("Publicity"), _("Everybody knows the rules; they hang at the gate and in every building.")),
    Item.CLOSURE: (_("Closure"), _("One gate, guarded day and night, temperature and review both ways.")),
    Item.SCREENING: (_("Screening"), _("Every household asked; everybody at risk found and followed.")),
    Item.DISINFECTION: (_("Disinfection"), _("Stairs, lifts, waste and shared places, with dates.")),
    Item.SUPPLY: (_("Supply"), _("Food and medicine reach every door; nobody is forgotten.")),
    Item.ORGANISATION: (_("Organisation"), _("Who is responsible for what is named and on duty.")),
}
"""Item → its name and what to look for."""


def state_pill(state: State | str) -> tuple[str, Any]:
    """Tone and word of a state."""
    return STATES[State(state)]
