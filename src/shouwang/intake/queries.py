"""Finding files that were taken in."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from shouwang.intake.models import TakeIn
from shouwang.refusal import Refusal

ADMINISTRATOR = "administrator"


def take_ins(scope: Any) -> QuerySet[TakeIn]:
    """The files a viewer may know of, the latest first: their own, and for an administrator all of the area.

    Files taken in at the command line belong to the whole city.
    """
    if scope is None:
        return TakeIn.objects.none()
    own = Q(account_id=scope.account_id)
    if scope.role == ADMINISTRATOR:
        own |= Q(area_path__startswith=scope.area_path)
        if scope.is_whole_city:
            own |= Q(area_path="")
    return TakeIn.objects.filter(own).order_by("-pk")


def take_in(number: int, scope: Any) -> TakeIn:
    """One file. Raises Refusal intake.no_longer_here (404) when there is none, or it is not the viewer's to see."""
    found = take_ins(scope).filter(pk=number).first()
    if found is None:
        raise Refusal("intake.no_longer_here", status=404)
    return found
