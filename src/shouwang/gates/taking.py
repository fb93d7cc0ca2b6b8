"""Taking in passages: a batch from a phone becomes rows by one statement, and is answered item by item.

What happened is never refused. The same key twice is one row and one answer; what cannot be stored as a passage goes to
the quarantine, where people see it. The statement looks up the phone, stores, and counts: it is one transaction, so a
batch is either stored and counted or, when the server dies in the middle, neither.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg
from django.db import DatabaseError, connection, transaction

from shouwang import clock
from shouwang.gates import partitions
from shouwang.gates.packing import EPOCH, Line, Rows, line, made_ready, row
from shouwang.gates.sent import LARGEST_BATCH, LARGEST_BODY, NotABatchError, Sent, Unreadable, read, written
from shouwang.refusal import Refusal

_DOOR_AND_ROWS = """
with door as materialized (
    select p.batch, d.id as device_id, d.gate_id, g.area_path
    from unnest(%(tokens)s::bytea[], %(gates)s::bigint[]) with ordinality as p(token_hash, gate_id, batch)
    join gates_device d on d.token_hash = p.token_hash and d.gate_id = p.gate_id
    join gates_gate g on g.id = d.gate_id
    where d.revoked_at is null and d.expires_at > %(now)s
), stored as (
    insert into gates_passage (
        id, day, gate_id, area_path, device_id, at, offset_ms, received_at, direction, kind, list, idx, cti, "row",
        temperature, second_temperature, mask, identity, verdict, reason, feed_sequence, policy_version, guard,
        overridden, detail, differs, content)
    select t.id, t.day, door.gate_id, door.area_path, door.device_id, t.at, t.offset_ms, %(now)s, t.direction, t.kind,
        t.list, t.idx, t.cti, t."row", t.temperature, t.second_temperature, t.mask, t.identity, t.verdict, t.reason,
        t.feed_sequence, t.policy_version, t.guard, t.overridden, t.detail, t.differs, t.content
    from unnest(%(rows)s::gates_sent[]) as t join door using (batch)
    -- In one order, or two groups with the same keys the other way round would wait for each other.
    order by t.day, t.id, t.batch
"""

_COUNTED = """
), counted as (
    insert into gates_passagecount (gate_id, area_path, day, hour, direction, kind, verdict, reason, overridden, count)
    select door.gate_id, door.area_path, c.day, c.hour, c.direction, c.kind, c.verdict, c.reason, c.overridden,
        sum(tally.count)
    from jsonb_to_recordset(%(counters)s::jsonb) as c(counter int, batch int, day date, hour int, direction text,
        kind text, verdict text, reason text, overridden boolean)
    join tally using (counter) join door using (batch)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 3, 4, 5, 6, 7, 8, 9
    on conflict (gate_id, day, hour, direction, kind, verdict, reason, overridden)
    do update set count = gates_passagecount.count + excluded.count
)
"""

STORE_NEW = "".join(
    [
        _DOOR_AND_ROWS,
        """
), tally as (
    select c.counter, c.count from unnest(%(counts)s::int[]) with ordinality as c(count, counter)
""",
        _COUNTED,
        """
select batch, device_id, area_path, true, null, null from door order by batch
""",
    ]
)
"""For keys of which none is known, as mostly; counters are added up on the way here. A known key: UniqueViolation."""

STORE_SOME = "".join(
    [
        _DOOR_AND_ROWS,
        """
    on conflict (day, id) do nothing
    returning day, id
), tally as (
    select f.counter, count(*) as count from (
        select distinct on (t.day, t.id) t.counter
        from stored s join unnest(%(rows)s::gates_sent[]) as t using (day, id) join door using (batch)
        order by t.day, t.id, t.batch
    ) as f group by f.counter
""",
        _COUNTED,
        """
select door.batch, door.device_id, door.area_path, false, (select array_agg(id::text) from stored),
    (select array_agg(day - date '1970-01-01') from stored)
from door order by door.batch
""",
    ]
)
"""For keys of which some are known: those stay as they are, and only what is new is counted. A third slower."""

STORED_BEFORE = """
select t.day, p.id::text, p.verdict, p.reason, p.differs, p.content
from unnest(%s::uuid[], %s::int[]) as t(id, day)
join gates_passage p on p.id = t.id and p.day = '1970-01-01'::date + t.day
"""

QUARANTINE = """
insert into gates_quarantine (gate_id, area_path, device_id, item, item_hash, reason, detail, received_at)
select %s, %s, %s, t.item, t.item_hash, t.reason, t.detail, %s
from unnest(%s::text[], %s::bytea[], %s::text[], %s::text[]) as t(item, item_hash, reason, detail)
on conflict (gate_id, item_hash) do nothing
"""

FLAG = """
insert into gates_flag (kind, gate_id, area_path, passage, passage_day, at, detail, made_at, seen_by, outcome)
select 'content_differs', %s, %s, t.id, '1970-01-01'::date + t.day, %s, '{}', %s, '', ''
from unnest(%s::uuid[], %s::int[]) as t(id, day)
on conflict do nothing
"""

WHO = """
select d.gate_id, d.revoked_at is not null or d.expires_at <= %s from gates_device d where d.token_hash = %s
"""


COUNTER = ("counter", "batch", "day", "hour", "direction", "kind", "verdict", "reason", "overridden")
"""What the statement is told of each counter."""


class Answer(msgspec.Struct, gc=False):
    """What became of one item. `verdict` and `reason` are those that are stored (of the first, for a repetition)."""

    id: str | None
    outcome: str
    verdict: str | None
    reason: str
    differs: bool


@functools.lru_cache(maxsize=4096)
def token_hash(token: str) -> bytes:
    """What of a token is kept and compared."""
    return hashlib.sha256(token.encode()).digest()


def bearer(header: str) -> str:
    """The token of an Authorization header; empty when there is none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Door(msgspec.Struct, frozen=True):
    """A phone that may speak for its gate."""

    device: int
    path: str


Key = tuple[int, str]
"""The day a passage is kept under and the key its phone gave it: what no two rows share."""
Stored = set[Key] | None
"""The keys that were new; None when all were, which is mostly."""
First = dict[Key, tuple[str, str, bool, int]]
"""Verdict, reason, contradiction and digest of what was stored first."""


class Batch:
    """What one phone sent at once, read and put into rows but not yet stored."""

    __slots__ = ("gate", "lines", "made", "repeated", "token_hash", "unreadable")

    def __init__(self, token: str, gate: int, lines: list[Line | Unreadable]) -> None:
        self.token_hash = token_hash(token)
        self.gate = gate
        self.lines = lines
        self.unreadable = [one for one in lines if isinstance(one, Unreadable)]
        self.made: dict[Key, Line] = {}
        """Each key once: the first that was told under it."""
        self.repeated: list[Line] = []
        for one in lines:
            if isinstance(one, Line) and self.made.setdefault(one.kept_under, one) is not one:
                self.repeated.append(one)


Outcome = list[Answer] | Exception
"""What became of a batch: an answer to each item, or why there is none."""


def take(token: str, gate: str, body: bytes) -> list[Answer]:
    """Store a batch that a phone sent to a gate, and answer it item by item, in order.

    Raises Refusal when the phone may not (401, 403), or the body is no batch of at most two hundred items.
    """
    (outcome,) = take_together([read_batch(token, gate, body)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def read_batch(token: str, gate: str, body: bytes) -> Batch:
    """Read what was sent. Raises Refusal when it is no batch of at most two hundred items."""
    if len(body) > LARGEST_BODY:
        raise Refusal("gates.too_large", status=413, most=LARGEST_BATCH)
    number = int(gate) if gate.isascii() and gate.isdigit() and len(gate) < 19 else -1
    try:
        items = read(body)
    except NotABatchError as error:
        require_device(token_hash(token), number)
        raise Refusal("gates.not_a_batch", status=422, what=str(error)[:200]) from None
    if len(items) > LARGEST_BATCH:
        require_device(token_hash(token), number)
        raise Refusal("gates.too_many", status=413, count=len(items), most=LARGEST_BATCH)
    return Batch(token, number, _sort_out(items, clock.now()))


def take_together(batches: list[Batch]) -> list[Outcome]:
    """Store batches of several phones in one transaction and answer each.

    Each is stored whole or not at all. Where they cannot be stored together each is stored alone, so that one that
    fails harms no other.
    """
    now = clock.now()
    try:
        doors, stored = _store(batches, now)
    except (psycopg.Error, DatabaseError) as error:
        if len(batches) == 1:
            return [error]
        return [outcome for batch in batches for outcome in take_together([batch])]
    told: set[Key] = set()
    outcomes: list[Outcome] = []
    for number, batch in enumerate(batches, start=1):
        try:
            door = doors.get(number)
            if door is None:
                require_device(batch.token_hash, batch.gate)
                raise Refusal("gates.unknown_device", status=401)
            outcomes.append(_told(batch, door, stored, told, now))
        except (Refusal, psycopg.Error, DatabaseError) as error:
            outcomes.append(error)
    return outcomes


def _told(batch: Batch, door: Door, stored: Stored, told: set[Key], now: datetime) -> list[Answer]:
    """The answers to a batch that is stored. `told`: keys that an earlier batch of the group has brought."""
    if batch.unreadable:
        _quarantine(batch.gate, door, batch.unreadable, now)
    before: set[Key] = set()
    if stored is not None:
        before = {key for key in batch.made if key not in stored or key in told}
        told.update(batch.made)
    again = [batch.made[key] for key in before] + batch.repeated
    first = _first_of_repeated(again, batch.gate, door, now) if again else {}
    answers = []
    for one in batch.lines:
        if isinstance(one, Unreadable):
            answers.append(Answer(one.key, "quarantined", None, one.reason, False))
        elif again and (one.kept_under in before or batch.made[one.kept_under] is not one):
            verdict, reason, differs, content = first[one.kept_under]
            answers.append(Answer(one.item.id, "duplicate", verdict, reason, differs or content != one.content))
        else:
            answers.append(Answer(one.item.id, "stored", one.item.verdict, one.item.reason, one.differs))
    return answers


def require_device(token: bytes, gate: int) -> None:
    """Raise why a phone may not speak for a gate: unknown, revoked or expired (401), or another gate's (403)."""
    with connection.cursor() as cursor:
        cursor.execute(WHO, [clock.now(), token])
        found = cursor.fetchone()
    if found is None:
        raise Refusal("gates.unknown_device", status=401)
    if found[1]:
        raise Refusal("gates.device_ended", status=401)
    if found[0] != gate:
        raise Refusal("gates.other_gate", status=403)


def _sort_out(items: list[Sent | Unreadable], now: datetime) -> list[Line | Unreadable]:
    """Each item with the day it is kept under; those of days that are not kept are put aside as unreadable are."""
    first, last = _kept_days(clock.local_day(now))
    lines: list[Line | Unreadable] = []
    for item in items:
        one = line(item) if isinstance(item, Sent) else item
        if isinstance(one, Line) and not first <= one.kept_under[0] <= last:
            reason = "gates.day_gone" if one.kept_under[0] < first else "gates.day_ahead"
            one = Unreadable(written(one.item), reason, str(one.item.at), one.item.id)
        lines.append(one)
    return lines


@functools.lru_cache(maxsize=8)
def _kept_days(today: date) -> tuple[int, int]:
    first, last = partitions.kept(today)
    return first.toordinal() - EPOCH, last.toordinal() - EPOCH


def _store(batches: list[Batch], now: datetime) -> tuple[dict[int, Door], Stored]:
    """Run the statement; answers the phones that may speak, by the number of their batch, and what was stored."""
    try:
        found = _run(batches, now)
    except psycopg.errors.CheckViolation:
        # The part of a day is not there yet (a server that slept through its schedule): make it and go on.
        partitions.make_ahead(clock.local_day(now))
        found = _run(batches, now)
    doors = {number: Door(device, path) for number, device, path, *_rest in found}
    if not found or found[0][3]:
        return doors, None
    return doors, set(zip(found[0][5] or (), found[0][4] or (), strict=True))


def _run(batches: list[Batch], now: datetime) -> list[Any]:
    connection.ensure_connection()
    held = connection.connection
    number = made_ready(held)
    counters: dict[Any, list[Any]] = {}
    rows = []
    for at, batch in enumerate(batches, start=1):
        for one in batch.made.values():
            key = at, one.counter
            counter = counters.get(key)
            if counter is None:
                counter = counters[key] = [len(counters) + 1, 0]
            counter[1] += 1
            rows.append(row(one, at, counter[0]))
    parameters = {
        "tokens": [batch.token_hash for batch in batches],
        "gates": [batch.gate for batch in batches],
        "now": now,
        "rows": Rows(number, rows),
        "counts": [count for _number, count in counters.values()],
        "counters": _encode(
            [dict(zip(COUNTER, (counters[at, names][0], at, *names), strict=True)) for at, names in counters]
        ).decode(),
    }
    try:
        return _executed(held, STORE_NEW, parameters)
    except psycopg.errors.UniqueViolation:
        return _executed(held, STORE_SOME, parameters)


def _executed(held: psycopg.Connection[Any], statement: str, parameters: dict[str, Any]) -> list[Any]:
    around = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    with around, psycopg.Cursor(held) as cursor:
        return cursor.execute(statement, parameters, prepare=True).fetchall()


def _quarantine(gate: int, door: Door, unreadable: list[Unreadable], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            QUARANTINE,
            [
                gate,
                door.path,
                door.device,
                now,
                [one.raw.decode("utf-8", "replace").replace("\x00", "�")[:20_000] for one in unreadable],
                [one.digest for one in unreadable],
                [one.reason for one in unreadable],
                [one.detail.replace("\x00", "�") for one in unreadable],
            ],
        )


def _first_of_repeated(again: list[Line], gate: int, door: Door, now: datetime) -> First:
    """What is stored under the keys that were there before; another content under such a key is flagged."""
    with connection.cursor() as cursor:
        cursor.execute(STORED_BEFORE, [[one.item.id for one in again], [one.kept_under[0] for one in again]])
        first = {
            (day, key): (verdict, reason, differs, digest) for day, key, verdict, reason, differs, digest in cursor
        }
        others = {one.kept_under for one in again if first[one.kept_under][3] != one.content}
        if others:
            days, keys = zip(*sorted(others), strict=True)
            cursor.execute(FLAG, [gate, door.path, now, now, list(keys), list(days)])
    return first


_encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode


def written_answers(answers: list[Answer]) -> bytes:
    """The body of the answer."""
    return _encode({"items": answers})
