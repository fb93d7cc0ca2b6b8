"""The tree of places, their closure, their entrances, and how units merged, split and moved."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shouwang.journal.retention import Retention


class Level(models.TextChoices):
    """Levels of the tree, from the whole city down to a stairwell."""

    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    STREET = "street", _("street")
    COMMUNITY = "community", _("community")
    VILLAGE = "village", _("village")
    COMPOUND = "compound", _("compound")
    BUILDING = "building", _("building")
    UNIT = "unit", _("unit")


class Area(models.Model):
    """One place of the tree. `path` is its codes from the root joined and ended by "/"; it is what scopes work on."""

    retention: ClassVar = Retention.REFERENCE

    code = models.TextField(unique=True)
    path = models.TextField(unique=True, db_collation="C")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.TextField(choices=Level.choices)
    name = models.TextField()
    kind = models.TextField(blank=True)
    """urban, rural, development_zone, virtual, farm …: told from name and code when imported; empty when unknown."""
    stats_code = models.TextField(blank=True)
    households = models.IntegerField(null=True)
    residents = models.IntegerField(null=True)
    """Stated numbers of a compound; the register of people may hold fewer."""
    managed_by = models.TextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    """First day on which the unit no longer exists (merged, split); null while it stands."""

    class Meta:
        indexes = [models.Index(fields=["level", "path"]), models.Index(fields=["parent", "code"])]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """From `day` on, `into` stands where `origin` stood: a merge, a split, or a move under another parent."""

    retention: ClassVar = Retention.REFERENCE

    kind = models.TextField(choices=[("merge", _("merge")), ("split", _("split")), ("move", _("move"))])
    day = models.DateField()
    origin = models.ForeignKey(Area, models.PROTECT, related_name="successions_from")
    into = models.ForeignKey(Area, models.PROTECT, related_name="successions_into")
    old_path = models.TextField(db_collation="C")
    new_path = models.TextField(db_collation="C")
    why = models.TextField()
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())


class ClosureStatus(models.Model):
    """A compound was closed or opened: what, since when, who decided, why. The last row by `since` is the state."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey(Area, models.PROTECT, related_name="closures")
    area_path = models.TextField(db_collation="C")
    state = models.TextField(choices=[("closed", _("closed")), ("open", _("open"))])
    since = models.DateTimeField()
    why = models.TextField(blank=True)
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["area_path", "state", "since"]), models.Index(fields=["area", "-since"])]


class Entrance(models.Model):
    """A way into a compound, open or barred. While the compound is closed at most one may be open (constraint)."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey(Area, models.PROTECT, related_name="entrances")
    area_path = models.TextField(db_collation="C")
    name = models.TextField()
    state = models.TextField(choices=[("open", _("open")), ("barred", _("barred"))])
    compound_closed = models.BooleanField(default=False)
    """Copied from the compound's closure by a database trigger, for the constraint below."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="entrance_name_once"),
            models.UniqueConstraint(
                fields=["area"],
                condition=models.Q(state="open", compound_closed=True),
                name="closed_compound_has_one_open_entrance",
            ),
        ]


class EntranceStatus(models.Model):
    """An entrance was opened or barred: since when, who, why."""

    retention: ClassVar = Retention.REFERENCE

    entrance = models.ForeignKey(Entrance, models.PROTECT, related_name="statuses")
    area_path = models.TextField(db_collation="C")
    state = models.TextField()
    since = models.DateTimeField()
    why = models.TextField(blank=True)
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
