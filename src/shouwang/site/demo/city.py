"""Compounds for Wuhan's real tree: as many, as large, as managed and as named as could be. Rows of kind `compounds`."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from shapely.geometry import Point, shape
from shapely.prepared import prep

from shouwang.site.demo import words
from shouwang.site.demo.chance import SEED, apportion, seeded
from shouwang.site.demo.wuhan import CENSUS, COMPOUNDS, HAMLETS, RESIDENTS

COLUMNS = ("code", "name", "area_code", "households", "residents", "managed_by", "lon", "lat")

HAMLET_PEOPLE = 690
"""Mean people of a hamlet: the census's 15.7 % in the countryside, over 1,944 villages. *Rounded.*"""
SMALLEST = 24
"""Fewest people of a unit."""
WITH_PROPERTY_COMPANY = 0.68
"""Share of compounds with a property company. *Assumed*; old and single-building compounds have none."""
HOUSEHOLD = (2.32, 2.66)
"""Mean people of a household by compound; the census has 2.47."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the tree as it ships: `level` is city, district, street or community (villages among them)."""

    code: str
    name: str
    level: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound or hamlet. `number` is its place in the city, `first_person` how many people live in those before it:
    with these two its people get ID numbers and phones that nobody else in the city has."""

    number: int
    first_person: int
    code: str
    name: str
    area_code: str
    households: int
    residents: int
    managed_by: str
    lon: float
    lat: float
    is_hamlet: bool
    is_old: bool

    @property
    def row(self) -> tuple[str, ...]:
        """The row of a `compounds` file."""
        return (
            self.code,
            self.name,
            self.area_code,
            str(self.households),
            str(self.residents),
            self.managed_by,
            f"{self.lon:.5f}",
            f"{self.lat:.5f}",
        )


def read_tree(path: Path | None = None) -> list[Place]:
    """The real tree: the shipped file, or another of the same columns."""
    text = path.read_text("utf-8-sig") if path else _shipped("wuhan-divisions-2023.csv")
    return [
        Place(row["code"], row["name"], row["level"], row["parent_code"]) for row in csv.DictReader(text.splitlines())
    ]


def read_outlines(path: Path | None = None) -> dict[str, Any]:
    """District code → outline (shapely, degrees)."""
    collection = json.loads(path.read_text("utf-8") if path else _shipped("wuhan-districts.geojson"))
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in collection["features"]}


def _shipped(name: str) -> str:
    return resources.files("shouwang.areas").joinpath("data", name).read_text("utf-8-sig")


def is_village(code: str) -> bool:
    """Whether a 12-digit statistics code is a village committee's: 2xx, or 5xx for what is run like one."""
    return len(code) == 12 and code[9] in "25"


def compounds(
    places: Sequence[Place], outlines: Mapping[str, Any], scale: float = 1.0, seed: int = SEED
) -> list[Compound]:
    """All compounds and hamlets of a city at a scale between 0 (excluded) and 1, in the order of their codes.

    At scale 1: 7,116 compounds under communities, 1,944 hamlets under villages (the tree has 1,943, so one village has
    two) and 9,000,000 people exactly. At a smaller scale whole streets are left out rather than every one thinned, so
    that a street that is there has communities to compare. Raises ValueError for a scale outside that range.
    """
    if not 0 < scale <= 1:
        raise ValueError("the scale is above 0 and at most 1 (the whole city)")
    districts = sorted(place.code for place in places if place.level == "district")
    under = _by_district(places)
    hamlets = apportion(max(1, round(HAMLETS * scale)), [len(under[code][1]) for code in districts])
    wanted = max(1, round(COMPOUNDS * scale))
    in_towns = [
        max(CENSUS[code] - HAMLET_PEOPLE / scale * count, 1) for code, count in zip(districts, hamlets, strict=True)
    ]
    blocks = apportion(wanted, in_towns, least=1 if wanted >= 2 * len(districts) else 0)
    units = list(zip(districts, blocks, hamlets, strict=True))
    housed = [CENSUS[code] if block + hamlet else 0 for code, block, hamlet in units]
    people = apportion(round(RESIDENTS * scale), housed)
    found: list[Compound] = []
    for (code, block, hamlet), heads in zip(units, people, strict=True):
        towns, villages = under[code]
        draft = _District(code, outlines[code], scale, seed)
        found += draft.fill(towns, villages, block, hamlet, heads)
    found.sort(key=lambda compound: compound.code)
    return list(_numbered(found))


def rows(compounds: Iterable[Compound]) -> Iterator[tuple[str, ...]]:
    """Rows of a `compounds` file."""
    return (compound.row for compound in compounds)


def _by_district(places: Sequence[Place]) -> dict[str, tuple[list[Place], list[Place]]]:
    """District → its communities, its villages. Virtual communities are names without houses: nobody lives there."""
    under: dict[str, tuple[list[Place], list[Place]]] = defaultdict(lambda: ([], []))
    for place in places:
        if len(place.code) == 12 and "虚拟" not in place.name:
            under[place.code[:6]][is_village(place.code)].append(place)
    return under


def _numbered(found: list[Compound]) -> Iterator[Compound]:
    before = 0
    for number, one in enumerate(found):
        yield Compound(
            number,
            before,
            one.code,
            one.name,
            one.area_code,
            one.households,
            one.residents,
            one.managed_by,
            one.lon,
            one.lat,
            one.is_hamlet,
            one.is_old,
        )
        before += one.residents


