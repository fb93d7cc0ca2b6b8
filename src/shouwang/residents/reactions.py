"""What the register does when something happens below it: people follow their unit when it moves or merges."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery

from shouwang.areas.events import AreaMoved
from shouwang.journal.events import listen
from shouwang.residents import actions
from shouwang.residents.models import Household, Person


@listen(AreaMoved)
def follow(event: AreaMoved) -> None:
    """People and households of a unit that moved stand under its new path, so that its new officers see them."""
    actions.repath(event.old_path, event.new_path, origin_id=event.origin_id, into_id=event.into_id)


def catch_up() -> int:
    """Put right whoever stands under another path than their unit (an announcement that failed); answers how many.

    For the day's schedule: running it when nothing is wrong changes nothing.
    """
    right = 0
    for model in (Household, Person):
        astray = model.objects.exclude(area_path=F("area__path"))
        path = Person._meta.get_field("area").related_model.objects.filter(pk=OuterRef("area_id")).values("path")
        right += astray.update(area_path=Subquery(path))
    return right
