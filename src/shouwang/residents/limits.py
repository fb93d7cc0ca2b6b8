"""How often somebody may try to get onto a resident's page: counted in the database, the same for all workers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from shouwang import clock
from shouwang.refusal import Refusal
from shouwang.residents.models import SignInTry
from shouwang.residents.policy import LIMITS

LIMIT_LOCK = 0x5357_4C49
"""Advisory lock with a key's own number: of two attempts at once not both may be the last one allowed."""


def keyed(purpose: str, text: str | bytes) -> bytes:
    """A keyed hash for comparing what must not be kept: codes, tokens, addresses of callers."""
    return salted_hmac(f"shouwang.residents.{purpose}", text, secret=settings.SECRET_KEY, algorithm="sha256").digest()


def spend(what: str, of: str | bytes, limit: tuple[int, int] | None = None) -> None:
    """Count one attempt. Raises Refusal `residents.too_often` (429) when the limit of `what` is reached already.

    `limit`: how many within how many seconds, where another room counts something of its own.
    """
    with transaction.atomic():
        key = keyed("limit", of)
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LIMIT_LOCK, int.from_bytes(key[:4], signed=True)])
        _refuse_spent(what, key, limit or LIMITS[what])
        SignInTry.objects.create(what=what, key=key, at=clock.now())


def refuse_spent(what: str, of: str | bytes) -> None:
    """Raise the refusal of `spend` without counting."""
    _refuse_spent(what, keyed("limit", of), LIMITS[what])


def _refuse_spent(what: str, key: bytes, limit: tuple[int, int]) -> None:
    most, seconds = limit
    since = clock.now() - timedelta(seconds=seconds)
    if SignInTry.objects.filter(what=what, key=key, at__gt=since).count() >= most:
        raise Refusal("residents.too_often", status=429, minutes=max(1, seconds // 60))
