"""Kinds of events and evidence, endings, and sources in the words of the page's language."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shouwang.health.followup import State
from shouwang.health.queries import WITHDRAWAL
from shouwang.health.rules import CENTRAL_ISOLATION, CHECK_IN, FEVER_CHECK, HOME_ISOLATION, Kind

KINDS: dict[str, str | Promise] = {
    Kind.CONFIRMED: _("confirmed case"),
    Kind.CLINICALLY_DIAGNOSED: _("clinically diagnosed"),
    Kind.SUSPECTED: _("suspected case"),
    Kind.FEVER: _("fever"),
    Kind.CLOSE_CONTACT: _("close contact"),
    Kind.CLOSE_CONTACT_OF: _("close contact of a known case"),
    Kind.SECONDARY_CONTACT: _("secondary contact"),
    Kind.ASYMPTOMATIC: _("infected without symptoms"),
    Kind.EXCLUDED: _("suspicion or fever excluded"),
    Kind.RELEASED: _("released from observation"),
    Kind.DISCHARGED: _("discharged from hospital"),
    Kind.RECOVERED: _("recovered"),
    Kind.DIED: _("died"),
    Kind.NEGATIVE_TEST: _("negative test"),
    Kind.POSITIVE_TEST: _("positive test"),
    Kind.TEMPERATURE: _("temperature taken"),
    Kind.SYMPTOM: _("symptoms"),
    Kind.CENTRAL_ISOLATION_START: _("central isolation begins"),
    Kind.CENTRAL_ISOLATION_END: _("central isolation ends"),
    Kind.HOME_ISOLATION_START: _("home isolation begins"),
    Kind.HOME_ISOLATION_END: _("home isolation ends"),
    WITHDRAWAL: _("withdrawn"),
}
"""Kind of event → words."""

EVIDENCE: dict[str, str | Promise] = {
    **KINDS,
    FEVER_CHECK: _("high temperature at a check"),
    CHECK_IN: _("temperature record"),
    CENTRAL_ISOLATION: _("in central isolation"),
    HOME_ISOLATION: _("in home isolation"),
}
"""Kind of evidence → words."""

STATES: dict[State, tuple[str, str | Promise]] = {
    State.DONE: ("ok", _("Done")),
    State.DUE: ("warn", _("Due now")),
    State.LATE: ("bad", _("Late")),
    State.LATER: ("neutral", pgettext_lazy("a temperature that is due later today", "Later")),
}
"""Where a part of the day stands → tone and word of its pill."""

GROUPS: list[tuple[str | Promise, tuple[Kind, ...]]] = [
    (_("At home"), (Kind.SYMPTOM, Kind.FEVER, Kind.TEMPERATURE, Kind.HOME_ISOLATION_START, Kind.HOME_ISOLATION_END)),
    (_("Contacts"), (Kind.CLOSE_CONTACT, Kind.CLOSE_CONTACT_OF, Kind.SECONDARY_CONTACT, Kind.RELEASED)),
    (_("Tests"), (Kind.NEGATIVE_TEST, Kind.POSITIVE_TEST)),
    (
        _("Diagnosis"),
        (Kind.SUSPECTED, Kind.CLINICALLY_DIAGNOSED, Kind.CONFIRMED, Kind.ASYMPTOMATIC, Kind.EXCLUDED, Kind.DISCHARGED,
         Kind.RECOVERED, Kind.DIED),
    ),
    (_("Central isolation"), (Kind.CENTRAL_ISOLATION_START, Kind.CENTRAL_ISOLATION_END)),
]  # fmt: skip
"""Kinds as a form offers them, what a community records most often first."""

SOURCES: dict[str, str | Promise] = {
    "follow-up": _("home follow-up"),
    "community": _("community"),
    "self": _("the person's own report"),
    "hospital": _("hospital or clinic"),
    "laboratory": _("laboratory"),
    "gate": _("check at a gate"),
}
"""Sources a form offers; files may name any other, which is shown as written."""


def kind_label(kind: str) -> str | Promise:
    """The words for a kind of event or evidence; the kind itself when a later version knew more."""
    return EVIDENCE.get(kind, kind)


def source_label(source: str) -> str | Promise:
    """The words for a source; as written when it came from a file."""
    return SOURCES.get(source, source)


def kind_choices() -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """All kinds of facts, grouped, as a form offers them."""
    return [(group, [(kind.value, KINDS[kind]) for kind in kinds]) for group, kinds in GROUPS]


def anchor(ref: str) -> str:
    """The id of an event's line on the person page, to which its evidence links."""
    return "event-" + re.sub(r"[^\w.-]", "_", ref)
