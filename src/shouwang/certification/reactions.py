"""What certification does when others announce something. Imported by the app when it is ready."""

from __future__ import annotations

from shouwang.areas.events import AreaMoved
from shouwang.certification import actions
from shouwang.health.events import EvidenceRecorded
from shouwang.journal.actions import Actor
from shouwang.journal.events import listen
from shouwang.residents.events import PersonMoved


@listen(EvidenceRecorded)
def follow_evidence(recorded: EvidenceRecorded) -> None:
    """A fact suspends, cancels or restores as soon as it is recorded, corrected or withdrawn."""
    actions.follow_people(recorded.person_ids, by=Actor.system("certification.follow_evidence"))


@listen(PersonMoved)
def follow_person(moved: PersonMoved) -> None:
    """Somebody who is not released yet moves: one unit is rid of them, another is not."""
    actions.follow_people([moved.person_id], by=Actor.system("certification.follow_person"))


@listen(AreaMoved)
def follow_unit(moved: AreaMoved) -> None:
    """A unit hangs elsewhere, or became part of another: both families are decided anew."""
    actions.follow_units([moved.old_path, moved.new_path], by=Actor.system("certification.follow_unit"))
