"""What was done on the ladder, what is known against units, and how they stood. People are never copied here:
evidence is the reference of a health event."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class StepRow(models.Model):
    """A step that somebody took, or that the system took for them: which, with what result, when. Rows are appended.

    `application` is the declaration it belongs to. `found` holds what a comparison found (reason codes, references of
    events, figures); `mend` what is to be mended before the unit declares again.
    """

    retention: ClassVar = Retention.OFFICE

    ref = models.TextField(unique=True)
    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    application = models.ForeignKey("self", models.PROTECT, null=True, related_name="steps")
    step = models.TextField()
    result = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    account_id = models.BigIntegerField(null=True)
    mend = models.TextField(blank=True)
    found = models.JSONField(default=list)
    objection = models.ForeignKey("Objection", models.PROTECT, null=True, related_name="steps")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "certification_step"
        indexes = [
            models.Index(fields=["area", "at", "id"], name="certification_step_of_unit"),
            models.Index(fields=["area_path", "step", "at"], name="certification_step_by_place"),
        ]


class AssessedItem(models.Model):
    """One of the six items of an on-site assessment: in place or not, what was seen, where the photograph is."""

    retention: ClassVar = Retention.OFFICE

    step = models.ForeignKey(StepRow, models.CASCADE, related_name="items")
    item = models.TextField()
    passed = models.BooleanField()
    note = models.TextField(blank=True)
    photo = models.TextField(blank=True)
    """Name of the file of evidence; the picture shows a place, not people."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "item"], name="assessed_item_once")]


class AssessmentPhoto(models.Model):
    """A photograph of evidence for one of the six items: made small, and without what a phone writes into it."""

    retention: ClassVar = Retention.OFFICE

    name = models.TextField(primary_key=True)
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    picture = models.BinaryField()
    by = models.TextField()
    stored_at = models.DateTimeField(db_default=Now())


class Objection(models.Model):
    """What somebody said against a unit under notice. Who said it is not kept; it is decided by steps."""

    retention: ClassVar = Retention.SHORT

    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    said = models.TextField()
    raised_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["area_path", "raised_at"], name="objection_by_place")]


class UnitTest(models.Model):
    """A test of everybody in a unit on a day: how many were tested and how many were positive. Without a positive one
    the whole unit is negative."""

    retention: ClassVar = Retention.REFERENCE

    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    day = models.DateField()
    tested = models.IntegerField()
    positive = models.IntegerField()
    by = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "day"], name="unit_test_once_a_day")]


class EvidenceRow(models.Model):
    """What the health record says of people of a unit, as certification reads it: a case, or a finding until released.

    Worked out from the events, read anew whenever one of the person is recorded, corrected or withdrawn, and when the
    person moves. `event` is the reference of the event that bears it.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT)
    area = models.ForeignKey("areas.Area", models.PROTECT)
    event = models.TextField()
    kind = models.TextField()
    is_case = models.BooleanField()
    own = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)


class EvidenceMark(models.Model):
    """Over how many recorded events of a person the evidence was read, so that a missed announcement is noticed."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.OneToOneField("residents.Person", models.PROTECT, primary_key=True)
    rows = models.IntegerField()
    homes = models.TextField(blank=True)


class CertificationStatus(models.Model):
    """From `since` on a unit stands so: state, held or not, why, over which events (references) or after which step.

    The state at a moment is the last row by (`since`, `id`) with `since` not after it. Rows are only appended: where a
    late or corrected fact makes the past another, rows at the moments concerned follow with a later `decided_at` and
    stand before the older ones; reason `corrected` says that what stood there no longer follows from the facts.
    """

    retention: ClassVar = Retention.AUDIT

    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    level = models.TextField()
    state = models.TextField()
    held = models.BooleanField(default=False)
    since = models.DateTimeField()
    reason = models.TextField()
    evidence = models.JSONField(default=list)
    step = models.ForeignKey(StepRow, models.PROTECT, null=True)
    named_day = models.DateField(null=True)
    policy_version = models.TextField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "certification_status"
        indexes = [
            models.Index(fields=["area", "since", "id"], name="certification_of_unit"),
            models.Index(fields=["area_path", "state", "since"], name="certification_by_place"),
        ]


class UnitNotice(models.Model):
    """Tells a unit that it stands otherwise now. Written with the status row it tells of."""

    retention: ClassVar = Retention.TECHNICAL

    status = models.OneToOneField(CertificationStatus, models.CASCADE, related_name="notice")
    area_path = models.TextField(db_collation="C")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "seen_at"], name="unit_notice_unseen")]


class Round(models.Model):
    """A round as it was published: its number, and per level what was named before, new, removed, and how many stand.

    Run again over other facts it says something else; `decided_at` tells when it was last said.
    """

    retention: ClassVar = Retention.REFERENCE

    day = models.DateField()
    number = models.IntegerField()
    area = models.ForeignKey("areas.Area", models.PROTECT)
    policy_version = models.TextField()
    balance = models.JSONField(default=dict)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "area"], name="round_once_a_day")]


class RoundUnit(models.Model):
    """What a round says of one unit: named, restored, suspended or cancelled since the round before."""

    retention: ClassVar = Retention.REFERENCE

    round = models.ForeignKey(Round, models.CASCADE, related_name="units")
    area = models.ForeignKey("areas.Area", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    level = models.TextField()
    what = models.TextField()
