"""Rows of a file of residents, and what the loader makes of them."""

from __future__ import annotations

from shouwang import clock
from shouwang.intake.kinds import Context, Outcome, Row
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import intake


def row(person: str = "P1", **given: str) -> dict[str, str]:
    """A row of a file in which everything that is demanded is there."""
    values = dict.fromkeys(intake.COLUMNS, "")
    return {**values, "person": person, "name": "张伟", "compound_code": "X1", **given}


def take(*rows: dict[str, str], scope_path: str = "") -> Outcome:
    """What the loader makes of rows, with those that cannot be read among the refused."""
    loader = intake.Residents(Context(Actor.operator(), scope_path, False, clock.now()))
    records, refused = [], []
    for line, values in enumerate(rows, 2):
        each = Row(line, values)
        try:
            records.append((each, loader.read(each)))
        except Refusal as refusal:
            refused.append((each, refusal))
    outcome = loader.load(records)
    return Outcome(outcome.taken, outcome.unchanged, [*refused, *outcome.refused])
