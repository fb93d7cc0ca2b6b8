"""What colour a person's code was, from when, by which rule and evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class ColourStatus(models.Model):
    """The colour became this at `since`, decided by `rule` of `policy_version` over `evidence` (an event's reference).

    A person without a row is green: no evidence was ever recorded. The last row by `since` is the state.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT)
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    colour = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    rule = models.TextField()
    evidence = models.TextField(blank=True)
    policy_version = models.TextField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "since"], name="one_colour_a_moment")]
        indexes = [models.Index(fields=["area_path", "colour", "since"])]


class DecisionMark(models.Model):
    """Up to which moment a person's colour is decided, and when it may next change by time or policy alone."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.OneToOneField("residents.Person", models.PROTECT, primary_key=True)
    decided_until = models.DateTimeField()
    decided_at = models.DateTimeField()
    next_change_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_change_at"])]
