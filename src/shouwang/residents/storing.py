"""New people into the database: sealed one by one, sent by COPY some hundreds at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from django.db import connection

from shouwang import clock
from shouwang.residents import rules
from shouwang.residents.reading import Resident
from shouwang.residents.sealing import Sealer, sealer

LINES_A_WRITE = 250
"""So few that the server stores the first lines while we seal the next."""

STORED = (
    "ref, name_sealed, id_number_sealed, phone_sealed, name_hash, id_number_hash, phone_hash, birth_date, sex,"
    " household_id, area_id, area_path, building, unit, dwelling, needs, registered_at"
)
COPY = f"copy residents_person ({STORED}) from stdin"  # nosec B608 - column names, no data
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Unit(NamedTuple):
    """What is needed of a unit of the tree."""

    id: int
    path: str


def store(residents: Iterable[tuple[Resident, Unit]]) -> None:
    """Seal new people and send them to the database, which stores the first while the next are sealed.

    Raises the driver's UniqueViolation of constraint `person_once` when one of them exists, so call it in a transaction
    of its own.
    """
    people = list(residents)
    households = _households(people)
    lines = _lines(people, households, sealer(), clock.now().isoformat())
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        while block := list(islice(lines, LINES_A_WRITE)):
            copy.write("".join(block))


def _households(people: list[tuple[Resident, Unit]]) -> dict[tuple[int, str], int]:
    """Row numbers of the households named, by compound and reference; those that are missing are made."""
    named: dict[tuple[int, str], tuple[Resident, Unit]] = {}
    for resident, unit in people:
        if resident.household:
            named.setdefault((unit.id, resident.household), (resident, unit))
    if not named:
        return {}
    refs, ids = [ref for _area, ref in named], [area for area, _ref in named]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into residents_household (ref, area_id, area_path, building, unit, dwelling)"
            " select * from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " on conflict (area_id, ref) do nothing",
            [
                refs,
                ids,
                [unit.path for _resident, unit in named.values()],
                [resident.building for resident, _unit in named.values()],
                [resident.unit for resident, _unit in named.values()],
                [resident.dwelling for resident, _unit in named.values()],
            ],
        )
        cursor.execute(
            "select h.area_id, h.ref, h.id from residents_household h"
            " join unnest(%s::bigint[], %s::text[]) as named (area_id, ref) using (area_id, ref)",
            [ids, refs],
        )
        return {(area, ref): number for area, ref, number in cursor.fetchall()}


def _lines(
    people: list[tuple[Resident, Unit]], households: dict[tuple[int, str], int], lock: Sealer, now: str
) -> Iterator[str]:
    """The rows in COPY's text form, in the order of STORED."""
    seal, digest = lock.seal, lock.hash
    for resident, unit in people:
        ref = resident.person
        name, number, phone = resident.name, resident.id_number, resident.phone
        yield "\t".join(
            (
                _text(ref),
                _bytes(seal("name", ref, name)),
                _bytes(seal("id_number", ref, number)) if number else "\\N",
                _bytes(seal("phone", ref, phone)) if phone else "\\N",
                _bytes(digest("name", rules.look_up_name(name))),
                _bytes(digest("id_number", number)) if number else "\\N",
                _bytes(digest("phone", phone.removeprefix("+"))) if phone else "\\N",
                resident.birth_date.isoformat() if resident.birth_date else "\\N",
                resident.sex,
                str(households[unit.id, resident.household]) if resident.household else "\\N",
                str(unit.id),
                _text(unit.path),
                _text(resident.building),
                _text(resident.unit),
                _text(resident.dwelling),
                "{" + ",".join(resident.needs) + "}",
                now + "\n",
            )
        )


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _text(value: str) -> str:
    return value.translate(ESCAPES) if "\\" in value else value
