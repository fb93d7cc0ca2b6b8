"""At which address gates find the status feed: another one each control day, told to phones in good standing alone."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction

from shouwang import clock
from shouwang.codes import indexes
from shouwang.codes.models import FeedPath
from shouwang.journal.actions import Actor, record

ROUTE = "/feed/v1/"
ADDRESS_LOCK = 0x5357_4650
CAPABILITY_BYTES = 16
"""22 characters in base64url."""
GRACE = timedelta(minutes=10)
"""How long the old address still answers after an emergency, so that honest gates can ask for the new one."""


def current(moment: datetime | None = None) -> str:
    """The address that a phone in good standing is told now: `/feed/v1/<capability>/`. Made on the first question."""
    at = moment or clock.now()
    found = _newest(at)
    if found is None:
        begins = indexes.day_begins(indexes.day_list(at))
        with transaction.atomic():
            _alone()
            found = _newest(at) or _made(begins, "")
    return f"{ROUTE}{found.capability}/"


def live(moment: datetime) -> list[str]:
    """The capabilities that answer at a moment."""
    rows = FeedPath.objects.filter(begins_at__lte=moment, ends_at__gt=moment)
    return list(rows.order_by("id").values_list("capability", flat=True))


@transaction.atomic
def rotate(why: str, *, by: Actor) -> str:
    """Another address from now on; the ones before die in ten minutes. Answers the new address."""
    now = clock.now()
    _alone()
    FeedPath.objects.filter(ends_at__gt=now + GRACE).update(ends_at=now + GRACE)
    made = _made(now, why)
    record(by=by, deed="codes.new_feed_address", on=f"codes.FeedPath:{made.pk}", why=why)
    return f"{ROUTE}{made.capability}/"


def _newest(at: datetime) -> FeedPath | None:
    """The last address of this control day."""
    begins = indexes.day_begins(indexes.day_list(at))
    return FeedPath.objects.filter(begins_at__gte=begins, begins_at__lte=at, ends_at__gt=at).order_by("-id").first()


def _made(begins: datetime, why: str) -> FeedPath:
    ends = indexes.day_begins(indexes.day_list(begins) + 1) + indexes.OLD_LIST_LIVES
    return FeedPath.objects.create(
        capability=secrets.token_urlsafe(CAPABILITY_BYTES), begins_at=begins, ends_at=ends, why=why
    )


def _alone() -> None:
    """Two workers asked at once make one address, not two."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ADDRESS_LOCK])
