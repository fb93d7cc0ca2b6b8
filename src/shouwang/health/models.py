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


class Touched(models.Model):
    """An account's record that may have changed somebody's colour: what the alarm counts, for as long as its window."""

    retention: ClassVar = Retention.SHORT

    author = models.TextField()
    person = models.ForeignKey("residents.Person", models.CASCADE, db_index=False)
    group = models.TextField()
    area_path = models.TextField(db_collation="C", default="")
    """The area of the post in which it was recorded."""
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["author", "at"], name="touched_by_author"),
            models.Index(fields=["at"], name="touched_at"),
        ]


class Hold(models.Model):
    """Records of one account that wait for a second pair of eyes. Until somebody of a wider area releases them they
    are no facts: they stand here, and nothing follows from them."""

    retention: ClassVar = Retention.EPIDEMIC

    author = models.TextField()
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    area_path = models.TextField(db_collation="C")
    """The area of the post in which it was recorded."""
    why = models.TextField()
    policy_version = models.TextField()
    people = models.IntegerField()
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)
    released = models.BooleanField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["decided_at", "area_path"], name="hold_waiting")]


class HeldFact(models.Model):
    """One record of a hold: a fact (`record`), or the correction or withdrawal of one (`target`)."""

    retention: ClassVar = Retention.EPIDEMIC

    hold = models.ForeignKey(Hold, models.CASCADE, related_name="facts")
    person = models.ForeignKey("residents.Person", models.PROTECT)
    deed = models.TextField(choices=[("record", "record"), ("correct", "correct"), ("withdraw", "withdraw")])
    ref = models.TextField()
    target = models.TextField(blank=True)
    kind = models.TextField()
    time = models.DateTimeField()
    ends = models.TextField(blank=True)
    source = models.TextField(blank=True)
    note = models.TextField(blank=True)
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    why = models.TextField(blank=True)
    refused = models.TextField(blank=True)
    """Why it could no longer be recorded when it was released; empty when it was."""

    class Meta:
        indexes = [models.Index(fields=["ref"], name="held_fact_ref")]
