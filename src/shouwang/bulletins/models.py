"""Proposed risk levels and issued bulletins."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class RiskProposal(models.Model):
    """The level a rule proposes for an area on a day, with the facts behind it."""

    retention: ClassVar = Retention.REFERENCE

    day = models.DateField()
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    level = models.TextField()
    rule = models.TextField()
    facts = models.JSONField(default=dict)
    policy_version = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "area"], name="one_proposal_a_day")]


class Bulletin(models.Model):
    """A day's bulletin of an area as it was drafted: figures, ranking, risk, what is missing or late."""

    retention: ClassVar = Retention.REFERENCE

    day = models.DateField()
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    content = models.JSONField()
    drafted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "area"], name="one_bulletin_a_day")]


class RiskAlert(models.Model):
    """A public alert (CAP 1.2) of a declared level, as it was sent. Kept as sent: what follows refers to it."""

    retention: ClassVar = Retention.REFERENCE

    declaration = models.OneToOneField("command.RiskDeclaration", models.PROTECT, related_name="+")
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    identifier = models.TextField(unique=True)
    message = models.TextField()
    level = models.TextField()
    from_day = models.DateField()
    sent = models.DateTimeField()
    xml = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["area_path", "-sent"], name="alerts_of_a_place")]
