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
