"""Finding and reading people, always through the viewer's area, always masked.

`people_in` and `person_in` are the only ways to rows of people; what lies outside the scope is as if it did not exist.
Other rooms get places by reference (`places_of`, `places_on`) and masked people (`masked_by_id`), never models.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from shouwang import clock
from shouwang.command.rules import Scope
from shouwang.refusal import Refusal
from shouwang.residents import rules
from shouwang.residents.masking import mask_id_number, mask_name, mask_phone
from shouwang.residents.models import Household, Person, Relation, Residence
from shouwang.residents.policy import PAGE_SIZE
from shouwang.residents.sealing import sealer


@dataclass(frozen=True)
class Place:
    """Where a person lives: the smallest unit, its path, and the dwelling inside it."""

    area_id: int
    area_path: str
    building: str = ""
    unit: str = ""
    dwelling: str = ""


@dataclass(frozen=True)
class PersonPlace(Place):
    """A person, by row and reference, with the place they live in now."""

    id: int = 0
    ref: str = ""


@dataclass(frozen=True)
class MaskedPerson:
    """A person as lists and pages show them: enough to tell them apart, nothing to copy."""

    id: int
    ref: str
    name: str
    id_number: str
    phone: str
    age: int | None
    sex: str
    household_id: int | None
    household: str
    building: str
    unit: str
    dwelling: str
    needs: tuple[str, ...]
    area_id: int
    area_code: str
    area_name: str
    area_path: str


@dataclass(frozen=True)
class Sought:
    """What is looked for. Empty means no matter; several together must all hold."""

    name: str = ""
    id_number: str = ""
    phone: str = ""
    ref: str = ""
    area_path: str = ""
    """Path of a unit within the viewer's area, to narrow the list to it."""
    building: str = ""
    unit: str = ""
    dwelling: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One page of people, and what to give as `after` to get the next; empty when this is the last."""

    people: list[MaskedPerson]
    next: str = ""


def people_in(scope: Scope) -> QuerySet[Person]:
    """Everybody who lives in the viewer's area."""
    if not scope.area_path:
        return Person.objects.none()
    return Person.objects.filter(area_path__startswith=scope.area_path)


def person_in(scope: Scope, ref: str) -> Person:
    """The person with a reference. Raises Refusal 404 when there is none, or none in the viewer's area: the two look
    the same, so that references cannot be tried out."""
    person = people_in(scope).filter(ref=ref).select_related("area", "household").first()
    if person is None:
        raise Refusal("residents.no_such_person", status=404)
    return person


def sought_in(scope: Scope, sought: Sought) -> QuerySet[Person]:
    """Everybody in the viewer's area who fits. Names, ID numbers and phones match whole, by their keyed hash."""
    found = people_in(scope)
    lock = sealer()
    if sought.area_path:
        found = found.filter(area_path__startswith=sought.area_path)
    if sought.name:
        found = found.filter(name_hash__in=lock.hashes("name", rules.look_up_name(sought.name)))
    if sought.id_number:
        found = found.filter(id_number_hash__in=lock.hashes("id_number", rules.look_up_id_number(sought.id_number)))
    if sought.phone:
        number = rules.look_up_phone(sought.phone)
        if not number:
            return found.none()
        found = found.filter(phone_hash__in=lock.hashes("phone", number))
    if sought.ref:
        found = found.filter(ref=sought.ref.strip())
    for column in ("building", "unit", "dwelling"):
        if value := rules.read_label(getattr(sought, column), column):
            found = found.filter(**{column: value})
    if sought.needs:
        # Says what the index of people in need is about, which the database does not conclude by itself.
        found = found.filter(needs__contains=list(sought.needs)).exclude(needs=[])
    return found


