"""Health events: facts about people, appended and superseded, never edited (a database trigger refuses updates)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class HealthEvent(models.Model):
    """What happened to a person: kind, time, source, who recorded it. `ends` names the event that it ends.

    `area` is where the person lived at `time`. A correction is a new row whose `supersedes` is the row it replaces; a
    row of kind `withdrawn` takes the row it supersedes back without putting anything in its place. Facts that hold are
    therefore the rows that nothing supersedes and whose kind is not `withdrawn`.
    """

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField()
    person = models.ForeignKey("residents.Person", models.PROTECT, db_index=False)
    kind = models.TextField()
    time = models.DateTimeField()
    ends = models.ForeignKey("self", models.PROTECT, null=True, related_name="ended_by")
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    """Temperature in degrees Celsius for kind `temperature`."""
    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    author = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    why = models.TextField(blank=True)
    """Why the row it supersedes was wrong; empty for a row that supersedes nothing."""
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref"], name="health_event_ref_once")]
        indexes = [
            models.Index(fields=["person", "time"]),
            models.Index(fields=["area_path", "kind", "time"]),
            models.Index(fields=["kind", "time"]),
            models.Index(fields=["recorded_at"]),
        ]
