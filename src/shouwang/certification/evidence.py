"""Reading the health record into what stands against units: of some people at once, anew and whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models.expressions import RawSQL

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification.families import finding_kinds
from shouwang.certification.models import EvidenceMark, EvidenceRow
from shouwang.certification.spans import Home, Piece, pieces_of
from shouwang.health import queries as health
from shouwang.residents import queries as residents

PEOPLE_A_PORTION = 5000


def these(numbers: Iterable[int]) -> RawSQL:
    """Many numbers as one parameter: written out one by one, thousands cost more than the rows they find."""
    return RawSQL("select unnest(%s::bigint[])", [list(numbers)])  # nosec B611 - our own text


def read_people(person_ids: Iterable[int]) -> set[int]:
    """Read what is recorded about people into rows; answers the units in which something became another."""
    people = sorted(set(person_ids))
    touched: set[int] = set()
    for start in range(0, len(people), PEOPLE_A_PORTION):
        touched |= _read_portion(people[start : start + PEOPLE_A_PORTION])
    return touched


def _read_portion(people: Sequence[int]) -> set[int]:
    told = health.told_of_people(people)
    homes = residents.homes_of(people)
    root = areas.root()
    policy = health.policy_on(clock.today(), root.path if root else "")
    wanted = finding_kinds()
    before: dict[int, dict[Piece, int]] = {person: {} for person in people}
    columns = ("event", "kind", "is_case", "own", "area_id", "since", "until")
    for number, person, *values in EvidenceRow.objects.filter(person_id__in=these(people)).values_list(
        "id", "person_id", *columns
    ):
        before[person][Piece(*values)] = number
    gone: list[int] = []
    new: list[EvidenceRow] = []
    touched: set[int] = set()
    for person in people:
        told_of = told.get(person)
        pieces = set(pieces_of(told_of.events, policy, homes[person], wanted)) if told_of and person in homes else set()
        for piece in before[person].keys() - pieces:
            gone.append(before[person][piece])
            touched.add(piece.area)
        for piece in sorted(pieces - before[person].keys(), key=lambda piece: (piece.since, piece.event, piece.kind)):
            touched.add(piece.area)
            new.append(
                EvidenceRow(
                    person_id=person, area_id=piece.area, event=piece.event, kind=piece.kind, is_case=piece.is_case,
                    own=piece.own, since=piece.since, until=piece.until,
                )
            )  # fmt: skip
    if gone:
        EvidenceRow.objects.filter(pk__in=these(gone)).delete()
    EvidenceRow.objects.bulk_create(new, batch_size=5000)
    EvidenceMark.objects.bulk_create(
        [EvidenceMark(person_id=person, rows=one.rows, homes=_homes(homes[person])) for person, one in told.items()],
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["rows", "homes"],
        batch_size=5000,
    )
    return touched


def _homes(homes: Sequence[Home]) -> str:
    return ";".join(f"{until or ''}@{area}" for until, area in homes)


def people_not_read() -> list[int]:
    """People about whom something was recorded, or who moved, since they were read: what an announcement missed."""
    marks = {row[0]: row[1:] for row in EvidenceMark.objects.values_list("person_id", "rows", "homes")}
    counts = health.event_counts()
    missed = [person for person, rows in counts.items() if person not in marks or marks[person][0] != rows]
    known = [person for person in counts if person in marks and marks[person][0] == counts[person]]
    homes = residents.homes_of(known)
    return missed + [person for person in known if person in homes and _homes(homes[person]) != marks[person][1]]


def rows_of(area_ids: Iterable[int]) -> list[Piece]:
    """What stands or stood against units, of their own people."""
    rows = EvidenceRow.objects.filter(area_id__in=these(area_ids)).order_by("since", "event", "id")
    return [Piece(*row) for row in rows.values_list("event", "kind", "is_case", "own", "area_id", "since", "until")]
