"""The words for proposed levels and for facts that were taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from shouwang.bulletins.policy import Level

LEVELS: dict[Level, Any] = {
    Level.NONE: _("no level"),
    Level.LOW: _("low risk"),
    Level.MEDIUM: _("medium risk"),
    Level.HIGH: _("high risk"),
}

KINDS: dict[str, Any] = {
    "confirmed": _("confirmed cases taken back"),
    "clinically_diagnosed": _("clinical diagnoses taken back"),
    "discharged": _("discharges taken back"),
    "recovered": _("recoveries taken back"),
    "died": _("deaths taken back"),
}


def level_word(level: str) -> Any:
    """The word for a proposed level."""
    return LEVELS[Level(level)]


def kind_word(kind: str) -> Any:
    """The word for facts of a kind that were taken back."""
    return KINDS.get(kind, kind)