def find(scope: Scope, sought: Sought, *, after: str = "", limit: int = PAGE_SIZE) -> Found:
    """One page of those who fit, compound by compound.

    Pages follow each other by the last row seen, not by counting rows to skip: the thousandth page costs what the
    first does, and nobody is shown twice when somebody is registered in between.
    """
    people = sought_in(scope, sought).order_by("area_path", "id").select_related("area", "household")
    if last := _seen(after):
        people = people.filter(TupleGreaterThan(Tuple("area_path", "id"), last))
    rows = list(people[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return Found([masked(row) for row in rows], f"{rows[-1].id}@{rows[-1].area_path}" if more else "")


def _seen(after: str) -> tuple[str, int] | None:
    """The place and row that a page ended with. A mark that was tampered with starts from the beginning."""
    number, _, path = after.partition("@")
    return (path, int(number)) if number.isascii() and number.isdigit() and len(number) < 19 and path else None


def masked(person: Person) -> MaskedPerson:
    """A person as shown. Reads the related area and household, so fetch them along (`select_related`)."""
    lock = sealer()
    return MaskedPerson(
        id=person.pk,
        ref=person.ref,
        name=mask_name(lock.open("name", person.ref, person.name_sealed)),
        id_number=mask_id_number(lock.open("id_number", person.ref, person.id_number_sealed)),
        phone=mask_phone(lock.open("phone", person.ref, person.phone_sealed)),
        age=rules.age_on(person.birth_date, clock.today()),
        sex=person.sex,
        household_id=person.household_id,
        household=person.household.ref if person.household else "",
        building=person.building,
        unit=person.unit,
        dwelling=person.dwelling,
        needs=tuple(person.needs),
        area_id=person.area_id,
        area_code=person.area.code,
        area_name=person.area.name,
        area_path=person.area_path,
    )


def masked_by_id(scope: Scope, ids: Iterable[int]) -> dict[int, MaskedPerson]:
    """Masked people by row number; those outside the viewer's area are left out. For lists of the rooms above."""
    people = people_in(scope).filter(id__in=list(ids)).select_related("area", "household")
    return {person.pk: masked(person) for person in people}


def some_of(compound_codes: Iterable[str]) -> list[PersonPlace]:
    """One resident of each of some compounds that have any, the first registered. Not scoped, as `places_of`."""
    rows = Person.objects.filter(area__code__in=list(compound_codes)).order_by("area_id", "id").distinct("area_id")
    columns = ("ref", "id", "area_id", "area_path", "building", "unit", "dwelling")
    return [
        PersonPlace(area_id, path, building, unit, dwelling, id=number, ref=ref)
        for ref, number, area_id, path, building, unit, dwelling in rows.values_list(*columns)
    ]


def number_in(area_path: str) -> int:
    """How many people are registered at or under a path."""
    return Person.objects.filter(area_path__startswith=area_path).count() if area_path else 0


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A resident as the roster at a gate names them: nothing that leads anywhere else."""

    id: int
    household: int | None
    dwelling: str
    name: str


def masked_of_compound(area_path: str) -> list[RosterLine]:
    """Everybody who lives in one compound, by dwelling. Not scoped: for the signed roster of its own gate."""
    lock = sealer()
    columns = ("id", "ref", "name_sealed", "household_id", "building", "unit", "dwelling")
    rows = Person.objects.filter(area_path__startswith=area_path).values_list(*columns)
    return [
        RosterLine(number, household, "-".join((building, unit, dwelling)), mask_name(lock.open("name", ref, name)))
        for number, ref, name, household, building, unit, dwelling in rows.order_by(
            "building", "unit", "dwelling", "id"
        )
    ]


def household_in(scope: Scope, household_id: int) -> tuple[Household, list[MaskedPerson]]:
    """A household of the viewer's area with its members there, the oldest first. Raises Refusal 404 otherwise."""
    here = Household.objects.filter(area_path__startswith=scope.area_path).select_related("area")
    household = here.filter(pk=household_id).first() if scope.area_path else None
    if household is None:
        raise Refusal("residents.no_such_household", status=404)
    members = people_in(scope).filter(household=household).select_related("area", "household")
    return household, [masked(each) for each in members.order_by("birth_date", "id")]


@dataclass(frozen=True)
class Related:
    """Somebody who looks after a person, or is looked after by them; masked, or outside the viewer's area."""

    kind: str
    person: MaskedPerson | None


def guardians_of(scope: Scope, person: Person) -> list[Related]:
    """Who looks after a person. Somebody who lives outside the viewer's area is counted, not shown."""
    relations = list(Relation.objects.filter(person=person).order_by("id"))
    shown = masked_by_id(scope, [relation.guardian_id for relation in relations])
    return [Related(relation.kind, shown.get(relation.guardian_id)) for relation in relations]


def wards_of(scope: Scope, person: Person) -> list[Related]:
    """Whom a person looks after; as in `guardians_of`."""
    relations = list(Relation.objects.filter(guardian=person).order_by("id"))
    shown = masked_by_id(scope, [relation.person_id for relation in relations])
    return [Related(relation.kind, shown.get(relation.person_id)) for relation in relations]


def same_id_number(scope: Scope, person: Person) -> tuple[list[MaskedPerson], int]:
    """Others registered with the same ID number: those in the viewer's area, and how many are elsewhere."""
    number = sealer().open("id_number", person.ref, person.id_number_sealed)
    if not number:
        return [], 0
    others = Person.objects.filter(id_number_hash__in=sealer().hashes("id_number", number)).exclude(pk=person.pk)
    ids = list(others.values_list("id", flat=True)[:PAGE_SIZE])
    here = masked_by_id(scope, ids)
    return list(here.values()), len(ids) - len(here)


def residences_of(person: Person) -> list[Residence]:
    """Where a person lived before, the latest first. The present place is on the person."""
    return list(Residence.objects.filter(person=person).select_related("area").order_by("-until_day", "-id"))


def residence_on(person: Person, day: date) -> Place:
    """Where a person lived on a day."""
    return places_on([(person.pk, day)])[person.pk, day]


def households_of(person_ids: Iterable[int]) -> dict[int, int]:
    """The household of each person that has one, by row. Not scoped: for counting outings at their own gate."""
    rows = Person.objects.filter(id__in=_array("bigint", set(person_ids))).exclude(household_id=None)
    return dict(rows.values_list("id", "household_id"))


def _array(kind: str, values: Iterable[object]) -> RawSQL:
    """Many values as one parameter: written out one by one, ten thousand cost more than the rows they find."""
    return RawSQL(f"select unnest(%s::{kind}[])", [list(values)])  # nosec B611 - the kinds are two words below


def places_of(refs: Iterable[str]) -> dict[str, PersonPlace]:
    """Row and present place of people by reference; references that do not exist are left out. Any number at once.

    Not scoped: the caller compares `area_path` with what its own user may see.
    """
    columns = ("ref", "id", "area_id", "area_path", "building", "unit", "dwelling")
    return {
        ref: PersonPlace(area_id, path, building, unit, dwelling, id=number, ref=ref)
        for ref, number, area_id, path, building, unit, dwelling in Person.objects.filter(
            ref__in=_array("text", refs)
        ).values_list(*columns)
    }


def places_on(asked: Iterable[tuple[int, date]]) -> dict[tuple[int, date], Place]:
    """Where each person (by row number) lived on a day. Two statements, whatever the number of people.

    Somebody who never moved always lived where they live now. Not scoped, as `places_of`.
    """
    asked = list(asked)
    ids = list({person for person, _day in asked})
    columns = ("area_id", "area_path", "building", "unit", "dwelling")
    people = Person.objects.filter(id__in=_array("bigint", ids)).values_list("id", *columns)
    now = {number: Place(*place) for number, *place in people}
    earlier: dict[int, list[tuple[date, Place]]] = {}
    moves = Residence.objects.filter(person_id__in=_array("bigint", ids)).order_by("until_day", "id")
    for row in moves.values_list("person_id", "until_day", *columns):
        earlier.setdefault(row[0], []).append((row[1], Place(*row[2:])))
    found: dict[tuple[int, date], Place] = {}
    for person, day in asked:
        if person in now:
            past = (place for until, place in earlier.get(person, ()) if day < until)
            found[person, day] = next(past, now[person])
    return found


def homes_of(person_ids: Iterable[int]) -> dict[int, list[tuple[date | None, int]]]:
    """Where each person lived one after the other: (first day no longer there, None for the present home; the unit).

    Two statements, whatever the number of people. Not scoped, as `places_of`.
    """
    ids = list(person_ids)
    found: dict[int, list[tuple[date | None, int]]] = {}
    moves = Residence.objects.filter(person_id__in=_array("bigint", ids)).order_by("until_day", "id")
    for person, until, area in moves.values_list("person_id", "until_day", "area_id"):
        found.setdefault(person, []).append((until, area))
    for person, area in Person.objects.filter(id__in=_array("bigint", ids)).values_list("id", "area_id"):
        found.setdefault(person, []).append((None, area))
    return found
