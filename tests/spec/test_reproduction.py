"""The reproduction number against the published values of EpiEstim; growth and nowcast against slow plain twins."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.bulletins import curve_rules

FLU_2009 = (1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0)
"""Onsets by day in a school in Pennsylvania, 27 April to 28 May 2009: the data set Flu2009 of EpiEstim."""

SERIAL = (
    0.0, 2.331721e-01, 3.585794e-01, 1.981108e-01, 1.033427e-01, 5.290518e-02, 2.682146e-02, 1.351620e-02,
    6.783438e-03, 3.394351e-03, 1.694674e-03, 8.445945e-04, 4.203313e-04, 2.089422e-04, 1.037609e-04, 5.148480e-05,
    2.552773e-05, 1.264952e-05, 6.264667e-06, 3.101068e-06, 1.534394e-06,
)  # fmt: skip
"""discr_si(0:20, mu = 2.6, sigma = 1.5), as EpiEstim's demonstration prints it."""

PUBLISHED = (
    (2, 8, 1.735798, 0.4091314, 1.0287437, 2.624781),
    (3, 9, 1.749168, 0.3647267, 1.1088223, 2.533119),
    (4, 10, 1.537058, 0.3074116, 0.9947030, 2.195540),
    (5, 11, 1.431839, 0.2705921, 0.9514466, 2.008849),
    (6, 12, 1.422725, 0.2515046, 0.9731426, 1.956336),
    (7, 13, 1.635373, 0.2523436, 1.1786332, 2.165745),
)
"""estimate_R(Flu2009$incidence, "parametric_si", mean_si 2.6, std_si 1.5): t_start, t_end, mean, sd, 2.5 %, 97.5 %,
as printed in EpiEstim's demonstration (A. Cori, 9 December 2020)."""


def test_the_serial_interval_is_epiestims() -> None:
    """Every day of the published distribution, to its last printed figure."""
    assert curve_rules.serial_interval(2.6, 1.5, 20) == pytest.approx(SERIAL, rel=2e-5, abs=1e-12)


def test_the_reproduction_number_is_epiestims() -> None:
    """Mean, spread and interval of every published window, to seven figures."""
    found = curve_rules.reproduction(FLU_2009, curve_rules.serial_interval(2.6, 1.5, len(FLU_2009) - 1))
    told = [(one.first + 1, one.last + 1, one.mean, one.sd, one.low, one.high) for one in found]
    for ours, theirs in zip(told, PUBLISHED, strict=False):
        assert ours == pytest.approx(theirs, rel=5e-7)
    assert [one.last for one in found] == list(range(7, 32))


@given(st.lists(st.integers(0, 60), min_size=8, max_size=25), st.floats(1.5, 9), st.floats(0.5, 5))
@settings(max_examples=25, deadline=None)
def test_the_reproduction_number_is_its_formula(cases: list[int], mean: float, sd: float) -> None:
    """A twin that adds up by hand; and ten times the cases give a narrower interval."""
    weights = curve_rules.serial_interval(mean, sd, 40)
    assert 0.98 < sum(weights) < 1.0001
    for one in curve_rules.reproduction(cases, weights):
        days = range(one.first, one.last + 1)
        weight = sum(cases[day - ago] * weights[ago] for day in days for ago in range(1, day + 1))
        assert one.mean == pytest.approx((1 + sum(cases[day] for day in days)) / (1 / 5 + weight))
        assert one.low < one.mean < one.high
    for narrow, wide in zip(
        curve_rules.reproduction([10 * count for count in cases], weights),
        curve_rules.reproduction(cases, weights),
        strict=True,
    ):
        assert narrow.high / narrow.low < wide.high / wide.low + 1e-9


def test_a_window_in_which_nobody_could_infect_has_none() -> None:
    """Without an earlier case there is nothing to divide by: no number rather than the prior's."""
    assert curve_rules.reproduction([0] * 20, curve_rules.serial_interval(4.7, 2.9, 20)) == []
    assert curve_rules.reproduction([3], curve_rules.serial_interval(4.7, 2.9, 20)) == []


@pytest.mark.parametrize("doubling", [2.0, 5.0, 14.0, -4.0])
def test_a_known_doubling_time_is_found(doubling: float) -> None:
    """A curve made to double (or halve) in so many days does so, inside its interval."""
    cases = [500 * 2 ** ((day - 7) / doubling) for day in range(14)]
    found = curve_rules.growth(cases)
    assert found is not None
    assert found.doubling_days == pytest.approx(doubling, rel=1e-6)
    assert found.low < found.rate < found.high
    assert found.is_certain


def test_one_day_with_cases_has_no_growth() -> None:
    """A line needs two points."""
    assert curve_rules.growth([0, 0, 7, 0]) is None
    assert curve_rules.growth([]) is None


def test_growth_survives_a_hard_curve() -> None:
    """From nothing to much in a day: the fit ends, and says that it grows."""
    found = curve_rules.growth([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4000])
    assert found is not None
    assert math.isfinite(found.rate)
    assert found.rate > 0


def test_truncation_does_not_flatter() -> None:
    """Delays of 0 to 9 days alike, in an outbreak that triples each three days: a plain share would say 10 % too much.

    Among cases of the last days only the quickly reported ones are known yet; the estimate undoes that.
    """
    chance = random.Random(3)
    known = []
    for ago in range(40, -1, -1):
        for _case in range(int(6 * 3 ** ((40 - ago) / 8))):
            delay = chance.randrange(10)
            if delay <= ago:
                known.append((delay, ago))
    shares = curve_rules.completeness(known, 12)
    plain = [sum(delay <= ago for delay, _since in known) / len(known) for ago in range(13)]
    for ago in range(9):
        assert shares[ago] == pytest.approx((ago + 1) / 10, abs=0.05)
    assert plain[2] > shares[2] + 0.1


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), max_size=60))
@settings(max_examples=40, deadline=None)
def test_completeness_grows_with_time(delays: list[tuple[int, int]]) -> None:
    """Shares never fall and end at all; with nobody truncated they are the plain shares."""
    shares = curve_rules.completeness(delays, 14)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)
    seen = [(delay, 100) for delay, _since in delays if delay <= 14]
    if seen:
        plain = [sum(delay <= ago for delay, _since in seen) / len(seen) for ago in range(15)]
        assert curve_rules.completeness(seen, 14) == pytest.approx(plain)


def test_a_nowcast_divides_by_what_is_known() -> None:
    """Five seen where half is reported are ten; where nothing is reported yet nobody knows."""
    assert curve_rules.nowcast([8, 6, 5, 0], [0.0, 0.5, 0.75, 1.0]) == [8.0, 8.0, 10.0, None]
