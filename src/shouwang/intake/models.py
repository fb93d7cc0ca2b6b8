"""Files that were taken in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shouwang.journal.retention import Retention


class State(models.TextChoices):
    """How far a file is. `refused`: it could not be read as a whole; `interrupted`: its process died."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    INTERRUPTED = "interrupted", _("interrupted")


class TakeIn(models.Model):
    """One file taken in (or tried): what kind, by whom, how far, how many rows were new, unchanged, refused."""

    retention: ClassVar = Retention.SHORT
    State: ClassVar = State

    kind = models.TextField()
    filename = models.TextField()
    sha256 = models.TextField(blank=True)
    by = models.TextField()
    actor_kind = models.TextField(default="operator")
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    area_path = models.TextField(blank=True, db_collation="C")
    """The area of the post it was done in: no row outside is taken. Empty at the command line of the machine itself."""
    dry_run = models.BooleanField(default=False)
    state = models.TextField(default=State.WAITING, choices=State.choices)
    rows = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    refusals = models.JSONField(default=list)
    """The first refused rows: line, column, zh, en, code. A file refused as a whole has one with line 0."""
    notes = models.JSONField(default=list)
    """How the file was read, where that is worth saying: {zh, en}."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-id"]), models.Index(fields=["area_path", "-id"])]
