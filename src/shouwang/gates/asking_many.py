"""Permits for many at once: a list that an employer or a district hands in, decided by one person in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shouwang import clock
from shouwang.gates.models import Permit, PermitStatus
from shouwang.gates.outdated import look_again
from shouwang.gates.permissions import require
from shouwang.journal.actions import Actor, record
from shouwang.residents.queries import PersonPlace


@transaction.atomic
def grant(
    people: Sequence[PersonPlace], kind: str, until_at: datetime, why: str, *, by: Actor, approved: bool = True
) -> int:
    """Ask for a permit of one kind for each of some residents, and approve them when `approved`; answers how many.

    For the operator: one entry in the journal names how many, not whom.
    """
    require(by, None, "gates.permits", "")
    now = clock.now()
    made = Permit.objects.bulk_create(
        [
            Permit(
                area_id=one.area_id,
                area_path=one.area_path,
                kind=kind,
                person_id=one.id,
                purpose=why,
                from_at=now,
                until_at=until_at,
                why=why,
            )
            for one in people
        ],
        batch_size=2000,
    )
    for state in ("asked", "approved") if approved else ("asked",):
        PermitStatus.objects.bulk_create(
            [
                PermitStatus(
                    permit=one, area_path=one.area_path, state=state, at=now, by=by.name, role=by.kind, why=why
                )
                for one in made
            ],
            batch_size=2000,
        )
    record(by=by, deed="gates.grant_many", on="gates.Permit:*", why=why, detail={"kind": kind, "permits": len(made)})
    look_again("", "policy")
    return len(made)
