"""Sealing everybody anew under a fresh key, some thousands at a time; may be stopped and goes on where it was.

What is done is told from the rows themselves: every sealed value and every hash begins with the id of its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from shouwang.journal import actions as journal
from shouwang.journal.actions import Actor
from shouwang.residents import key_ring, rules
from shouwang.residents.key_ring import Key, Purpose
from shouwang.residents.sealing import FIELDS, VERSION, Sealer, sealer

BATCH = 2000
SUFFIX: dict[Purpose, str] = {"data_keys": "sealed", "look_up_keys": "hash"}


@dataclass(frozen=True)
class KeyUse:
    """A key of the ring and how many values of people are under it."""

    key: Key
    purpose: Purpose
    values: int


def key_uses() -> list[KeyUse]:
    """Every key with its use. Raises Refusal `residents.key_missing` when rows need a key that is not on the ring."""
    ring = key_ring.read()
    uses = []
    for purpose in key_ring.PURPOSES:
        counts: dict[bytes, int] = {}
        for field in FIELDS:
            column, begin = f"{field}_{SUFFIX[purpose]}", len(_prefix(purpose, b"")) + 1
            with connection.cursor() as cursor:
                cursor.execute(
                    f"select substring({column} from {begin} for 4), count(*) from residents_person"  # nosec B608
                    f" where {column} is not null group by 1"
                )
                for key_id, count in cursor.fetchall():
                    counts[bytes(key_id)] = counts.get(bytes(key_id), 0) + count
        uses += [KeyUse(key, purpose, counts.pop(key.id, 0)) for key in ring.of(purpose)]
        for lost in counts:
            key_ring.missing(lost)
    return uses


def left(purpose: Purpose) -> int:
    """How many people have a value that is not under the active key."""
    with connection.cursor() as cursor:
        condition, values = _under_another_key(purpose)
        cursor.execute(f"select count(*) from residents_person where {condition}", values)  # nosec B608
        return int(cursor.fetchone()[0])


def rotate(purpose: Purpose, *, by: Actor) -> Iterator[tuple[int, int]]:
    """Add a key, unless an earlier rotation is unfinished, and bring everybody under the active one.

    Yields (people done, people in all) after each batch. Each batch is a transaction of its own: stopped in the middle,
    nothing is lost, and calling it again goes on. While it runs, people are found under either look-up key.
    """
    waiting = left(purpose)
    resumed = waiting > 0
    if not resumed:
        key_ring.add_key(purpose)
        waiting = left(purpose)
    journal.record(
        by=by,
        deed="residents.rotate_keys",
        on="residents.Person:*",
        detail={"purpose": purpose, "key": _active(purpose).hex(), "people": waiting, "resumed": resumed},
    )
    done, last = 0, 0
    yield 0, waiting
    while True:
        with transaction.atomic():
            ids = _renew(purpose, last)
        if not ids:
            # Somebody registered by a process that still held the old ring is found by starting over.
            if last == 0:
                return
            last = 0
            continue
        done, last = done + len(ids), ids[-1]
        yield done, max(waiting, done)


def _active(purpose: Purpose) -> bytes:
    return sealer().active_id if purpose == "data_keys" else sealer().active_look_up_id


def _prefix(purpose: Purpose, key_id: bytes) -> bytes:
    return VERSION + key_id if purpose == "data_keys" else key_id


def _under_another_key(purpose: Purpose) -> tuple[str, list[bytes]]:
    prefix = _prefix(purpose, _active(purpose))
    columns = [f"{field}_{SUFFIX[purpose]}" for field in FIELDS]
    return " or ".join(f"substring({column} for {len(prefix)}) <> %s" for column in columns), [prefix] * len(columns)


def _hash(lock: Sealer, field: str, text: str) -> bytes:
    # An ID number is kept in the form in which it is looked for.
    forms = {"name": rules.look_up_name, "phone": rules.look_up_phone}
    return lock.hash(field, forms[field](text) if field in forms else text)


def _renew(purpose: Purpose, after: int) -> list[int]:
    """Bring the next batch of people under the active key; answers their row numbers, in order."""
    lock = sealer()
    condition, values = _under_another_key(purpose)
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, ref, name_sealed, id_number_sealed, phone_sealed from residents_person"  # nosec B608
            f" where id > %s and ({condition}) order by id limit {BATCH} for update",
            [after, *values],
        )
        rows = cursor.fetchall()
        if not rows:
            return []
        renewed: list[list[bytes | None]] = [[], [], []]
        for _id, ref, *sealed in rows:
            for column, field, value in zip(renewed, FIELDS, sealed, strict=True):
                if value is None:
                    column.append(None)
                    continue
                text = lock.open(field, ref, value)
                column.append(lock.seal(field, ref, text) if purpose == "data_keys" else _hash(lock, field, text))
        name, number, phone = (f"{field}_{SUFFIX[purpose]}" for field in FIELDS)
        ids = [row[0] for row in rows]
        cursor.execute(
            f"update residents_person p set {name} = n.name, {number} = n.number, {phone} = n.phone"  # nosec B608
            " from unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[]) as n (id, name, number, phone)"
            " where p.id = n.id",
            [ids, *renewed],
        )
    return ids
