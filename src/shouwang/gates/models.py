"""Gates, the phones at them, who is on guard, permits, and what passed.

Passages are kept in one table split by local day (partitions.py): forgetting a day is dropping its part. What is
kept of policy rows and of the uses of permits is in kept_models.py.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shouwang.gates.kept_models import KeptRow as KeptRow
from shouwang.gates.kept_models import PermitUse as PermitUse
from shouwang.gates.labels import (
    DIRECTIONS,
    FLAG_KINDS,
    KINDS,
    PERMIT_KINDS,
    PERMIT_STATES,
    SHIFT_KINDS,
    STEPS,
    VERDICTS,
    choices,
)
from shouwang.journal.retention import Retention


class Gate(models.Model):
    """The one open entrance of a closed compound, as guards and phones know it."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="gates", db_index=False)
    area_path = models.TextField(db_collation="C")
    entrance = models.OneToOneField("areas.Entrance", models.PROTECT, related_name="gate")
    name = models.TextField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When the compound was opened or the entrance barred; null while there is something to guard."""

    class Meta:
        indexes = [models.Index(fields=["area_path"]), models.Index(fields=["area"])]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A phone enrolled at one gate. Only the hash of its token is kept; a revoked or expired phone gets nothing."""

    retention: ClassVar = Retention.OFFICE

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="devices")
    area_path = models.TextField(db_collation="C")
    name = models.TextField()
    token_hash = models.BinaryField(unique=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.TextField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(blank=True)
    revoked_why = models.TextField(blank=True)
    last_seen_at = models.DateTimeField(null=True)
    unsent = models.IntegerField(null=True)
    """Passages that the phone said it still holds; null when it never said."""
    feed_sequence = models.BigIntegerField(null=True)
    app_version = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path"])]


class EnrolmentCode(models.Model):
    """A one-time code that makes a phone a device of a gate, shown as a QR for some minutes; kept only as a hash."""

    retention: ClassVar = Retention.TECHNICAL

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="enrolment_codes")
    area_path = models.TextField(db_collation="C")
    code_hash = models.BinaryField(unique=True)
    device_name = models.TextField()
    device_expires_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    device = models.OneToOneField(Device, models.CASCADE, null=True)


class GuardPin(models.Model):
    """What a phone needs to check a guard's PIN without network: a salted, stretched hash. Never the PIN."""

    retention: ClassVar = Retention.OFFICE

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guard_pin")
    area_path = models.TextField(db_collation="C")
    salt = models.BinaryField()
    iterations = models.IntegerField()
    hash = models.BinaryField()
    set_at = models.DateTimeField()
    set_by = models.TextField()
    failures = models.IntegerField(default=0)
    """Wrong PINs told by phones since the last right one."""
    locked_until = models.DateTimeField(null=True)


class ShiftEvent(models.Model):
    """Something in the watch at a gate: a guard came or went, a thermometer broke, a phone was lost."""

    retention: ClassVar = Retention.OFFICE

    id = models.UUIDField(primary_key=True)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="shift_events", db_index=False)
    area_path = models.TextField(db_collation="C")
    device = models.ForeignKey(Device, models.PROTECT, null=True)
    kind = models.TextField(choices=choices(SHIFT_KINDS))
    guard = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="shift_events")
    at = models.DateTimeField()
    detail = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["gate", "-at"]), models.Index(fields=["area_path", "-at"])]


class Permit(models.Model):
    """Leave to go out or come in: for a person, a household or a visitor of a compound. Its state is its last row."""

    retention: ClassVar = Retention.EPIDEMIC

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    kind = models.TextField(choices=choices(PERMIT_KINDS))
    person = models.ForeignKey("residents.Person", models.CASCADE, null=True, related_name="permits")
    household = models.ForeignKey("residents.Household", models.CASCADE, null=True, related_name="permits")
    phone_hash = models.TextField(blank=True)
    """Of a visitor: hash of the phone number as the gate app makes it; the number itself is not kept."""
    plate = models.TextField(blank=True)
    directions = models.TextField(choices=[("both", "both"), *choices(DIRECTIONS)], default="both")
    purpose = models.TextField(blank=True)
    quota = models.IntegerField(null=True)
    """How many times in all, each direction by itself; null without limit."""
    interval_hours = models.IntegerField(default=0)
    """Least hours between two uses in one direction."""
    windows = models.JSONField(default=list)
    """Windows of the day as [[start, end, [weekdays]], …] in minutes since local midnight; empty for any hour."""
    stay_minutes = models.IntegerField(default=0)
    """How long an errand may last; 0 without limit."""
    host = models.ForeignKey("residents.Household", models.CASCADE, null=True, related_name="+")
    """Of a visitor: the household visited."""
    confined = models.BooleanField(default=False)
    """Counts for confined households and barred dwellings too (a patient going to dialysis)."""
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    why = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["area_path", "-from_at"])]


class Confinement(models.Model):
    """A dwelling that is barred or a household that stays in, since when, until when, who decided, why."""

    retention: ClassVar = Retention.EPIDEMIC

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    dwelling = models.TextField(blank=True)
    """`building-unit-dwelling`; ending in `-` a whole building or unit."""
    household = models.ForeignKey("residents.Household", models.CASCADE, null=True, related_name="confinements")
    from_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.TextField()
    by = models.TextField()
    ended_by = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "-from_at"])]


class PermitStatus(models.Model):
    """A permit was asked for, approved, refused or ended: who, in which role, why."""

    retention: ClassVar = Retention.EPIDEMIC

    permit = models.ForeignKey(Permit, models.CASCADE, related_name="statuses")
    area_path = models.TextField(db_collation="C")
    state = models.TextField(choices=choices(PERMIT_STATES))
    at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField(blank=True)
    why = models.TextField(blank=True)


