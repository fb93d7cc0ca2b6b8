"""Files of health events: what happened to whom, told by hospitals, laboratories and communities."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shouwang.health import facts, permissions
from shouwang.health.actions import Told, record_facts
from shouwang.health.facts import Fact
from shouwang.intake.kinds import Column, Context, Kind, Outcome, Row
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is sound by itself; whether its person and the event it names exist is asked for the file at once."""

    person: str
    fact: Fact


class HealthEvents:
    """Reads and stores the rows of one file. The whole file comes at once, since `ends` may name a later row."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def read(self, row: Row) -> Line:
        """The fact a row tells. Raises Refusal with the column at fault."""
        values = row.values
        if not values["person"]:
            raise Refusal("health.no_person", field="person")
        fact = facts.checked(
            values["event"],
            values["kind"],
            values["time"],
            ends=values["ends"],
            source=values["source"],
            note=values["note"],
            now=self.context.now,
        )
        return Line(values["person"], fact)

    def load(self, records: list[tuple[Row, Line]]) -> Outcome:
        """Record what is new; rows about people nobody knows, or who live out of bounds, are refused."""
        people = residents.places_of({line.person for _row, line in records})
        refused: list[tuple[Row, Refusal]] = []
        rows: list[Row] = []
        told: list[Told] = []
        for row, line in records:
            person = people.get(line.person)
            if person is None:
                refused.append((row, Refusal("health.unknown_person", field="person", person=line.person)))
            elif not person.area_path.startswith(self.context.scope_path):
                refused.append((row, Refusal("health.person_outside", field="person", person=line.person)))
            else:
                rows.append(row)
                told.append(Told(person.id, line.fact))
        taken = record_facts(told, by=self.context.by, dry_run=self.context.dry_run)
        refused += [(rows[place], refusal) for place, refusal in taken.refused]
        refused += [(rows[place], Refusal("health.held", field="event")) for place in taken.held]
        return Outcome(len(taken.new), len(taken.unchanged), refused)


HEALTH_EVENTS = Kind(
    name="health-events",
    title=_("Health events"),
    columns=("event", "time", "person", "kind", "ends", "source", "note"),
    deed=permissions.IMPORT,
    loader=HealthEvents,
    batch=None,
    key=("event",),
    explained={
        "event": Column(
            _("The event's own number or reference; the same one is never taken in twice"), "E-2020-000123"
        ),
        "time": Column(
            _("When it happened, not when it was written down; local time unless an offset is given"),
            "2020-02-14T09:30",
        ),
        "person": Column(_("The person's reference from the file of residents"), "P000123"),
        "kind": Column(_("What happened, in one of the words of the list"), "suspected"),
        "ends": Column(
            _("The event that this one ends; for close_contact_of, the case's event"),
            "E-2020-000098",
            may_be_empty=True,
        ),
        "source": Column(_("Who says so"), "Wuhan No. 1 Hospital", may_be_empty=True),
        "note": Column(_("Anything else; for a temperature, the degrees Celsius"), "37.5", may_be_empty=True),
    },
)
