"""Health events: facts about people, appended and superseded, never edited (a database trigger refuses updates)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class HealthEvent(models.Model):
    """What happened to a person: kind, time, source, who recorded it. `ends` names the event it ends or withdraws.

    `area` is where the person lived at `time`. A correction is a new row whose `supersedes` is the row it replaces.
    """

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField(unique=True)
    person = models.ForeignKey("residents.Person", models.PROTECT)
    kind = models.TextField()
    time = models.DateTimeField()
    ends = models.ForeignKey("self", models.PROTECT, null=True, related_name="ended_by")
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    """Temperature in degrees Celsius for kind `temperature`."""
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    author = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")

    class Meta:
        indexes = [
            models.Index(fields=["person", "time"]),
            models.Index(fields=["area_path", "kind", "time"]),
            models.Index(fields=["kind", "time"]),
            models.Index(fields=["recorded_at"]),
        ]
