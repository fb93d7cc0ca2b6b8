"""The words for kinds of travellers, verdicts, shift events, permits and flags, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: dict[str, Any] = {
    "strip": _("code on a phone"),
    "card": _("printed card"),
    "family": _("family code"),
    "roster": _("list of residents"),
    "lookup": _("look-up by ID number"),
    "visitor": _("visitor"),
    "vehicle": _("vehicle"),
    "delivery": _("delivery"),
}
"""How somebody came to the gate."""

OWN_KINDS = ("strip", "card", "family", "roster", "lookup")
"""Kinds that count towards who of the residents is inside."""

VERDICTS: dict[str, Any] = {
    "pass": pgettext_lazy("gate verdict", "pass"),
    "refuse": pgettext_lazy("gate verdict", "refuse"),
    "hold": pgettext_lazy("gate verdict", "hold"),
    "check": pgettext_lazy("gate verdict", "check"),
}

DIRECTIONS: dict[str, Any] = {"in": pgettext_lazy("direction", "in"), "out": pgettext_lazy("direction", "out")}

SHIFT_KINDS: dict[str, Any] = {
    "check_in": _("guard checked in"),
    "check_out": _("guard checked out"),
    "hand_over": _("handed over"),
    "thermometer_broken": _("thermometer broken"),
    "phone_lost": _("phone lost"),
    "unattended": _("gate found unattended"),
    "wrong_pin": _("wrong PIN"),
}

STEPS: dict[str, Any] = {
    "first_reading": _("first reading"),
    "second_reading": _("second reading"),
    "held": pgettext_lazy("incident", "held apart"),
    "called": _("community called"),
    "transferred": _("transferred"),
    "released": pgettext_lazy("incident", "let go"),
}

PERMIT_KINDS: dict[str, Any] = {
    "resident": _("resident's pass"),
    "special_duty": _("special duty"),
    "visitor": _("visitor"),
    "one_off": _("one errand"),
    "move_out": _("moving out"),
}

PERMIT_STATES: dict[str, Any] = {
    "asked": pgettext_lazy("permit", "asked for"),
    "approved": pgettext_lazy("permit", "approved"),
    "refused": pgettext_lazy("permit", "refused"),
    "ended": pgettext_lazy("permit", "ended"),
}

FLAG_KINDS: dict[str, Any] = {
    "same_code": _("one code at two gates within minutes"),
    "verdict_differs": _("the server would have decided otherwise"),
    "content_differs": _("sent twice with different content"),
}


def choices(words: dict[str, Any]) -> list[tuple[str, Any]]:
    """Words as a model field or a form takes them."""
    return list(words.items())
