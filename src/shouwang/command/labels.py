"""The words for roles, stages and risk levels, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from shouwang.command.policy import RiskLevel, Role, Stage

ROLES: dict[Role, Any] = {
    Role.CITY_OFFICER: _("city officer"),
    Role.DISTRICT_OFFICER: _("district officer"),
    Role.STREET_OFFICER: _("street officer"),
    Role.COMMUNITY_OFFICER: _("community officer"),
    Role.GATE_GUARD: _("gate guard"),
    Role.INSPECTOR: _("inspector"),
    Role.HEALTH_DESK: _("health desk"),
    Role.STORE: _("store"),
    Role.DELIVERER: _("deliverer"),
    Role.OBSERVER: _("observer"),
    Role.ADMINISTRATOR: _("administrator"),
}

STAGES: dict[Stage, Any] = {
    Stage.OUTBREAK: _("outbreak"),
    Stage.STRICT_CLOSURE: _("strict closure"),
    Stage.DECISIVE: _("decisive phase"),
    Stage.GRADUAL_REOPENING: _("gradual reopening"),
    Stage.NORMAL_CONTROL: _("normal control"),
}

RISKS: dict[RiskLevel, Any] = {
    RiskLevel.LOW: _("low risk"),
    RiskLevel.MEDIUM: _("medium risk"),
    RiskLevel.HIGH: _("high risk"),
}


def role_label(role: Role | str) -> Any:
    """The word for a role."""
    return ROLES[Role(role)]


def stage_label(stage: Stage | str) -> Any:
    """The word for a stage."""
    return STAGES[Stage(stage)]


def risk_label(level: RiskLevel | str) -> Any:
    """The word for a risk level."""
    return RISKS[RiskLevel(level)]
