"""What there is to see at the demonstration's gates: those of the closed compounds, and permits of some residents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shouwang import clock
from shouwang.gates import actions, asking_many, partitions
from shouwang.journal.actions import Actor
from shouwang.residents import queries as residents
from shouwang.site.demo.chance import SEED, seeded
from shouwang.site.demo.city import Compound

PERMITS = (("special_duty", "医院值班", True), ("one_off", "透析", True), ("resident", "采购", False))
"""Kind, what for, and whether it was approved already; *assumed*."""
COMPOUNDS = 120


def open_gates(compounds: Sequence[Compound], seed: int = SEED, *, by: Actor) -> tuple[int, int]:
    """Make the gates and some permits; answers how many of each. Once more it adds nothing to the gates."""
    made = actions.keep_in_step()["gates_made"]
    partitions.make_ahead(clock.today())
    chosen = seeded(seed, "permits").sample(list(compounds), min(COMPOUNDS, len(compounds)))
    people = residents.some_of([one.code for one in chosen])
    permits = 0
    for number, (kind, why, approved) in enumerate(PERMITS):
        some = people[number :: len(PERMITS)]
        permits += asking_many.grant(some, kind, clock.now() + timedelta(days=14), why, by=by, approved=approved)
    return made, permits
