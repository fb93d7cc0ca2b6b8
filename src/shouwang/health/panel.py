"""The part of the person page that shows what is recorded, what ended what, and what was told wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shouwang import clock
from shouwang.health import daylist, holding, permissions, queries
from shouwang.health.forms import RecordForm
from shouwang.health.labels import anchor, kind_label, source_label
from shouwang.health.models import HealthEvent
from shouwang.health.queries import WITHDRAWAL
from shouwang.health.rules import Evidence, Kind
from shouwang.residents.queries import MaskedPerson


@dataclass(frozen=True)
class End:
    """An event that ended another, as a line links to it."""

    title: str | Promise
    anchor: str
    at: datetime


@dataclass
class Line:
    """One row of the timeline in the words of the page."""

    row: HealthEvent
    title: str
    source: str | Promise
    open: bool
    ended_by: list[End] = field(default_factory=list)
    gone_word: str = ""
    successor: str = ""
    why_gone: str = ""

    @property
    def gone(self) -> bool:
        """Whether the row no longer counts."""
        return bool(self.gone_word)

    @property
    def anchor(self) -> str:
        """The id of the line."""
        return anchor(self.row.ref)

    @property
    def successor_anchor(self) -> str:
        """The id of the line that took this one's place."""
        return anchor(self.successor)

    @property
    def names_case(self) -> bool:
        """Whether `ends` names the case of a contact, who is somebody else."""
        return self.row.kind == Kind.CLOSE_CONTACT_OF

    @property
    def ends(self) -> str:
        """The reference of the event it names."""
        return self.row.ends.ref if self.row.ends else ""

    @property
    def ends_title(self) -> str | Promise:
        """The event it names, in words."""
        return kind_label(self.row.ends.kind) if self.row.ends else ""

    @property
    def ends_anchor(self) -> str:
        """The id of the line of the event it names."""
        return anchor(self.ends)


def render(request: HttpRequest, person: MaskedPerson) -> str:
    """The panel for a person whom the viewer may see."""
    scope = request.scope  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "person": person,
        "lines": lines_of(person),
        "held": [(kind_label(row.kind), row) for row in holding.held_of(person.id)],
        "may_correct": permissions.refuse_correct(scope, person.area_path) is None,
    }
    if permissions.refuse_record(scope, person.area_path) is None:
        context["record_form"] = RecordForm(
            open_events=daylist.open_choices(person), initial={"source": "community"}, auto_id="record-%s"
        )
    return render_to_string("health/panel.html", context, request=request)


def lines_of(person: MaskedPerson) -> list[Line]:
    """The rows about a person, the latest first. Withdrawals show at the row that they withdrew."""
    now = clock.now()
    rows = list(queries.history_of(person.id))
    by_ref = {row.ref: row for row in rows}
    borne: dict[str, list[Evidence]] = {}
    for one in queries.evidence_of_person(person.id, now, person.area_path):
        borne.setdefault(one.event, []).append(one)
    return [_line(row, borne.get(row.ref, []), by_ref, now) for row in reversed(rows) if row.kind != WITHDRAWAL]


def _line(row: HealthEvent, evidence: list[Evidence], by_ref: dict[str, HealthEvent], now: datetime) -> Line:
    degrees = f" {row.value.normalize():f} ℃" if row.value is not None else ""
    line = Line(
        row,
        f"{kind_label(row.kind)}{degrees}",
        source_label(row.source),
        any(one.open_at(now) and one.kind != "check_in" for one in evidence),
    )
    seen = set()
    for one in evidence:
        end = one.closed_by(now)
        if end is not None and end.event in by_ref and end.event not in seen and one.kind != "check_in":
            seen.add(end.event)
            line.ended_by.append(End(kind_label(by_ref[end.event].kind), anchor(end.event), end.at))
    successor = getattr(row, "superseded_by", None)
    if successor is not None:
        line.why_gone = successor.why
        if successor.kind == WITHDRAWAL:
            line.gone_word = _("Withdrawn")
        else:
            line.gone_word, line.successor = _("Corrected"), successor.ref
    return line
