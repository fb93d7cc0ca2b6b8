"""What is kept so that a passage can be counted and decided again: rows of a gate by version, uses of permits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shouwang.gates.labels import DIRECTIONS, choices
from shouwang.journal.retention import Retention


class KeptRow(models.Model):
    """A policy row as the phones of a gate had it, by version, so that a passage can be decided again under it.

    Without the permissions and uses of the moment, which are asked anew; forgotten with the passages it decided.
    """

    retention: ClassVar = Retention.SHORT

    gate = models.ForeignKey("gates.Gate", models.CASCADE, related_name="kept_rows", db_index=False)
    area_path = models.TextField(db_collation="C")
    version = models.TextField()
    content = models.JSONField()
    first_at = models.DateTimeField()
    until_at = models.DateTimeField()
    """When the last copy that was signed of it ends."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gate", "version"], name="row_kept_once")]
        indexes = [models.Index(fields=["area_path"]), models.Index(fields=["until_at"])]


class PermitUse(models.Model):
    """A passage by a permit that is counted: how often, how long ago. Kept while the permit may still be used."""

    retention: ClassVar = Retention.EPIDEMIC

    passage = models.UUIDField(primary_key=True)
    permit = models.ForeignKey("gates.Permit", models.CASCADE, related_name="uses", db_index=False)
    area_path = models.TextField(db_collation="C")
    direction = models.TextField(choices=choices(DIRECTIONS))
    at = models.DateTimeField()
    row = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["permit", "-at"]), models.Index(fields=["area_path", "-at"])]
