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
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from django.db import connection, transaction

from shouwang import clock
from shouwang.gates import partitions
from shouwang.gates.columns import Line, columns
from shouwang.gates.own_look import contradicts_itself
from shouwang.gates.sent import LARGEST_BATCH, LARGEST_BODY, NotABatchError, Sent, Unreadable, content, read, written
from shouwang.refusal import Refusal

EPOCH_DAY = date(1970, 1, 1).toordinal()
KEY_TRUSTED_MS = 12 * 3600 * 1000
"""How far the time inside a key may be from the signed clock and still say in which day's part a row is kept."""

STORE = """
with door as materialized (
    select d.id as device_id, d.gate_id, g.area_path
    from gates_device d join gates_gate g on g.id = d.gate_id
    where d.token_hash = %s and d.gate_id = %s and d.revoked_at is null and d.expires_at > %s
), stored as (
    insert into gates_passage (
        id, day, gate_id, area_path, device_id, at, offset_ms, received_at, direction, kind, list, idx, cti, "row",
        temperature, second_temperature, mask, identity, verdict, reason, feed_sequence, policy_version, guard,
        overridden, detail, differs, content)
    select t.id, '1970-01-01'::date + t.day, door.gate_id, door.area_path, door.device_id,
        to_timestamp(t.at / 1000.0), t.offset_ms, %s, t.direction, t.kind, t.list, t.idx, t.cti, t."row",
        t.temperature, t.second_temperature, t.mask, t.identity, t.verdict, t.reason, t.feed_sequence,
        t.policy_version, t.guard, t.overridden, t.detail, t.differs, t.content
    from door, unnest(
        %s::uuid[], %s::int[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[], %s::text[],
        %s::bigint[], %s::numeric[], %s::numeric[], %s::boolean[], %s::boolean[], %s::text[], %s::text[],
        %s::bigint[], %s::text[], %s::bigint[], %s::boolean[], %s::jsonb[], %s::boolean[], %s::bigint[]
    ) as t(id, day, at, offset_ms, direction, kind, list, idx, cti, "row", temperature, second_temperature, mask,
        identity, verdict, reason, feed_sequence, policy_version, guard, overridden, detail, differs, content)
    -- In one order, or two batches with the same keys the other way round would wait for each other.
    order by t.day, t.id
    on conflict (day, id) do nothing
    returning id, gate_id, area_path, at, direction, kind, verdict, reason, overridden
), counted as (
    insert into gates_passagecount (gate_id, area_path, day, hour, direction, kind, verdict, reason, overridden, count)
    select gate_id, area_path, (at at time zone %s)::date, extract(hour from at at time zone %s), direction, kind,
        verdict, reason, overridden, count(*)
    from stored group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 3, 4, 5, 6, 7, 8, 9
    on conflict (gate_id, day, hour, direction, kind, verdict, reason, overridden)
    do update set count = gates_passagecount.count + excluded.count
)
select door.device_id, door.area_path, (select array_agg(id::text) from stored) from door
"""

STORED_BEFORE = """
select p.id::text, p.verdict, p.reason, p.differs, p.content, p.day
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


def take(token: str, gate: str, body: bytes) -> list[Answer]:
    """Store a batch that a phone sent to a gate, and answer it item by item, in order.

    Raises Refusal when the phone may not (401, 403), or the body is no batch of at most two hundred items.
    """
    if len(body) > LARGEST_BODY:
        raise Refusal("gates.too_large", status=413, most=LARGEST_BATCH)
    number = int(gate) if gate.isascii() and gate.isdigit() and len(gate) < 19 else -1
    try:
        items = read(body)
    except NotABatchError as error:
        require_device(token, number)
        raise Refusal("gates.not_a_batch", status=422, what=str(error)[:200]) from None
    if len(items) > LARGEST_BATCH:
        require_device(token, number)
        raise Refusal("gates.too_many", status=413, count=len(items), most=LARGEST_BATCH)
    now = clock.now()
    lines, unreadable = _sort_out(items, now)
    made = [line for line in lines if isinstance(line, Line)]
    device, path, stored = _store(token, number, made, now)
    if device is None:
        require_device(token, number)
        raise Refusal("gates.unknown_device", status=401)
    if unreadable:
        _quarantine(number, path, device, unreadable, now)
    first = _first_of_repeated(made, stored, number, path, now) if len(stored) < len(made) else {}
    return _answers(lines, stored, first)


def require_device(token: str, gate: int) -> None:
    """Raise why a phone may not speak for a gate: unknown, revoked or expired (401), or another gate's (403)."""
    with connection.cursor() as cursor:
        cursor.execute(WHO, [clock.now(), token_hash(token)])
        found = cursor.fetchone()
    if found is None:
        raise Refusal("gates.unknown_device", status=401)
    if found[1]:
        raise Refusal("gates.device_ended", status=401)
    if found[0] != gate:
        raise Refusal("gates.other_gate", status=403)


