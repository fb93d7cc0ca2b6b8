"""The people of a compound as rows of kind `residents`: names, ID numbers, phones, doors, households and needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from shouwang.site.demo import words
from shouwang.site.demo.chance import SEED, seeded
from shouwang.site.demo.city import Compound
from shouwang.site.demo.homes import YEAR, Home, homes
from shouwang.site.demo.id_numbers import DASHED, IdNumbers, phone

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

MALE, FEMALE = "male", "female"
_SURNAMES = [name for place, name in enumerate(words.SURNAMES) for _ in range(max(1, 60 // (place + 4)))]

# Rates of needs, all *assumed* near what communities' lists of 2020 held; each is a share of the people meant.
ILL = ((75, 0.42), (60, 0.28), (40, 0.09), (0, 0.01))
"""Chronic illness from an age in years on."""
DISABLED, PREGNANT, DIALYSIS, MINORITY_DIET = 0.019, 0.022, 0.0007, 0.006
NO_PHONE = ((80, 0.35), (70, 0.15), (12, 0.004))
"""Has no phone from an age in years on; below the last age nobody is asked for one."""


def residents(compound: Compound, seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """Rows of everybody in a compound, household by household."""
    return people_of(compound, homes(compound, seed), seed)


def people_of(compound: Compound, some_homes: Iterable[Home], seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """Rows of the people of these homes, which are the first homes of the compound in their order."""
    chance = seeded(seed, "people", compound.code)
    numbers = IdNumbers(compound.number)
    draw = chance.random
    code, first = compound.code, compound.first_person
    for home in some_homes:
        household = f"{code}-H{home.number + 1:04d}"
        is_alone = len(home.members) == 1
        eats_halal = draw() < MINORITY_DIET
        surname = _SURNAMES[int(draw() * len(_SURNAMES))]
        for turn, (number, is_male, days) in enumerate(home.members):
            id_number, days = numbers.give(is_male, days)
            age = days / YEAR
            # The wife and the elders on her side keep their own surname; children have the head's.
            own = turn and (age > 24 and draw() < 0.75)
            name = (_SURNAMES[int(draw() * len(_SURNAMES))] if own else surname) + _given(is_male, draw)
            needs, has_phone = _needs(age, is_male, is_alone, eats_halal, draw)
            yield (
                person(code, number),
                name,
                id_number,
                phone(first + number) if has_phone else "",
                DASHED[days],
                MALE if is_male else FEMALE,
                code,
                home.building,
                home.unit,
                home.dwelling,
                household,
                needs,
            )


def person(compound_code: str, number: int) -> str:
    """The reference of the n-th person (from 0) of a compound."""
    return f"{compound_code}-{number + 1:05d}"


def _given(is_male: bool, draw: Callable[[], float]) -> str:
    pool = words.MALE if is_male else words.FEMALE
    size = len(pool)
    one = pool[int(draw() * size)]
    return one if draw() < 0.2 else one + pool[int(draw() * size)]


def _needs(age: float, is_male: bool, is_alone: bool, eats_halal: bool, draw: Callable[[], float]) -> tuple[str, bool]:
    """Needs joined by `;`, and whether the person has a phone."""
    needs = []
    if age >= 60:
        if is_alone:
            needs.append("lives_alone")
        if age >= 80:
            needs.append("over_80")
    elif age < 1:
        needs.append("infant")
    if draw() < DISABLED:
        needs.append("disabled")
    if not is_male and 22 <= age < 40 and draw() < PREGNANT:
        needs.append("pregnant")
    if draw() < next(rate for least, rate in ILL if age >= least):
        needs.append("chronic_illness")
        if draw() < DIALYSIS * 12:
            needs.append("dialysis")
    if eats_halal:
        needs.append("minority_diet")
    has_phone = age >= 12
    if has_phone and draw() < next(rate for least, rate in NO_PHONE if age >= least):
        needs.append("no_phone")
        has_phone = False
    return ";".join(needs), has_phone
