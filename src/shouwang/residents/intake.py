"""Taking in files of residents: columns to sealed rows, some thousands at a time.

A file adds people and never changes them. Communities send their whole list again every week; a row that says what is
registered already is *unchanged*, and so is one that leaves empty what has been filled in since. A row that contradicts
the register is refused with the columns that differ: a move, a new phone or a new need is a deed of somebody, with a
reason, on the person's page. Otherwise last week's list, sent again by mistake, would move people back into the flats
they left.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.intake import kinds
from shouwang.intake.kinds import Column, Context, Kind, Outcome, Row
from shouwang.refusal import Refusal
from shouwang.residents.models import Person
from shouwang.residents.reading import COLUMNS, Resident, read_resident
from shouwang.residents.sealing import sealer
from shouwang.residents.storing import Unit, store

Read = tuple[Row, Resident]
Refused = tuple[Row, Refusal]


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
                    store((resident, unit) for _row, resident in new if (unit := self.units[resident.compound_code]))
            except UniqueViolation as error:
                # COPY speaks to the driver itself, so this is the driver's own exception.
                if error.diag.constraint_name != "person_once":
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
        known = registered([resident.person for _row, resident in placed])
        if not known:
            return placed, 0, []
        new, unchanged, refused = [], 0, []
        for row, resident in placed:
            if resident.person not in known:
                new.append((row, resident))
                continue
            path, person = known[resident.person]
            if not path.startswith(self.context.scope_path):
                refused.append((row, Refusal("residents.ref_taken_elsewhere", field="person", ref=resident.person)))
            elif columns := differing(resident, person):
                refusal = Refusal(
                    "residents.other_content", field=columns[0], ref=resident.person, columns=", ".join(columns)
                )
                refused.append((row, refusal))
            else:
                unchanged += 1
        return new, unchanged, refused


def registered(refs: list[str]) -> dict[str, tuple[str, Resident]]:
    """Those of the references that are registered: the path of where they live, and what a row of them would say."""
    # One array: five thousand parameters would cost more to write into the statement than the rows to read.
    wanted = RawSQL("select unnest(%s::text[])", [refs])  # nosec B611 - a parameter
    columns = (
        "area_path", "ref", "name_sealed", "id_number_sealed", "phone_sealed", "birth_date", "sex", "area__code",
        "building", "unit", "dwelling", "household__ref", "needs",
    )  # fmt: skip
    rows = Person.objects.filter(ref__in=wanted).values_list(*columns)
    known, lock = {}, sealer()
    for path, ref, name, number, phone, *address, household, needs in rows:
        name, number = lock.open("name", ref, name), lock.open("id_number", ref, number)
        phone = lock.open("phone", ref, phone)
        known[ref] = (path, Resident._make([ref, name, number, phone, *address, household or "", tuple(needs)]))
    return known


def differing(said: Resident, known: Resident) -> list[str]:
    """The columns in which a row contradicts the register. An empty cell contradicts nothing."""
    return [column for column, new, old in zip(COLUMNS, said, known, strict=True) if new and new != old]


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