class _District:
    """Lays out one district: which communities, how many compounds in each, how large, where, and called what."""

    def __init__(self, code: str, outline: Any, scale: float, seed: int) -> None:
        self.chance = seeded(seed, "district", code)
        self.scale = scale
        self.outline = outline
        self.inside = prep(outline)
        self.centres: dict[str, tuple[float, float]] = {}
        self.called: dict[str, set[str]] = defaultdict(set)

    def fill(
        self, towns: list[Place], villages: list[Place], blocks: int, hamlets: int, heads: int
    ) -> Iterator[Compound]:
        """The district's units, without their numbers in the city."""
        in_hamlets = min(HAMLET_PEOPLE * hamlets, int(heads * 0.6)) if blocks else heads
        used = self._whole_streets(towns)[: max(1, min(blocks, round(len(towns) * self.scale)))] if blocks else []
        each = apportion(blocks, [self.chance.lognormvariate(0, 0.45) for _ in used], least=1) if used else []
        homes = [place for place, count in zip(used, each, strict=True) for _ in range(count)]
        yield from self._units(homes, heads - in_hamlets, 0.7, is_hamlet=False)
        farms = self._whole_streets(villages)
        yield from self._units(
            sorted((farms[turn % len(farms)] for turn in range(hamlets)), key=lambda p: p.code),
            in_hamlets,
            0.45,
            is_hamlet=True,
        )

    def _whole_streets(self, places: list[Place]) -> list[Place]:
        streets = sorted({place.parent_code for place in places})
        self.chance.shuffle(streets)
        order = {street: turn for turn, street in enumerate(streets)}
        return sorted(places, key=lambda place: (order[place.parent_code], self.chance.random()))

    def _units(self, under: list[Place], heads: int, skew: float, *, is_hamlet: bool) -> Iterator[Compound]:
        if not under:
            return
        weights = [self.chance.lognormvariate(0, skew) for _ in under]
        sizes = apportion(heads, weights, least=min(SMALLEST, heads // len(under)))
        turns: dict[str, int] = defaultdict(int)
        for place, size in zip(under, sizes, strict=True):
            turns[place.code] += 1
            is_old = is_hamlet or self.chance.random() > WITH_PROPERTY_COMPANY
            name = self._hamlet_name(place) if is_hamlet else self._compound_name(place, is_old)
            lon, lat = self._spot(place)
            households = max(1, round(size / self.chance.uniform(*HOUSEHOLD)))
            yield Compound(
                0,
                0,
                f"{place.code}-{turns[place.code]:02d}",
                name,
                place.code,
                households,
                size,
                "community" if is_old else "property",
                lon,
                lat,
                is_hamlet,
                is_old,
            )

    def _spot(self, place: Place) -> tuple[float, float]:
        """A spot near the middle of the community, which is near the middle of its street; all inside the outline."""
        west, south, east, north = self.outline.bounds
        reach = min(east - west, north - south)
        if place.parent_code not in self.centres:
            spots = [self._anywhere(west, south, east, north) for _ in range(10)]
            taken = list(self.centres.values())
            self.centres[place.parent_code] = max(
                spots, key=lambda spot: min(((spot[0] - x) ** 2 + (spot[1] - y) ** 2 for x, y in taken), default=0.0)
            )
        if place.code not in self.centres:
            self.centres[place.code] = self._near(self.centres[place.parent_code], reach / 14)
        return self._near(self.centres[place.code], reach / 60)

    def _anywhere(self, west: float, south: float, east: float, north: float) -> tuple[float, float]:
        while True:
            spot = (self.chance.uniform(west, east), self.chance.uniform(south, north))
            if self.inside.contains(Point(spot)):
                return spot

    def _near(self, middle: tuple[float, float], spread: float) -> tuple[float, float]:
        for wider in range(1, 40):
            step = spread if wider < 20 else spread / wider
            spot = (
                round(self.chance.gauss(middle[0], step), 5),
                round(self.chance.gauss(middle[1], step), 5),
            )
            if self.inside.contains(Point(spot)):
                return spot
        return middle

    def _compound_name(self, place: Place, is_old: bool) -> str:
        return self._once(place.parent_code, lambda: _draw_name(self.chance, _stem(place.name), is_old))

    def _hamlet_name(self, place: Place) -> str:
        stem = _stem(place.name)
        village = stem if stem.endswith(("村", "队", "区", "场", "园")) else stem + "村"
        surname, back = self.chance.choice(words.SURNAMES[:60]), self.chance.choice(words.HAMLET_BACK)
        return self._once(place.parent_code, lambda: f"{village}{surname}家{back}")

    def _once(self, street: str, draw: Any) -> str:
        """A name that no other unit of the street has; a phase is added when many draws were taken already."""
        called = self.called[street]
        for _ in range(12):
            name: str = draw()
            if name not in called:
                break
        else:
            phase = 2
            while f"{name}{phase}期" in called:
                phase += 1
            name = f"{name}{phase}期"
        called.add(name)
        return name


def _draw_name(chance: random.Random, stem: str, is_old: bool) -> str:
    kind = chance.random()
    if kind < 0.4 and stem.endswith(words.WHOLE_NAMES):
        return stem + chance.choice(words.PART_BACK)
    if is_old:
        if kind < 0.4:
            return stem + chance.choice(words.LANE_BACK)
        return chance.choice(words.OLD_FRONT) + chance.choice(words.OLD_BACK)
    if kind < 0.25:
        return stem + chance.choice(words.NEW_BACK)
    return chance.choice(words.NEW_FRONT) + chance.choice(words.NEW_BACK)


ENDINGS = (
    "社区居民委员会",
    "社区居民居委会",
    "社区居委会",
    "社区委员会",
    "居民委员会",
    "村民委员会",
    "社会居委会",
    "社区居委",
    "居委会",
    "村委会",
    "委员会",
    "社区",
)


def _stem(name: str) -> str:
    """The name of a community or village without the word for what it is: 保成社区居委会 → 保成, 建新村委会 → 建新."""
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name
