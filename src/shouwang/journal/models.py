"""Entries of the journal, its head, and the runs of jobs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shouwang.journal.retention import Retention


class Entry(models.Model):
    """One deed. `hash` covers the previous hash and every field, so a change or a gap anywhere shows."""

    retention: ClassVar = Retention.AUDIT

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.TextField()
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    deed = models.TextField()
    on = models.TextField(db_column="on_row")
    why = models.TextField(blank=True)
    area_path = models.TextField(blank=True, db_collation="C")
    detail = models.JSONField(default=dict)
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "at"]),
            models.Index(fields=["deed", "at"]),
            models.Index(fields=["on"]),
        ]


class Head(models.Model):
    """The last entry's number and hash, in one row, so that cutting off the tail of the journal shows too."""

    retention: ClassVar = Retention.AUDIT

    seq = models.BigIntegerField()
    hash = models.BinaryField()


class JobRun(models.Model):
    """One run of a job for a day: when, how it ended, what it counted."""

    retention: ClassVar = Retention.TECHNICAL

    job = models.TextField()
    day = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.TextField(default="running")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["day", "job"])]
