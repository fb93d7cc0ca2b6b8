"""What the feed knows of the database: which numbers of a list have which status, and what changed since a look.

Always asked of the rows, never of memory, so that a feed that was killed finds all that happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from shouwang.codes import holders, indexes
from shouwang.codes.status_list import Places, Statuses

_STATES = """
select distinct on (person_id) person_id, case colour {cases} end as status
from codes_colourstatus
where since <= %(at)s and (%(people)s::bigint[] is null or person_id = any(%(people)s))
order by person_id, since desc, id desc
""".format(cases=" ".join(f"when '{colour}' then {status}" for colour, status in holders.STATUS.items()))  # nosec B608 - our own text

_DAY = f"""
select holder.number, state.status from ({_STATES}) state join codes_codeholder holder using (person_id)
where %(people)s::bigint[] is not null or state.status <> 0
"""  # nosec B608 - our own text

_CARDS = f"""
select card.number, case when card.revoked_at is not null then {holders.REVOKED} else coalesce(state.status, 0) end
from codes_card card left join ({_STATES}) state using (person_id)
where card.list_number = %(list)s
  and (%(people)s::bigint[] is null and (card.revoked_at is not null or state.status <> 0)
       or card.person_id = any(%(people)s))
"""  # nosec B608 - our own text


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the tables had grown at a look. Each number only grows, and in the order of commits: whoever writes
    statuses, holders or cards holds a lock of its kind until the transaction is over."""

    status: int = 0
    holder: int = -1
    card: int = 0
    revoked: int = 0
    revoked_at: datetime | None = None


def look() -> Mark:
    """How far the tables have grown: four look-ups at the ends of indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select coalesce(max(id), 0) from codes_colourstatus),"
            " (select coalesce(max(number), -1) from codes_codeholder),"
            " (select coalesce(max(id), 0) from codes_card),"
            " (select count(*) from codes_card where revoked_at is not null),"
            " (select max(revoked_at) from codes_card where revoked_at is not null)"
        )
        return Mark(*cursor.fetchone())


def people_since(before: Mark, now: Mark) -> tuple[set[int], list[tuple[datetime, int]]]:
    """Whose status, number or cards are new since a look, and (moment, person) of statuses that begin later."""
    people: set[int] = set()
    coming: list[tuple[datetime, int]] = []
    with connection.cursor() as cursor:
        if now.status != before.status:
            cursor.execute("select person_id, since from codes_colourstatus where id > %s", [before.status])
            for person, since in cursor.fetchall():
                people.add(person)
                coming.append((since, person))
        if now.holder != before.holder:
            cursor.execute("select person_id from codes_codeholder where number > %s", [before.holder])
            people.update(person for (person,) in cursor.fetchall())
        if (now.card, now.revoked, now.revoked_at) != (before.card, before.revoked, before.revoked_at):
            # Revocations of the last hour again: two clocks may have written them out of order.
            cursor.execute(
                "select person_id from codes_card where id > %(id)s or revoked_at is not null and"
                " (%(at)s::timestamptz is null or revoked_at > %(at)s::timestamptz - interval '1 hour')",
                {"id": before.card, "at": before.revoked_at},
            )
            people.update(person for (person,) in cursor.fetchall())
    return people, coming


def coming_after(moment: datetime) -> list[tuple[datetime, int]]:
    """(moment, person) of every status that begins later than a moment."""
    with connection.cursor() as cursor:
        cursor.execute("select since, person_id from codes_colourstatus where since > %s", [moment])
        return list(cursor.fetchall())


def statuses(
    list_number: int, secret: bytes, at: datetime, people: Collection[int] | None = None
) -> tuple[Places, Statuses]:
    """Places and statuses of a list: of everybody who is not green, or of these people whatever they are."""
    asked = {"at": at, "people": None if people is None else list(people), "list": list_number}
    with connection.cursor() as cursor:
        cursor.execute(_CARDS if list_number >= indexes.FIRST_CARD_LIST else _DAY, asked)
        rows = np.array(cursor.fetchall(), dtype=np.uint32).reshape(-1, 2)
    return indexes.places(rows[:, 0], secret, list_number), rows[:, 1].astype(np.uint8)
