"""The words for proposed levels, for facts that were taken back, and for the columns of facts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from shouwang.bulletins.cluster_rules import Kind
from shouwang.bulletins.policy import Level
from shouwang.command.labels import ROLES
from shouwang.health.labels import KINDS as FINDINGS

LEVELS: dict[Level, Any] = {
    Level.NONE: _("no level"),
    Level.LOW: _("low risk"),
    Level.MEDIUM: _("medium risk"),
    Level.HIGH: _("high risk"),
}

CLUSTER_KINDS: dict[Kind, Any] = {
    Kind.FAMILY: _("family"),
    Kind.SITE: _("site of work or stay"),
    Kind.STAIRWELL: _("stairwell"),
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


def risk_pill(level: str) -> tuple[str, Any]:
    """State and word of the pill of a level; no level at all is grey, whatever the pill `none` means elsewhere."""
    return ("neutral" if level == Level.NONE else level), level_word(level)


def kind_word(kind: str) -> Any:
    """The word for facts of a kind that were taken back."""
    return KINDS.get(kind, kind)


COLUMNS: dict[str, Any] = {
    "actor_name": _("Who did it"),
    "building": _("Building"),
    "by": _("Who decided"),
    "closed": _("Closed"),
    "code": _("Code"),
    "colour": _("Colour"),
    "colour_before": _("Colour before"),
    "counts_from": _("Counts from"),
    "cured_at": _("Cured at"),
    "deed": _("Deed"),
    "died_at": _("Died at"),
    "done": _("Is done"),
    "dwelling": _("Dwelling"),
    "filename": _("File"),
    "filled": _("Is filled"),
    "finished_at": _("Finished at"),
    "from_day": _("First day"),
    "guarded": _("Guarded"),
    "has_officer": _("Has an officer"),
    "household": _("Household"),
    "households": _("Households"),
    "job": _("Step"),
    "kind": _("Kind"),
    "late": _("Is late"),
    "level": _("Level"),
    "name": _("Area"),
    "open_entrances": _("Open entrances"),
    "part_start": _("Part of the day from"),
    "person": _("Person"),
    "recorded_at": _("Recorded at"),
    "refused": _("Refused"),
    "residents": _("Stated residents"),
    "role": _("Role"),
    "rows": _("Rows"),
    "rule": _("Rule"),
    "since": _("Since"),
    "state": _("State"),
    "taken": _("Taken in"),
    "time": _("At what time"),
    "unit": _("Stairwell"),
    "until_day": _("Last day"),
    "value": _("Value"),
    "why": _("Reason"),
}

VALUES: dict[str, Any] = {
    **{role.value: word for role, word in ROLES.items()},
    **FINDINGS,
    "red": _("red"),
    "yellow": _("yellow"),
    "green": _("green"),
    "grey": _("grey"),
}


def column_word(name: str) -> Any:
    """The heading of a column of facts; its name where it has no word."""
    return COLUMNS.get(name, name)


def value_word(value: Any) -> Any:
    """A value of a fact as a reader says it: codes in words, yes and no, days and moments as they are."""
    if isinstance(value, bool):
        return pgettext("value of a fact", "yes") if value else pgettext("value of a fact", "no")
    return VALUES.get(value, value) if isinstance(value, str) else value
