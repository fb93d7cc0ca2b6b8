"""Whom a resident may see on their own page: themselves, their wards, and those of the household who agreed to it."""

from __future__ import annotations

from dataclasses import dataclass

from shouwang import clock
from shouwang.refusal import Refusal
from shouwang.residents import consent, rules
from shouwang.residents.masking import mask_name
from shouwang.residents.models import Person, Relation
from shouwang.residents.policy import ADULT_FROM
from shouwang.residents.sealing import sealer


@dataclass(frozen=True)
class OwnPerson:
    """Somebody as a resident's page shows them: `why` is self, ward or household."""

    id: int
    ref: str
    masked_name: str
    age: int | None
    area_id: int
    area_path: str
    area_name: str
    dwelling: str
    why: str

    @property
    def is_self(self) -> bool:
        """Whether this is the resident whose page it is."""
        return self.why == "self"

    @property
    def may_speak_for(self) -> bool:
        """Whether the resident may appeal and agree for them: for oneself and one's wards, not for other adults."""
        return self.why in {"self", "ward"}


def people_of(person: Person) -> list[OwnPerson]:
    """Oneself first, then wards, then the household. Guardians see their wards; carers, and adults of the household,
    only those who agreed to be shown."""
    found: dict[int, tuple[Person, str]] = {person.pk: (person, "self")}
    relations = Relation.objects.filter(guardian=person).select_related("person__area").order_by("id")
    wards = [relation.person for relation in relations if relation.kind == "guardian"]
    for ward in wards:
        found.setdefault(ward.pk, (ward, "ward"))
    others = {relation.person_id: relation.person for relation in relations if relation.kind == "carer"}
    if person.household_id is not None and is_adult(person):
        members = Person.objects.filter(household_id=person.household_id).select_related("area").order_by("id")
        others |= {member.pk: member for member in members}
    agreed = consent.state_of([number for number in others if number not in found], consent.HOUSEHOLD)
    for number, other in others.items():
        if number in agreed and agreed[number].given:
            found.setdefault(number, (other, "household"))
    return [_own(each, why) for each, why in found.values()]


def is_adult(person: Person) -> bool:
    """Whether somebody is of age; not when the birth date is unknown."""
    age = rules.age_on(person.birth_date, clock.today())
    return age is not None and age >= ADULT_FROM


def one_of(person: Person, ref: str) -> OwnPerson:
    """Somebody whom a resident may see, by reference. Raises Refusal 404: others are as if they did not exist."""
    found = next((each for each in people_of(person) if each.ref == ref), None)
    if found is None:
        raise Refusal("residents.no_such_person", status=404)
    return found


def _own(person: Person, why: str) -> OwnPerson:
    return OwnPerson(
        id=person.pk,
        ref=person.ref,
        masked_name=own_mask(sealer().open("name", person.ref, person.name_sealed)),
        age=rules.age_on(person.birth_date, clock.today()),
        area_id=person.area_id,
        area_path=person.area_path,
        area_name=person.area.name,
        dwelling="-".join(part for part in (person.building, person.unit, person.dwelling) if part),
        why=why,
    )


def own_mask(name: str) -> str:
    """A name as a gate shows it: of a Chinese name all but the family name, 王伟 → *伟; others as in lists."""
    plain = name.strip()
    if 2 <= len(plain) <= 4 and all("\u4e00" <= letter <= "\u9fff" for letter in plain):
        return "*" + plain[1:]
    return mask_name(plain)


@dataclass(frozen=True)
class CardPerson:
    """Somebody for whom a card is printed: the name as a gate shows it, and the year of birth where it is known."""

    id: int
    masked_name: str
    born: int | None
    area_path: str
    area_name: str
    dwelling: str


def people_living_at(area_path: str, building: str = "", person_ids: list[int] | None = None) -> list[CardPerson]:
    """Everybody who lives at or under a place, or in one building of it, in the order of dwellings.

    Not scoped: the caller has compared the place with what its own user may see.
    """
    rows = Person.objects.filter(area_path__startswith=area_path).select_related("area")
    if building:
        rows = rows.filter(building=rules.read_label(building, "building"))
    if person_ids is not None:
        rows = rows.filter(pk__in=person_ids)
    lock = sealer()
    return [
        CardPerson(
            id=person.pk,
            masked_name=own_mask(lock.open("name", person.ref, person.name_sealed)),
            born=person.birth_date.year if person.birth_date else None,
            area_path=person.area_path,
            area_name=person.area.name,
            dwelling="-".join(part for part in (person.building, person.unit, person.dwelling) if part),
        )
        for person in rows.order_by("area_path", "building", "unit", "dwelling", "id")
    ]