def _sort_out(items: list[Sent | Unreadable], now: datetime) -> tuple[list[Line | Unreadable], list[Unreadable]]:
    """Each item with the day it is kept under; those of days that are not kept are put aside as unreadable are."""
    first, last = _kept_days(clock.local_day(now))
    offset = _zone_offset_ms(now)
    lines: list[Line | Unreadable] = []
    for item in items:
        if isinstance(item, Sent):
            line = _line(item, offset)
            if not first <= line.day <= last:
                reason = "gates.day_gone" if line.day < first else "gates.day_ahead"
                lines.append(Unreadable(written(item), reason, str(item.at), item.id))
                continue
            lines.append(line)
        else:
            lines.append(item)
    return lines, [line for line in lines if isinstance(line, Unreadable)]


def _line(item: Sent, zone_offset_ms: int) -> Line:
    """The part of a row follows from its key alone, so that a repetition meets the first whatever else it says; only
    from a phone whose clock is wildly off is it taken from the signed clock."""
    at = int(item.at.timestamp() * 1000) + int(item.clock_offset_ms)
    made = int(item.id[:8] + item.id[9:13], 16)
    day = ((made if abs(made - at) <= KEY_TRUSTED_MS else at) + zone_offset_ms) // 86_400_000
    return Line(item, day, at, content(item))


@functools.lru_cache(maxsize=8)
def _kept_days(today: date) -> tuple[int, int]:
    first, last = partitions.kept(today)
    return first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY


def _zone_offset_ms(now: datetime) -> int:
    local = now.astimezone(clock.ZONE).utcoffset()
    return int((local or timedelta()).total_seconds() * 1000)


def _store(token: str, gate: int, made: list[Line], now: datetime) -> tuple[int | None, str, set[str]]:
    """Run the statement; answers the phone's number (None when it may not), the gate's path, and what was stored."""
    parameters = [token_hash(token), gate, now, now, *columns(made), clock.ZONE.key, clock.ZONE.key]
    try:
        found = _run(parameters)
    except psycopg.errors.CheckViolation:
        # The part of a day is not there yet (a server that slept through its schedule): make it and go on.
        partitions.make_ahead(clock.local_day(now))
        found = _run(parameters)
    if found is None:
        return None, "", set()
    device, path, stored = found
    return device, path, set(stored or ())


def _run(parameters: list[Any]) -> Any:
    connection.ensure_connection()
    around = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    with around, connection.connection.cursor() as cursor:
        return cursor.execute(STORE, parameters, prepare=True).fetchone()


def _quarantine(gate: int, path: str, device: int, unreadable: list[Unreadable], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            QUARANTINE,
            [
                gate,
                path,
                device,
                now,
                [one.raw.decode("utf-8", "replace").replace("\x00", "�")[:20_000] for one in unreadable],
                [one.digest for one in unreadable],
                [one.reason for one in unreadable],
                [one.detail.replace("\x00", "�") for one in unreadable],
            ],
        )


def _first_of_repeated(
    made: list[Line], stored: set[str], gate: int, path: str, now: datetime
) -> dict[str, tuple[str, str, bool, int]]:
    """What is stored under the keys that were there before; another content under such a key is flagged."""
    repeated = [line for line in made if line.item.id not in stored]
    again = repeated + [line for line in made if line.item.id in stored and _twice(line, made)]
    with connection.cursor() as cursor:
        cursor.execute(STORED_BEFORE, [[line.item.id for line in again], [line.day for line in again]])
        first = {key: (verdict, reason, differs, digest) for key, verdict, reason, differs, digest, _day in cursor}
        others = {line.item.id: line.day for line in again if first[line.item.id][3] != line.content}
        if others:
            cursor.execute(FLAG, [gate, path, now, now, list(others), list(others.values())])
    return first


def _twice(line: Line, made: list[Line]) -> bool:
    return sum(1 for other in made if other.item.id == line.item.id) > 1


def _answers(
    lines: list[Line | Unreadable], stored: set[str], first: dict[str, tuple[str, str, bool, int]]
) -> list[Answer]:
    answers, told = [], set()
    for line in lines:
        if isinstance(line, Unreadable):
            answers.append(Answer(line.key, "quarantined", None, line.reason, False))
            continue
        item = line.item
        if item.id in stored and item.id not in told:
            told.add(item.id)
            answers.append(Answer(item.id, "stored", item.verdict, item.reason, contradicts_itself(item)))
            continue
        verdict, reason, differs, digest = first[item.id]
        answers.append(Answer(item.id, "duplicate", verdict, reason, differs or digest != line.content))
    return answers


_encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode


def written_answers(answers: list[Answer]) -> bytes:
    """The body of the answer."""
    return _encode({"items": answers})
