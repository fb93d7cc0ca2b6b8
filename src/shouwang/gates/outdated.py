"""Saying that signed documents of gates may no longer say what holds, so that the next question makes them anew."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from shouwang.gates.models import SignedPaper


def look_again(area_path: str, kind: str) -> int:
    """Have the documents of one kind under a path compared with what holds at the next question; answers how many."""
    found = SignedPaper.objects.filter(area_path__startswith=area_path, kind=kind)
    return int(found.update(checked_at=F("made_at") - timedelta(days=1)))
