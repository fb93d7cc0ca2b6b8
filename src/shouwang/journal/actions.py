"""Writing deeds into the chained journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from shouwang import clock
from shouwang.journal.chain import GENESIS, digest
from shouwang.journal.models import Entry, Head

CHAIN_LOCK = 0x5357_4A4C
"""Advisory lock of the chain's end. Taken until the transaction ends, so numbers have no gaps and no rival order."""


@dataclass(frozen=True)
class Actor:
    """Who does a deed: somebody with an account and a post, a job of the system, or somebody at the command line."""

    kind: str
    name: str
    account_id: int | None = None
    post_id: int | None = None
    area_path: str = ""

    @classmethod
    def of(cls, request: Any) -> Actor:
        """The person behind a request, in the post they are using."""
        scope = getattr(request, "scope", None)
        account = request.user
        if not account.is_authenticated:
            return cls("public", "public")
        return cls(
            "person",
            account.get_username(),
            account_id=account.pk,
            post_id=scope.post_id if scope else None,
            area_path=scope.area_path if scope else "",
        )

    @classmethod
    def system(cls, job: str) -> Actor:
        """A job of the system, by its name."""
        return cls("system", job)

    @classmethod
    def operator(cls, name: str = "command line") -> Actor:
        """Somebody at the command line of the machine itself."""
        return cls("operator", name)


@transaction.atomic
def record(
    *,
    by: Actor,
    deed: str,
    on: str,
    why: str = "",
    area_path: str = "",
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Append one deed to the journal, in the transaction of the deed itself: both happen or neither.

    Call it last in the deed, since the end of the chain stays locked until the transaction is over. `on` reads
    `room.Model:number`; `detail` holds counts and codes, never names, numbers or addresses of people.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    facts = dict(detail or {})
    if clock.is_moved():
        facts["real_time"] = datetime.now(UTC)
    head = Head.objects.first()
    entry = Entry(
        seq=head.seq + 1 if head else 1,
        at=clock.now(),
        actor_kind=by.kind,
        account_id=by.account_id,
        post_id=by.post_id,
        actor_name=by.name,
        deed=deed,
        on=on,
        why=why,
        area_path=area_path or by.area_path,
        detail=json.loads(json.dumps(facts, default=str)),
        previous_hash=bytes(head.hash) if head else GENESIS,
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    if head is None:
        Head.objects.create(pk=1, seq=entry.seq, hash=entry.hash)
    else:
        Head.objects.filter(pk=head.pk).update(seq=entry.seq, hash=entry.hash)
    return entry
