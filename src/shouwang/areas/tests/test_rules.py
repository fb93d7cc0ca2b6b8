"""What names and codes tell, over the whole real tree; and what keeps a tree a tree."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.areas import shipped
from shouwang.areas.rules import (
    KINDS_OF_LEAF,
    KINDS_OF_STREET,
    check_under,
    cycle_of,
    in_parents_first,
    kind_of,
    may_merge,
    new_path,
    told_by,
)
from shouwang.refusal import Refusal

ROWS = shipped.rows("wuhan")


def test_every_real_unit_gets_a_kind_and_every_leaf_its_level() -> None:
    """Wuhan as listed on 2023-06-30: 3,495 leaves, of which 1,943 are villages by code; none is left without a kind."""
    leaves = [row for row in ROWS if row.level in {"community", "village"}]
    assert Counter(row.level for row in ROWS) == {
        "city": 1,
        "district": 13,
        "street": 193,
        "community": 1552,
        "village": 1943,
    }
    kinds = Counter(kind_of(row.name, row.code) for row in leaves)
    assert set(kinds) <= set(KINDS_OF_LEAF)
    assert kinds == {"urban": 1541, "rural": 1873, "farm": 68, "virtual": 12, "special": 1}
    streets = Counter(kind_of(row.name, row.code) for row in ROWS if row.level == "street")
    assert set(streets) <= set(KINDS_OF_STREET)
    assert sum(streets.values()) == 193
    assert streets["development_zone"] >= 15


@pytest.mark.parametrize(
    ("name", "code", "kind", "level"),
    [
        ("保成社区", "420102002003", "urban", "community"),
        ("绿景苑社区居委", "420107013008", "urban", "community"),
        ("复兴村村民委员会", "420111205201", "rural", "village"),
        ("原种场村委会", "420117009241", "rural", "village"),
        ("香炉山生产队", "420114400201", "farm", "village"),
        ("一冶农场管理区", "420113004513", "farm", "village"),
        ("开发区虚拟社区", "420103400498", "virtual", "community"),
        ("原种场虚拟生活区", "420117406598", "virtual", "village"),
        ("长江金属社区", "420116404404", "urban", "community"),
        ("劳教所管理区", "420113003510", "special", "village"),
        ("八队村", "420117010531", "farm", "village"),
        ("某某村委会", "own-77", "rural", "village"),
        ("某某社区", "own-78", "urban", "community"),
        ("某某大院", "own-79", "", ""),
    ],
)
def test_the_dirt_in_real_names(name: str, code: str, kind: str, level: str) -> None:
    """Virtual communities, production teams, market communities, a labour camp: code gives the level, name the kind."""
    told = told_by(name, code)
    assert (told.kind, told.level) == (kind, level)


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("一元街道", "420102002", "subdistrict"),
        ("江汉经济开发区", "420103400", "development_zone"),
        ("东湖风景区街道（武昌）", "420106490", "scenic_area"),
        ("新洲原种场", "420117406", "farm"),
        ("武钢集团", "420107400", "special"),
        ("消泗乡", "420114200", "township"),
        ("凤凰镇", "420117105", "town"),
    ],
)
def test_streets_that_are_none(name: str, code: str, kind: str) -> None:
    """Zones, farms and enterprises are coded as streets; their names say what they are."""
    assert kind_of(name, code) == kind


def test_levels_hang_under_wider_ones_and_may_skip() -> None:
    """A development zone may hold a village without a street between; a street never hangs under a community."""
    check_under("city", None)
    check_under("village", "district")
    check_under("compound", "village")
    wrong = [("district", None), ("street", "community"), ("community", "village"), ("compound", "street")]
    for level, parent in wrong:
        with pytest.raises(Refusal):
            check_under(level, parent)
    assert may_merge(["village", "community"])
    assert not may_merge(["street", "community"])


PARENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghxyz"), max_size=8)


@given(PARENTS)
def test_order_and_circles_part_cleanly(parents: dict[str, str]) -> None:
    """Every unit is either after its parent or told to be on a circle; a told circle really closes."""
    order, circling = in_parents_first(parents)
    assert sorted([*order, *circling]) == sorted(parents)
    for place, code in enumerate(order):
        assert parents[code] in order[:place] or parents[code] not in parents
    for code in circling:
        cycle = cycle_of(code, parents)
        assert cycle[0] == cycle[-1]
        assert all(parents[one] == above for one, above in pairwise(cycle))


@given(st.text("ab/", max_size=6), st.text("ab/", max_size=6), st.text("ab/", max_size=6))
def test_a_new_path_leads_back(rest: str, old: str, new: str) -> None:
    """Moving there and back again leaves a path as it was."""
    assert new_path(new_path(old + rest, old, new), new, old) == old + rest
