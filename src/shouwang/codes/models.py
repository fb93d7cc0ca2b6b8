"""What colour a person's code was, from when, by which rule and evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from shouwang.journal.retention import Retention


class ColourStatus(models.Model):
    """From `since` on this is the decision: a colour, by `rule` of `policy_version`, over `evidence` (a reference).

    A row says what holds, not that the colour turned: another rule, evidence or policy behind the same colour is a row.
    A person without a row is green. The state at a moment is the last row by (`since`, `id`) with `since` not after it.
    Rows are only appended: when a fact arrives late, rows at the moments it concerns are added with a later `id` and
    `decided_at`, and stand before the older ones; the rows with `decided_at` up to a moment tell what was shown then.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT, db_index=False)
    area = models.ForeignKey("areas.Area", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    colour = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """When the colour may next change by itself, as far as was known when it was decided."""
    rule = models.TextField()
    evidence = models.TextField(blank=True)
    policy_version = models.TextField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["person", "since", "id"]),
            models.Index(fields=["area_path", "colour", "since"]),
        ]


class DecisionMark(models.Model):
    """Up to which moment a person's colour is decided, over how many recorded events, and when it may next change by
    time or policy alone. `events_seen` tells for certain whether a fact was recorded since: facts are only appended."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.OneToOneField("residents.Person", models.PROTECT, primary_key=True)
    decided_until = models.DateTimeField()
    decided_at = models.DateTimeField()
    events_seen = models.IntegerField()
    next_change_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_change_at"])]


class CodeHolder(models.Model):
    """A person who has a code, with a number of their own: 0, 1, 2 … in the order in which codes were first drawn.

    The number is never shown; what a code carries is its place in the day's permutation (indexes.py).
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.OneToOneField("residents.Person", models.PROTECT, primary_key=True)
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="code_holder_number_once")]


class Card(models.Model):
    """A printed code. It has a number of its own in the list of its month, so that a lost card is revoked alone."""

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT)
    area_path = models.TextField(db_collation="C")
    list_number = models.IntegerField()
    number = models.IntegerField()
    text = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_number", "number"], name="card_number_once_a_list")]
        indexes = [
            models.Index(fields=["area_path", "issued_at"], name="card_by_place"),
            models.Index(fields=["revoked_at"], name="card_revoked", condition=~models.Q(revoked_at=None)),
        ]


class FeedPath(models.Model):
    """An address at which gates find the status feed: nobody guesses it, and a revoked phone is not told the next."""

    retention: ClassVar = Retention.TECHNICAL

    capability = models.TextField(unique=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["ends_at"])]


class CardSheet(models.Model):
    """Sheets of cards that were asked for: for which place, by whom, and where the files are once printed."""

    retention: ClassVar = Retention.SHORT

    area_path = models.TextField(db_collation="C")
    building = models.TextField(blank=True)
    people = models.IntegerField()
    files = models.IntegerField(default=0)
    account_id = models.BigIntegerField(null=True)
    by = models.TextField()
    made_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"], name="card_sheet_by_place")]


class Appeal(models.Model):
    """Somebody says that a code, or what it follows from, is wrong. Open to anyone at any colour.

    Its state is the last of its steps. `due_at` is when the district owes the decision.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    colour_then = models.TextField()
    rule_then = models.TextField(blank=True)
    said = models.TextField()
    raised_by = models.TextField()
    """resident, guardian or community (for somebody who telephoned)."""
    by = models.TextField()
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "id"], name="appeal_of_person"),
            models.Index(fields=["area_path", "due_at"], name="appeal_by_place"),
        ]


class AppealStep(models.Model):
    """A step of an appeal: the last one is its state. `corrections` are references of the records that came of it."""

    retention: ClassVar = Retention.EPIDEMIC

    appeal = models.ForeignKey(Appeal, models.CASCADE, related_name="steps")
    state = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    account_id = models.BigIntegerField(null=True)
    area_path = models.TextField(blank=True, db_collation="C")
    why = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    corrections = models.JSONField(default=list)


class PassException(models.Model):
    """A dated permission: somebody may pass although the rules say no. It sets no colour and ends by itself.

    Asked for by one office, granted by another; it holds in [begins_at, ends_at) once granted, until it is ended.
    """

    retention: ClassVar = Retention.EPIDEMIC

    person = models.ForeignKey("residents.Person", models.PROTECT, db_index=False)
    area_path = models.TextField(db_collation="C")
    reason = models.TextField()
    note = models.TextField(blank=True)
    policy_version = models.TextField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    asked_account = models.BigIntegerField(null=True)
    asked_role = models.TextField()
    asked_area = models.TextField(db_collation="C")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(blank=True)
    granted = models.BooleanField(null=True)
    why = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "ends_at"], name="exception_of_person"),
            models.Index(fields=["area_path", "ends_at"], name="exception_by_place"),
        ]
