"""The course of a family of units: what the ladder makes of facts, day by day. Pure, and blind to the order of arrival.

Nothing is remembered from one run to the next: all changes follow from all facts, so that a late fact or a corrected
one gives the history that ought to have been, and a day run again gives what it gave. Of happenings at one moment
cases come first, then findings that begin, findings that end, and steps; naming comes as a round day closes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.certification.facts import Case, Facts, Finding, Unit
from shouwang.certification.happenings import Change, in_order, of_facts, of_given, of_unit
from shouwang.certification.walk import PolicyOn, Standing, Void, Walk, missing_for_naming

__all__ = ["Change", "Standing", "Told", "Void", "course", "missing_for_naming"]


@dataclass(slots=True)
class Told:
    """The course of a family: every change in time, the steps that led nowhere, and how each unit stands at the end."""

    changes: list[Change]
    voids: list[Void]
    standings: Mapping[int, Standing]
    open: Mapping[int, set[Finding]]
    cases: Mapping[int, list[Case]]


def course(
    units: Iterable[Unit],
    facts: Facts,
    policy_on: PolicyOn,
    until: datetime,
    given: Sequence[Change] = (),
) -> Told:
    """All changes of a family of units up to and including a moment.

    A family holds, with a unit, every unit below it. `given` are the known changes of units that are decided
    elsewhere (the streets, when a district is decided): they are followed and not decided again.
    """
    by_id = {unit.id: unit for unit in units}
    walk = Walk(by_id, policy_on, facts.tests, {change.unit for change in given})
    coming = [*of_facts(facts), *of_given(given), *(one for unit in by_id.values() for one in of_unit(unit))]
    walk.go(sorted((one for one in coming if one[0] <= until), key=in_order), until)
    return Told(walk.changes, walk.voids, walk.standings, walk.open, walk.cases)
