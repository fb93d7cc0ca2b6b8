"""People, households, where they live from when until when, and who looks after whom."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shouwang.journal.retention import Retention


class Household(models.Model):
    """People of one dwelling who live together; a household is known by the reference its file gave it."""

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField(unique=True)
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["area", "building", "unit", "dwelling"])]


class Person(models.Model):
    """A resident. Name, ID number and phone are stored encrypted (key id + nonce + ciphertext); the hashes are keyed
    and serve exact look-up. `area` is the compound the person lives in now; `area_path` is its path."""

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField(unique=True)
    name_sealed = models.BinaryField()
    id_number_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    name_hash = models.BinaryField()
    id_number_hash = models.BinaryField(null=True)
    phone_hash = models.BinaryField(null=True)
    birth_date = models.DateField(null=True)
    sex = models.TextField(blank=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="members")
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)
    needs = ArrayField(models.TextField(), default=list)
    registered_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"]),
            models.Index(fields=["name_hash"]),
            models.Index(fields=["id_number_hash"]),
            models.Index(fields=["phone_hash"]),
            models.Index(fields=["area", "building", "unit", "dwelling"]),
            GinIndex(fields=["needs"]),
        ]


class Residence(models.Model):
    """A person moved: where they lived before `until`. The present residence is on the person."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="residences")
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)
    from_day = models.DateField(null=True)
    until_day = models.DateField()
    """First day on which the person no longer lived there."""
    by = models.TextField()


class Relation(models.Model):
    """`guardian` looks after `person` (a child, an old or ill person), also on one phone."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="guardians")
    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    kind = models.TextField(choices=[("guardian", _("guardian")), ("carer", _("carer"))])
    by = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "guardian", "kind"], name="relation_once")]
