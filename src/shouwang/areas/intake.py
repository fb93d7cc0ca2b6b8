"""Files of places: `areas` (city down to communities and villages) and `compounds`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shouwang.areas.planting import AreaRow, CompoundRow, Planted, plant_areas, plant_compounds
from shouwang.areas.policy import IMPORTED_LEVELS, LON_LAT_BOX, LONGEST_CODE, LONGEST_NAME, MANAGED_BY
from shouwang.areas.rules import check_code
from shouwang.intake.kinds import Column, Context, Kind, Outcome, Row
from shouwang.refusal import Refusal

MOST_IN_A_COMPOUND = 200_000
"""More people than any compound has: a number beyond is a slipped column."""


def _name(row: Row) -> str:
    name = row.values["name"]
    if not name:
        raise Refusal("areas.no_name", field="name")
    if len(name) > LONGEST_NAME:
        raise Refusal("areas.long_name", field="name", limit=LONGEST_NAME)
    return name


def _outcome(planted: Planted, rows: list[Row]) -> Outcome:
    by_code = {row.values["code"]: row for row in rows}
    refused = [(by_code[code], refusal) for code, refusal in planted.refused.items()]
    notes = []
    if planted.named_villages:
        notes.append(Refusal("areas.stated_communities", count=planted.named_villages))
    return Outcome(len(planted.taken), len(planted.unchanged), refused, notes)


class Areas:
    """Reads and plants the rows of a file of units; rows may come in any order, so it takes the file at once."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def read(self, row: Row) -> AreaRow:
        """The unit a row states. Raises Refusal for a code, name or level that cannot be."""
        check_code(row.values["code"], LONGEST_CODE)
        level = row.values["level"].lower()
        if level not in IMPORTED_LEVELS:
            raise Refusal("areas.bad_level", field="level", level=level, levels=", ".join(IMPORTED_LEVELS))
        return AreaRow(row.values["code"], _name(row), level, row.values["parent_code"])

    def load(self, records: list[tuple[Row, AreaRow]]) -> Outcome:
        """Plant them."""
        planted = plant_areas([record for _row, record in records], self.context.scope_path)
        return _outcome(planted, [row for row, _record in records])


class Compounds:
    """Reads and plants the rows of a file of compounds."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def read(self, row: Row) -> CompoundRow:
        """The compound a row states. Raises Refusal for numbers and positions that cannot be."""
        values = row.values
        check_code(values["code"], LONGEST_CODE)
        managed_by = values["managed_by"].lower()
        if managed_by and managed_by not in MANAGED_BY:
            raise Refusal("areas.bad_managed_by", field="managed_by", value=values["managed_by"])
        lon, lat = _place(values["lon"], values["lat"])
        return CompoundRow(
            values["code"],
            _name(row),
            values["area_code"],
            _count(values["households"], "households"),
            _count(values["residents"], "residents"),
            managed_by,
            lon,
            lat,
        )

    def load(self, records: list[tuple[Row, CompoundRow]]) -> Outcome:
        """Plant them."""
        planted = plant_compounds([record for _row, record in records], self.context.scope_path)
        return _outcome(planted, [row for row, _record in records])


def _count(text: str, column: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > MOST_IN_A_COMPOUND:
        raise Refusal("areas.bad_number", field=column, value=text[:40], limit=MOST_IN_A_COMPOUND)
    return int(text)


def _place(lon: str, lat: str) -> tuple[float | None, float | None]:
    if not lon and not lat:
        return None, None
    west, south, east, north = LON_LAT_BOX
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        x = y = float("nan")
    if not (west <= x <= east and south <= y <= north):
        raise Refusal("areas.bad_place", field="lon", value=f"{lon}, {lat}"[:40])
    return x, y


AREAS = Kind(
    name="areas",
    title=_("Areas: city to communities and villages"),
    columns=("code", "name", "level", "parent_code"),
    deed="areas.import",
    loader=Areas,
    batch=None,
    key=("code",),
    explained={
        "code": Column(_("Code of the unit: the statistics bureau's, or your own"), "420102002003"),
        "name": Column(_("Name as people know it"), "保成社区"),
        "level": Column(_("One of: city, district, street, community, village"), "community"),
        "parent_code": Column(_("Code of the unit it belongs to; empty for the city"), "420102002", may_be_empty=True),
    },
)

COMPOUNDS = Kind(
    name="compounds",
    title=_("Compounds and hamlets"),
    columns=("code", "name", "area_code", "households", "residents", "managed_by", "lon", "lat"),
    deed="areas.import",
    loader=Compounds,
    batch=None,
    key=("code",),
    explained={
        "code": Column(_("Code of the compound; your own numbering, used for good"), "420102002003-01"),
        "name": Column(_("Name as people know it"), "江汉里小区"),
        "area_code": Column(_("Code of the community or village it stands in"), "420102002003"),
        "households": Column(_("Number of households"), "820", may_be_empty=True),
        "residents": Column(_("Number of residents"), "2100", may_be_empty=True),
        "managed_by": Column(_("property (a company) or community"), "property", may_be_empty=True),
        "lon": Column(_("Longitude in degrees"), "114.2955", may_be_empty=True),
        "lat": Column(_("Latitude in degrees"), "30.5928", may_be_empty=True),
    },
)
