"""Posts, stages, declared risk, daily reports."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shouwang.command.labels import ROLES
from shouwang.journal.retention import Retention


class Post(models.Model):
    """A role at an area from a day until a day. Two posts of one person are two rows; a post is ended, not deleted."""

    retention: ClassVar = Retention.OFFICE

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    role = models.TextField(choices=[(role.value, label) for role, label in ROLES.items()])
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    """Last day of the post; null while it has no end."""
    granted_by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["account", "from_day"]), models.Index(fields=["area_path", "role", "from_day"])]


class StageStatus(models.Model):
    """A stage of control was declared for an area: which, from when, who decided, why."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    stage = models.TextField()
    from_day = models.DateField()
    why = models.TextField()
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())


class RiskDeclaration(models.Model):
    """A risk level was declared by a named person, next to the level the rule had proposed."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    level = models.TextField()
    proposed_level = models.TextField(blank=True)
    from_day = models.DateField()
    why = models.TextField()
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())


class DailyReport(models.Model):
    """A community's report of a day: filled from measures, confirmed by the community, accepted by the street."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    day = models.DateField()
    figures = models.JSONField(default=dict)
    filled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "day"], name="one_report_a_community_a_day")]
        indexes = [models.Index(fields=["day", "area_path"])]


class DailyReportStatus(models.Model):
    """A report was confirmed, accepted or returned: who, when, why; with the figures as they stood."""

    retention: ClassVar = Retention.REFERENCE

    report = models.ForeignKey(DailyReport, models.CASCADE, related_name="statuses")
    area_path = models.TextField(db_collation="C")
    state = models.TextField(
        choices=[("confirmed", _("confirmed")), ("accepted", _("accepted")), ("returned", _("returned"))]
    )
    at = models.DateTimeField()
    why = models.TextField(blank=True)
    by = models.TextField()
    figures = models.JSONField(default=dict)
