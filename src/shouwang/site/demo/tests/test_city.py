"""The made-up city has the numbers of the real one, at any scale, and is the same every time."""

from __future__ import annotations

from collections import Counter

import pytest
from shapely.geometry import Point

from shouwang.areas import shipped
from shouwang.site.demo import city
from shouwang.site.demo.chance import apportion
from shouwang.site.demo.city import Compound
from shouwang.site.demo.wuhan import CENSUS, SHARE_OF_CASES

PLACES = city.read_tree()
OUTLINES = city.read_outlines()


@pytest.fixture(scope="module")
def whole() -> list[Compound]:
    return city.compounds(PLACES, OUTLINES, 1.0)


def test_the_whole_city_has_the_published_numbers(whole: list[Compound]) -> None:
    """7,116 compounds, 1,944 hamlets, nine million people: exactly."""
    hamlets = [one for one in whole if one.is_hamlet]
    assert len(whole) - len(hamlets) == 7116
    assert len(hamlets) == 1944
    assert sum(one.residents for one in whole) == 9_000_000


def test_compounds_hang_under_communities_and_hamlets_under_villages(whole: list[Compound]) -> None:
    """By the levels that the shipped tree gets; nobody lives in a virtual community; every village has a hamlet."""
    tree = {row.code: row for row in shipped.rows("wuhan")}
    for one in whole:
        assert tree[one.area_code].level == ("village" if one.is_hamlet else "community"), one
        assert "虚拟" not in tree[one.area_code].name
    villages = {code for code, row in tree.items() if row.level == "village" and "虚拟" not in row.name}
    assert {one.area_code for one in whole if one.is_hamlet} == villages


def test_people_are_spread_as_the_census_found_them(whole: list[Compound]) -> None:
    """Each district's share is the census's to a hundredth of a percent."""
    people = Counter[str]()
    for one in whole:
        people[one.code[:6]] += one.residents
    for code, counted in CENSUS.items():
        assert people[code] / 9_000_000 == pytest.approx(counted / sum(CENSUS.values()), abs=1e-4)


def test_every_unit_lies_inside_its_district(whole: list[Compound]) -> None:
    """As written to the file, to five digits."""
    for one in whole:
        _code, _name, _area, _households, _residents, _by, lon, lat = one.row
        assert OUTLINES[one.code[:6]].covers(Point(float(lon), float(lat))), one


def test_names_are_unique_in_a_street_and_codes_in_the_city(whole: list[Compound]) -> None:
    """Two compounds of one street are never called the same."""
    assert len({one.code for one in whole}) == len(whole)
    assert len({(one.code[:9], one.name) for one in whole}) == len(whole)


def test_sizes_are_skewed_as_compounds_are(whole: list[Compound]) -> None:
    """The largest tenth holds over a quarter of the people, the median is below the mean, households are 2.3–2.7."""
    sizes = sorted((one.residents for one in whole), reverse=True)
    assert sum(sizes[: len(sizes) // 10]) > 0.25 * sum(sizes)
    assert sizes[len(sizes) // 2] < sum(sizes) / len(sizes) * 0.9
    assert 2.3 < sum(sizes) / sum(one.households for one in whole) < 2.7


@pytest.mark.parametrize("scale", [0.3, 0.01, 0.003, 0.0002])
def test_a_smaller_city_is_as_exact(scale: float) -> None:
    """Counts and people are the rounded shares, down to a handful of units."""
    found = city.compounds(PLACES, OUTLINES, scale)
    hamlets = sum(one.is_hamlet for one in found)
    assert hamlets == max(1, round(1944 * scale))
    assert len(found) - hamlets == max(1, round(7116 * scale))
    assert sum(one.residents for one in found) == round(9_000_000 * scale)
    assert min(one.residents for one in found) > 0


def test_a_hundredth_of_the_city_still_has_all_districts_and_streets_worth_comparing() -> None:
    """Streets are left out whole: those that are there have several communities or compounds."""
    found = city.compounds(PLACES, OUTLINES, 0.01)
    assert {one.code[:6] for one in found} == set(CENSUS)
    compounds = Counter(one.area_code for one in found if not one.is_hamlet)
    assert sum(count > 1 for count in compounds.values()) > len(compounds) / 2


def test_the_same_seed_gives_the_same_city_and_another_seed_another() -> None:
    """Nothing but the seed decides."""
    first = city.compounds(PLACES, OUTLINES, 0.01)
    assert city.compounds(PLACES, OUTLINES, 0.01) == first
    assert city.compounds(PLACES, OUTLINES, 0.01, seed=1) != first


@pytest.mark.parametrize("scale", [0, -1, 1.5])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    """The whole city is the largest there is."""
    with pytest.raises(ValueError, match="scale"):
        city.compounds(PLACES, OUTLINES, scale)


def test_shares_of_cases_cover_the_city() -> None:
    """Every district has a share, and they add up to all."""
    assert set(SHARE_OF_CASES) == set(CENSUS)
    assert sum(SHARE_OF_CASES.values()) == pytest.approx(100)


@pytest.mark.parametrize(
    ("total", "weights", "least", "shares"),
    [
        (10, [1, 1, 1], 0, [4, 3, 3]),
        (10, [8, 1, 1], 2, [5, 3, 2]),
        (2, [1, 5, 3], 1, [0, 1, 1]),
        (0, [1, 2], 0, [0, 0]),
        (5, [0, 1], 1, [1, 4]),
    ],
)
def test_apportioning_adds_up(total: int, weights: list[float], least: int, shares: list[int]) -> None:
    """Largest remainders; the least first; where even that does not reach, the heaviest get it."""
    assert apportion(total, weights, least) == shares