class Passage(models.Model):
    """Somebody came to a gate: let through, refused, held or to be checked. Written only by taking.py.

    `day` is where the row is kept, a function of `id`; `at` is the moment by the signed clock.
    """

    retention: ClassVar = Retention.SHORT

    pk = models.CompositePrimaryKey("day", "id")
    id = models.UUIDField()
    day = models.DateField()
    gate = models.ForeignKey(Gate, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="passages")
    area_path = models.TextField(db_collation="C")
    device = models.ForeignKey(Device, models.DO_NOTHING, db_constraint=False, db_index=False)
    at = models.DateTimeField()
    offset_ms = models.BigIntegerField()
    received_at = models.DateTimeField()
    direction = models.TextField(choices=choices(DIRECTIONS))
    kind = models.TextField(choices=choices(KINDS))
    list = models.IntegerField(null=True)
    idx = models.IntegerField(null=True)
    cti = models.TextField(null=True)
    row = models.BigIntegerField(null=True)
    temperature = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    second_temperature = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    mask = models.BooleanField(null=True)
    identity = models.BooleanField(null=True)
    verdict = models.TextField(choices=choices(VERDICTS))
    reason = models.TextField()
    feed_sequence = models.BigIntegerField(null=True)
    policy_version = models.TextField(null=True)
    guard = models.BigIntegerField(null=True)
    overridden = models.BooleanField()
    detail = models.JSONField(null=True)
    """Plate, host, company, people, hash of a phone, permit, reason of an override: what only some passages have."""
    differs = models.BooleanField()
    """Whether the passage contradicts itself by the server's own look at it when it came in."""
    content = models.BigIntegerField()
    """Digest of what was sent, to tell a repetition from another content under the same key."""


class Quarantine(models.Model):
    """An item that could not be stored as a passage, as it was sent, and why. Nothing that a phone sends is lost."""

    retention: ClassVar = Retention.SHORT

    gate = models.ForeignKey(Gate, models.PROTECT)
    area_path = models.TextField(db_collation="C")
    device = models.ForeignKey(Device, models.PROTECT)
    item = models.TextField()
    item_hash = models.BinaryField()
    reason = models.TextField()
    detail = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gate", "item_hash"], name="quarantined_once")]
        indexes = [models.Index(fields=["area_path", "-received_at"]), models.Index(fields=["received_at"])]


class PassageCount(models.Model):
    """How many passages of one kind a gate had in one hour; kept beside the passages, in the same statement."""

    retention: ClassVar = Retention.TECHNICAL

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="counts", db_index=False)
    area_path = models.TextField(db_collation="C")
    day = models.DateField()
    hour = models.SmallIntegerField()
    direction = models.TextField()
    kind = models.TextField()
    verdict = models.TextField()
    reason = models.TextField()
    overridden = models.BooleanField()
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "day", "hour", "direction", "kind", "verdict", "reason", "overridden"],
                name="one_count_an_hour",
            )
        ]
        indexes = [models.Index(fields=["day", "area_path"])]


class Incident(models.Model):
    """A step with somebody who has fever at a gate: readings, held apart, called, transferred or let go."""

    retention: ClassVar = Retention.SHORT

    id = models.UUIDField(primary_key=True)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="incidents", db_index=False)
    area_path = models.TextField(db_collation="C")
    device = models.ForeignKey(Device, models.PROTECT)
    passage = models.UUIDField(db_index=True)
    step = models.TextField(choices=choices(STEPS))
    at = models.DateTimeField()
    temperature = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    note = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["gate", "-at"]), models.Index(fields=["area_path", "-at"])]


class Flag(models.Model):
    """Something for an officer to look at. It never colours anybody; a person looks and says what it was."""

    retention: ClassVar = Retention.SHORT

    kind = models.TextField(choices=choices(FLAG_KINDS))
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="flags")
    area_path = models.TextField(db_collation="C")
    passage = models.UUIDField()
    passage_day = models.DateField()
    other_passage = models.UUIDField(null=True)
    other_gate = models.ForeignKey(Gate, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "passage", "other_passage"], name="flag_once", nulls_distinct=False)
        ]
        indexes = [
            models.Index(fields=["area_path", "-at"]),
            models.Index(fields=["area_path", "at"], condition=Q(seen_at=None), name="flag_open"),
        ]


class Lookup(models.Model):
    """That a gate asked for a colour by ID number: when and why, not whose. For the limit; the journal has it too."""

    retention: ClassVar = Retention.SHORT

    gate = models.ForeignKey(Gate, models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    device = models.ForeignKey(Device, models.PROTECT, db_index=False)
    at = models.DateTimeField()
    found = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["device", "at"])]


class SignedPaper(models.Model):
    """A signed document for one gate, the policy row or the roster, as it was last made; told apart by its ETag."""

    retention: ClassVar = Retention.EPIDEMIC

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="papers", db_index=False)
    area_path = models.TextField(db_collation="C")
    kind = models.TextField()
    etag = models.TextField()
    message = models.BinaryField()
    content_hash = models.BinaryField()
    """Of what it says, without when it was made: the same is not signed anew before it is half way to its end."""
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gate", "kind"], name="one_paper_of_a_kind")]
        indexes = [models.Index(fields=["area_path"])]


class Watermark(models.Model):
    """Up to which moment of arrival a job has looked at passages."""

    retention: ClassVar = Retention.TECHNICAL

    job = models.TextField(primary_key=True)
    received_until = models.DateTimeField()
