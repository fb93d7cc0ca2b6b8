"""What command does when a place moves: those posted there are posted there still, under the new path."""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Concat, Substr

from shouwang.areas.events import AreaMoved
from shouwang.command.models import Post, RiskDeclaration, StageStatus
from shouwang.journal.events import listen


@listen(AreaMoved)
def follow(event: AreaMoved) -> None:
    """Posts, stages and declared risk of a place that moved stand under its new path; a merged unit's belong to the
    unit that stands for it now."""
    for model in (Post, StageStatus, RiskDeclaration):
        moved = model.objects.filter(area_path__startswith=event.old_path)
        moved.filter(area_id=event.origin_id).update(area_id=event.into_id)
        moved.update(area_path=Concat(Value(event.new_path), Substr("area_path", len(event.old_path) + 1)))


def catch_up() -> int:
    """Put right what stands under another path than its place (an announcement that failed); answers how many."""
    right = 0
    for model in (Post, StageStatus, RiskDeclaration):
        astray = model.objects.exclude(area_path=F("area__path"))
        place = model._meta.get_field("area").related_model.objects.filter(pk=OuterRef("area_id")).values("path")[:1]
        right += astray.update(area_path=Subquery(place))
    return right
