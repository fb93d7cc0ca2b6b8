"""Taking in files of residents: columns to sealed rows, some thousands at a time.

A file adds people and never changes them. Communities send their whole list again every week; a row that says what is
registered already is *unchanged*, and so is one that leaves empty what has been filled in since. A row that contradicts
the register is refused with the columns that differ: a move, a new phone or a new need is a deed of somebody, with a
reason, on the person's page. Otherwise last week's list, sent again by mistake, would move people back into the flats
they left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.intake import kinds
from shouwang.intake.kinds import Column, Context, Kind, Outcome, Row
from shouwang.refusal import Refusal
from shouwang.residents import rules
from shouwang.residents.models import Person
from shouwang.residents.sealing import Sealer, sealer

COLUMNS = (
    "person",
    "name",
    "id_number",
    "phone",
    "birth_date",
    "sex",
    "compound_code",
    "building",
    "unit",
    "dwelling",
    "household",
    "needs",
)
LONGEST_REF = 64
LINES_A_WRITE = 250
"""So few that the server stores the first lines while we seal the next."""

STORED = (
    "ref, name_sealed, id_number_sealed, phone_sealed, name_hash, id_number_hash, phone_hash, birth_date, sex,"
    " household_id, area_id, area_path, building, unit, dwelling, needs, registered_at"
)
COPY = f"copy residents_person ({STORED}) from stdin"  # nosec B608 - column names, no data
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Resident(NamedTuple):
    """One row, read and checked; its texts are in the form in which they are kept. Named as the columns of a file."""

    person: str
    name: str
    id_number: str
    phone: str
    birth_date: date | None
    sex: str
    compound_code: str
    building: str
    unit: str
    dwelling: str
    household: str
    needs: tuple[str, ...]


class Unit(NamedTuple):
    """What is needed of a unit of the tree."""

    id: int
    path: str


Read = tuple[Row, Resident]
Refused = tuple[Row, Refusal]


def read_resident(values: dict[str, str], today: date) -> Resident:
    """Read one row. Raises Refusal with the column at fault."""
    ref = values["person"]
    if not ref:
        raise Refusal("residents.ref_empty", field="person")
    if len(ref) > LONGEST_REF or not ref.isprintable() or " " in ref or "/" in ref:
        raise Refusal("residents.ref_unreadable", field="person", longest=LONGEST_REF)
    if not values["compound_code"]:
        raise Refusal("residents.compound_empty", field="compound_code")
    birth_date = rules.read_birth_date(values["birth_date"], today)
    sex = rules.read_sex(values["sex"])
    identity = rules.read_id_number(values["id_number"], birth_date, sex)
    if identity and identity.birth_date and birth_date is None:
        rules.check_birth_date(identity.birth_date, today, field="id_number")
    return Resident(
        ref,
        rules.read_name(values["name"]),
        identity.number if identity else "",
        rules.read_phone(values["phone"]),
        birth_date or (identity.birth_date if identity else None),
        sex or (identity.sex if identity else ""),
        values["compound_code"],
        rules.read_label(values["building"], "building"),
        rules.read_label(values["unit"], "unit"),
        rules.read_label(values["dwelling"], "dwelling"),
        rules.read_label(values["household"], "household"),
        rules.read_needs(values["needs"]),
    )


class Residents:
    """The loader of one file of residents."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.today = clock.local_day(context.now)
        self.units: dict[str, Unit | None] = {}

    def read(self, row: Row) -> Resident:
        """One row, checked by itself."""
        return read_resident(row.values, self.today)

    def load(self, records: list[tuple[Row, Any]]) -> Outcome:
        """Store those who are new. Somebody else's import may register the same people meanwhile; then what they
        stored is compared as if it had been there before."""
        placed, refused = self._place(records)
        while True:
            new, unchanged, contradicting = self._compare(placed)
            if not new:
                return Outcome(0, unchanged, refused + contradicting)
            try:
                with transaction.atomic():
                    store((resident, self.units[resident.compound_code]) for _row, resident in new)
            except (UniqueViolation, IntegrityError) as error:
                if "person_once" not in str(error):
                    raise
                continue
            return Outcome(len(new), unchanged, refused + contradicting)

    def _place(self, records: list[Read]) -> tuple[list[Read], list[Refused]]:
        """Those whose compound exists inside the importer's area, and the others with the reason."""
        unknown = {resident.compound_code for _row, resident in records} - self.units.keys()
        if unknown:
            self.units.update(dict.fromkeys(unknown))
            for area in areas.by_codes(unknown).values():
                if area.valid_until is None or area.valid_until > self.today:
                    self.units[area.code] = Unit(area.pk, area.path)
        placed, refused = [], []
        for row, resident in records:
            unit = self.units[resident.compound_code]
            if unit is None:
                code = "residents.no_such_compound"
            elif not unit.path.startswith(self.context.scope_path):
                code = "residents.outside_area"
            else:
                placed.append((row, resident))
                continue
            refused.append((row, Refusal(code, field="compound_code", code=resident.compound_code)))
        return placed, refused

    def _compare(self, placed: list[Read]) -> tuple[list[Read], int, list[Refused]]:
        """Part the rows into new ones, how many say what is registered, and those that contradict it."""
        registered = Person.objects.filter(ref__in=[resident.person for _row, resident in placed])
        known = {person.ref: person for person in registered.select_related("area", "household")}
        if not known:
            return placed, 0, []
        lock = sealer()
        new, unchanged, refused = [], 0, []
        for row, resident in placed:
            person = known.get(resident.person)
            if person is None:
                new.append((row, resident))
            elif not person.area_path.startswith(self.context.scope_path):
                refused.append((row, Refusal("residents.ref_taken_elsewhere", field="person", ref=resident.person)))
            elif columns := differing(resident, person, lock):
                facts = {"ref": resident.person, "columns": ", ".join(columns)}
                refused.append((row, Refusal("residents.other_content", field=columns[0], **facts)))
            else:
                unchanged += 1
        return new, unchanged, refused


