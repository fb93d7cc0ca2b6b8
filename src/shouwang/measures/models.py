"""The figures of a day, one row an area, rolled up over the whole tree."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Figures(models.Model):
    """All measures of one area on one day; a measure that is absent is 0 where the measure was computed that day."""

    retention: ClassVar = "reference"

    day = models.DateField()
    area_id = models.BigIntegerField()
    path = models.TextField(db_collation="C")
    level = models.TextField()
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "area_id"], name="figures_once")]
        indexes = [models.Index(fields=["day", "path"])]


class FiguresRun(models.Model):
    """When the figures of a day were computed, and which measures they hold (version hash of the definitions)."""

    retention: ClassVar = "reference"

    day = models.DateField(primary_key=True)
    computed_at = models.DateTimeField()
    measures = models.JSONField(default=list)
