"""People, households, where they live from when until when, and who looks after whom."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shouwang.journal.retention import Retention


class Household(models.Model):
    """People of one dwelling who live together, known by the reference its file gave it *within its compound*: the
    lists of two communities both have a household 1, and a family that moved is a household of its new compound."""

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField()
    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "ref"], name="household_once_a_compound")]
        indexes = [models.Index(fields=["ref"]), models.Index(fields=["area_path"])]


class Person(models.Model):
    """A resident. Name, ID number and phone are sealed (sealing.py); the keyed hashes serve exact look-up.

    `area` is the compound the person lives in now; `area_path` is its path. Two people may carry one ID number: a
    person on two lists is found on the person page, not refused, since a resident who is missing is worse.
    """

    retention: ClassVar = Retention.EPIDEMIC

    ref = models.TextField(db_collation="C")
    name_sealed = models.BinaryField()
    id_number_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    name_hash = models.BinaryField()
    id_number_hash = models.BinaryField(null=True)
    phone_hash = models.BinaryField(null=True)
    birth_date = models.DateField(null=True)
    sex = models.TextField(blank=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="members")
    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)
    needs = ArrayField(models.TextField(), default=list)
    registered_at = models.DateTimeField(db_default=Now())

    class Meta:
        # Not unique=True on the field, which brings a second index for LIKE that nobody asks and every import pays for.
        constraints = [models.UniqueConstraint(fields=["ref"], name="person_once")]
        indexes = [
            # Lists are read in the order of this index from any place on, so a street's page costs what a city's does.
            models.Index(fields=["area_path", "id"], name="person_by_place"),
            # Thousands share a common name; with the path only those of the viewer's area are read.
            models.Index(fields=["name_hash", "area_path"], name="person_by_name"),
            models.Index(fields=["id_number_hash"], name="person_by_id_number", condition=~Q(id_number_hash=None)),
            models.Index(fields=["phone_hash"], name="person_by_phone", condition=~Q(phone_hash=None)),
            # A fifth of the people, in the order of the list; an inverted index would cost imports a fifth more time.
            models.Index(fields=["area_path", "id"], name="person_in_need", condition=~Q(needs=[])),
        ]


class Residence(models.Model):
    """A person moved: where they lived before `until`. The present residence is on the person."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="residences", db_index=False)
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    unit = models.TextField(blank=True)
    dwelling = models.TextField(blank=True)
    from_day = models.DateField(null=True)
    until_day = models.DateField()
    """First day on which the person no longer lived there."""
    why = models.TextField(blank=True)
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["person", "until_day"])]


class Relation(models.Model):
    """`guardian` looks after `person` (a child, an old or ill person), also on one phone."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="guardians")
    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    kind = models.TextField(choices=[("guardian", _("guardian")), ("carer", _("carer"))])
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "guardian", "kind"], name="relation_once")]


class Invitation(models.Model):
    """A code by which one person gets onto their own page, once. Only its keyed hash is kept; `sheet` names the sheet
    of a building that it was printed on."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    area_path = models.TextField(db_collation="C")
    code_hash = models.BinaryField()
    sheet = models.TextField(blank=True)
    by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code_hash"], name="invitation_code_once")]
        indexes = [models.Index(fields=["area_path", "id"], name="invitation_by_place")]


class PhoneCode(models.Model):
    """A one-time code asked for by telephone number, known to us or not. The worker draws the code and sends it, so
    that asking takes the same time for every number; until then `code_hash` is empty."""

    retention: ClassVar = Retention.SHORT

    phone_hash = models.BinaryField()
    code_hash = models.BinaryField(null=True)
    language = models.TextField(default="zh")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["phone_hash", "asked_at"], name="phone_code_by_phone")]


class SignInTry(models.Model):
    """One attempt that counts against a limit: `what` was tried, by or for whom (`key`, a keyed hash)."""

    retention: ClassVar = Retention.SHORT

    what = models.TextField()
    key = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["what", "key", "at"], name="sign_in_try")]


class ResidentSession(models.Model):
    """A resident's own session on one device. The cookie holds a token, this table its hash: ending the row ends it."""

    retention: ClassVar = Retention.SHORT

    person = models.ForeignKey(Person, models.CASCADE, related_name="sessions")
    token_hash = models.BinaryField()
    how = models.TextField(choices=[("invitation", _("invitation")), ("phone", _("phone"))])
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="resident_session_once")]


class Consent(models.Model):
    """What somebody agreed to or took back, in which words: `given` True or False, `version` names the text shown.

    Rows are only added; the last one of a person and a subject holds. `by_person` is who said it: oneself or a
    guardian.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    by_person = models.ForeignKey(Person, models.CASCADE, related_name="consents_said")
    about = models.TextField(choices=[("page", _("own page")), ("household", _("shown to the household"))])
    version = models.TextField()
    language = models.TextField()
    given = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "about", "id"], name="consent_of_person")]