def differing(resident: Resident, person: Person, lock: Sealer) -> list[str]:
    """The columns in which a row contradicts the register. An empty cell contradicts nothing."""
    registered = Resident(
        person.ref,
        lock.open("name", person.ref, person.name_sealed),
        lock.open("id_number", person.ref, person.id_number_sealed),
        lock.open("phone", person.ref, person.phone_sealed),
        person.birth_date,
        person.sex,
        person.area.code,
        person.building,
        person.unit,
        person.dwelling,
        person.household.ref if person.household else "",
        tuple(person.needs),
    )
    return [
        column
        for column, said, known in zip(COLUMNS, resident, registered, strict=True)
        if said and said != known
    ]


def store(residents: Iterable[tuple[Resident, Unit | None]]) -> None:
    """Seal new people and send them to the database, which stores the first while the next are sealed.

    Raises IntegrityError on constraint `person_once` when one of them exists; call it in a transaction of its own.
    """
    people = [(resident, unit) for resident, unit in residents if unit is not None]
    households = _households(people)
    lines = _lines(people, households, sealer(), clock.now().isoformat())
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        while block := list(_take(lines, LINES_A_WRITE)):
            copy.write("".join(block))


def _take(lines: Iterator[str], count: int) -> Iterator[str]:
    for _number, line in zip(range(count), lines, strict=False):
        yield line


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


KIND = Kind(
    name="residents",
    title=_("Residents"),
    columns=COLUMNS,
    deed="residents.import",
    loader=Residents,
    key=("person",),
    explained={
        "person": Column(_("a reference of the person, the same in every file"), "P000123"),
        "name": Column(_("full name"), "张伟"),
        "id_number": Column(_("resident ID number, or kind and number such as P:E12345678"), may_be_empty=True),
        "phone": Column(_("one phone number"), "13800138000", may_be_empty=True),
        "birth_date": Column(_("birth date; taken from the ID number when empty"), "1950-03-01", may_be_empty=True),
        "sex": Column(_("male or female; taken from the ID number when empty"), "female", may_be_empty=True),
        "compound_code": Column(_("code of the compound where the person lives"), "420102002001-01"),
        "building": Column(_("building"), "3", may_be_empty=True),
        "unit": Column(_("unit (stairwell)"), "2", may_be_empty=True),
        "dwelling": Column(_("door"), "501", may_be_empty=True),
        "household": Column(_("a reference of the household within the compound"), "H0451", may_be_empty=True),
        "needs": Column(_("needs, separated by semicolons"), "lives_alone;over_80", may_be_empty=True),
    },
)


def register() -> None:
    """Make the kind known to the intake room."""
    kinds.register(KIND)
