"""Who lives with whom behind which door: the homes of a compound, without names. Fast, and the same for everybody."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shouwang.site.demo.chance import SEED, seeded
from shouwang.site.demo.city import Compound

SIZES = (0.245, 0.31, 0.245, 0.125, 0.055, 0.02)
"""Share of households of 1, 2, … 6 people. *Assumed* shape; the mean is then fitted to the compound exactly."""
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Home:
    """A household behind its door. `members` are (number in the compound, is male, age in days on 1 January 2020)."""

    number: int
    building: str
    unit: str
    dwelling: str
    members: tuple[tuple[int, bool, int], ...]

    @property
    def stairwell(self) -> tuple[str, str]:
        """What neighbours share: building and unit (in a hamlet, the row of houses)."""
        return (self.building, self.unit)


def homes(compound: Compound, seed: int = SEED) -> Iterator[Home]:
    """The homes of a compound, exactly `households` of them with exactly `residents` people.

    They come in an order that is scattered over the buildings, so the first few are a fair sample.
    """
    chance = seeded(seed, "homes", compound.code)
    doors = _doors(compound, chance)
    first = 0
    for number, size in enumerate(_sizes(compound, chance)):
        building, unit, dwelling = doors(number)
        members = tuple(
            (first + turn, is_male, age) for turn, (is_male, age) in enumerate(_family(size, chance.random))
        )
        yield Home(number, building, unit, dwelling, members)
        first += size


def _sizes(compound: Compound, chance: random.Random) -> list[int]:
    households, residents = compound.households, compound.residents
    sizes: list[int] = []
    for size, share in enumerate(SIZES, start=1):
        sizes += [size] * int(share * households)
    sizes += [2] * (households - len(sizes))
    missing = residents - sum(sizes)
    while missing:
        place = int(chance.random() * households)
        if missing > 0:
            sizes[place] += 1
            missing -= 1
        elif sizes[place] > 1:
            sizes[place] -= 1
            missing += 1
    chance.shuffle(sizes)
    return sizes


def _doors(compound: Compound, chance: random.Random) -> Callable[[int], tuple[str, str, str]]:
    """A function from the number of a home to its building, unit and dwelling."""
    households = compound.households
    step = max(1, int(households * 0.618))
    while math.gcd(step, households) != 1:
        step += 1
    if compound.is_hamlet:
        return lambda number: (f"{number * step % households // 12 + 1}排", "", f"{number * step % households + 1}号")
    floors = chance.choice((6, 7, 7, 8)) if compound.is_old else chance.choice((7, 11, 18, 26, 33))
    each = 2 if compound.is_old else chance.choice((2, 3, 4))
    units = chance.choice((2, 3, 4)) if compound.is_old else chance.choice((1, 2, 2))
    stairwell = floors * each

    def door(number: int) -> tuple[str, str, str]:
        place = number * step % households
        shaft, flat = divmod(place, stairwell)
        floor, side = divmod(flat, each)
        return f"{shaft // units + 1}栋", f"{shaft % units + 1}单元", f"{floor + 1}{side + 1:02d}"

    return door


def _family(size: int, random01: Callable[[], float]) -> list[tuple[bool, int]]:
    """(is male, age in days) of each member; the first is the head. Shapes of families *assumed* to fit the pyramid."""

    def aged(low: float, high: float) -> int:
        return int((low + random01() * (high - low)) * YEAR)

    draw = random01()
    if size == 1:
        age = aged(62, 91) if draw < 0.22 else aged(20, 62)
        return [(random01() < 0.5, age)]
    if size == 2:
        if draw < 0.28:
            head = aged(58, 86)
        elif draw < 0.80:
            head = aged(23, 60)
        else:
            parent = aged(30, 62)
            child = max(200, min(parent - aged(22, 34), int(30 * YEAR)))
            return [(random01() < 0.4, parent), (random01() < 0.52, child)]
        return [(True, head), (False, max(int(21 * YEAR), head - aged(-2, 5)))]
    head = aged(26, 56)
    family = [(True, head), (False, max(int(21 * YEAR), head - aged(-2, 5)))]
    youngest = min(head, family[1][1]) - int(21 * YEAR)
    elders = 0
    if size == 3:
        elders = int(draw < 0.22)
    elif size == 4:
        elders = (draw < 0.55) + (draw < 0.25)
    else:
        elders = 2
    for turn in range(elders):
        family.append((turn % 2 == 1, min(head + aged(22, 32), int(97 * YEAR))))
    while len(family) < size:
        family.append((random01() < 0.53, int(random01() * min(youngest, 27 * YEAR)) if youngest > 0 else aged(0, 3)))
    return family
