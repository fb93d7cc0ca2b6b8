"""Files that were taken in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shouwang.journal.retention import Retention


class TakeIn(models.Model):
    """One file taken in (or tried): what kind, by whom, how far, how many rows were new, unchanged, refused."""

    retention: ClassVar = Retention.SHORT

    kind = models.TextField()
    filename = models.TextField()
    sha256 = models.TextField(blank=True)
    by = models.TextField()
    account_id = models.BigIntegerField(null=True)
    area_path = models.TextField(blank=True, db_collation="C")
    dry_run = models.BooleanField(default=False)
    state = models.TextField(default="waiting")
    rows = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    refusals = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
