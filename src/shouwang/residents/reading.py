"""One row of a file, or one filled-in form, read and checked as a whole. Pure: no Django, no files."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from shouwang.refusal import Refusal
from shouwang.residents import rules
from shouwang.residents.policy import LONGEST_REF

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
