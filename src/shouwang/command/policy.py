"""Roles and what each may do: the table of powers. A deed that is not listed for a role is refused."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is posted as. A post is a role at an area from a day until a day."""

    CITY_OFFICER = "city_officer"
    DISTRICT_OFFICER = "district_officer"
    STREET_OFFICER = "street_officer"
    COMMUNITY_OFFICER = "community_officer"
    GATE_GUARD = "gate_guard"
    INSPECTOR = "inspector"
    HEALTH_DESK = "health_desk"
    STORE = "store"
    DELIVERER = "deliverer"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


OFFICERS = frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.STREET_OFFICER, Role.COMMUNITY_OFFICER})
"""Those who run an area."""

CARERS = OFFICERS | {Role.HEALTH_DESK}
"""Those who work with people by name."""

WATCHERS = OFFICERS | {Role.HEALTH_DESK, Role.INSPECTOR, Role.OBSERVER, Role.ADMINISTRATOR}
"""Those who may see figures of their area."""

EVERYBODY = frozenset(Role)
"""Any current post."""

LEVELS_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.CITY_OFFICER: frozenset({"city"}),
    Role.DISTRICT_OFFICER: frozenset({"district"}),
    Role.STREET_OFFICER: frozenset({"street"}),
    Role.COMMUNITY_OFFICER: frozenset({"community", "village"}),
    Role.GATE_GUARD: frozenset({"compound", "community", "village"}),
}
"""At which levels of the tree a role may be posted; a role that is not named may be posted anywhere."""

POWERS: dict[str, frozenset[Role]] = {
    "figures.read": WATCHERS,
    "residents.search": CARERS,
    "residents.reveal": CARERS,
    "residents.change": CARERS,
    "residents.import": CARERS | {Role.ADMINISTRATOR},
    "health.record": CARERS,
    "health.correct": CARERS,
    "health.import": CARERS | {Role.ADMINISTRATOR},
    "health.release": OFFICERS | {Role.HEALTH_DESK},
    "codes.cards": CARERS,
    "codes.raise_appeal": CARERS,
    "codes.review_appeal": frozenset({Role.COMMUNITY_OFFICER, Role.STREET_OFFICER}),
    "codes.decide_appeal": frozenset({Role.DISTRICT_OFFICER, Role.CITY_OFFICER}),
    "codes.ask_exception": CARERS,
    "codes.grant_exception": CARERS,
    "areas.import": frozenset({Role.ADMINISTRATOR, Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
    "areas.close": OFFICERS,
    "areas.reshape": frozenset({Role.ADMINISTRATOR, Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
    "command.post": OFFICERS | {Role.ADMINISTRATOR},
    "command.stage": frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
    "command.declare_risk": frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
    "command.confirm_report": frozenset({Role.COMMUNITY_OFFICER}),
    "command.accept_report": frozenset({Role.STREET_OFFICER}),
    "certification.see": WATCHERS,
    "certification.declares": OFFICERS,
    "certification.reviews": OFFICERS,
    "certification.assesses": OFFICERS,
    "certification.publishes": OFFICERS,
    "certification.decides": OFFICERS,
    "certification.checks": OFFICERS,
    "certification.test": CARERS,
    "certification.import": frozenset({Role.ADMINISTRATOR, Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
    "gates.see": WATCHERS,
    "gates.enrol": OFFICERS | {Role.ADMINISTRATOR},
    "gates.pins": OFFICERS | {Role.ADMINISTRATOR},
    "gates.permits": OFFICERS,
    "gates.passages_of_person": CARERS,
    "gates.companions": CARERS,
    "gates.flags": OFFICERS,
    "gates.quarantine": OFFICERS | {Role.INSPECTOR, Role.ADMINISTRATOR},
    "journal.read": frozenset({Role.INSPECTOR, Role.ADMINISTRATOR, Role.CITY_OFFICER, Role.DISTRICT_OFFICER}),
}
"""Deed → roles that may do it inside the area of their post."""


class Stage(StrEnum):
    """Stages of control, in the order a city lived through them."""

    OUTBREAK = "outbreak"
    STRICT_CLOSURE = "strict_closure"
    DECISIVE = "decisive"
    GRADUAL_REOPENING = "gradual_reopening"
    NORMAL_CONTROL = "normal_control"


class RiskLevel(StrEnum):
    """Declared risk levels."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


REPORT_MEASURES = (
    "cases_new",
    "cases_cumulative",
    "suspected_open",
    "fever_open",
    "close_contacts_open",
    "follow_up_people",
    "follow_up_due",
    "follow_up_done",
    "follow_up_late",
    "codes_red",
    "codes_yellow",
    "compounds_closed",
    "compounds_one_entrance",
    "compounds_without_guard",
    "residents_registered",
)
"""What a community's daily report holds. All of it is counted from facts; nobody types a figure."""

REPORT_DUE_HOUR = 10
"""Local hour by which a report is confirmed; after it the report is late (the 10:00 deadline of 2020's record)."""
