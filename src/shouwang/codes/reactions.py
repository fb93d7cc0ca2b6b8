"""What the codes room does when others announce something. Imported by the app when it is ready."""

from __future__ import annotations

from shouwang import clock
from shouwang.codes.actions import decide
from shouwang.health.events import EvidenceRecorded
from shouwang.journal.actions import Actor
from shouwang.journal.events import listen


@listen(EvidenceRecorded)
def decide_at_once(recorded: EvidenceRecorded) -> None:
    """A fact is seen in the colour as soon as it is recorded. A file comes in portions, each decided in one go."""
    decide(recorded.person_ids, clock.now(), by=Actor.system("codes.decide_at_once"))
