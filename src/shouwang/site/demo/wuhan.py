"""Public facts about Wuhan's districts that the made-up city follows, with where each comes from."""

from __future__ import annotations

RESIDENTS = 9_000_000
"""People who stayed in the closed city, as the city said in January 2020."""
COMPOUNDS = 7_116
"""Residential compounds (小区) that were closed."""
HAMLETS = 1_944
"""Villages that were closed, one unit each."""
CASES = 50_000
"""Confirmed cases by the end of March 2020, rounded (the published number is 50,007)."""

CENSUS: dict[str, int] = {
    "420102": 965_260,
    "420103": 647_932,
    "420104": 666_661,
    "420105": 837_263,
    "420106": 1_092_750,
    "420107": 463_295,
    "420111": 1_728_811 + 561_088 + 121_161,
    "420112": 845_782,
    "420113": 145_103,
    "420114": 554_383 + 336_235,
    "420115": 974_715 + 374_058,
    "420116": 1_151_644,
    "420117": 860_377,
}
"""District → people. Source: Wuhan, seventh census (1 November 2020), bulletin no. 2, table 2-1.

The census counts functional zones beside the districts; the tree of the statistics bureau keeps them inside. So the
East Lake scenic area (121,161) is put to Hongshan, the economic development zone without Hannan (336,235) to Caidian,
and the East Lake high-tech zone (935,146) six to four to Hongshan and Jiangxia (*assumed* split)."""

SHARE_OF_CASES: dict[str, float] = {
    "420102": 13.2,
    "420103": 10.5,
    "420104": 13.7,
    "420105": 9.4,
    "420106": 15.2,
    "420107": 5.6,
    "420111": 13.2,
    "420112": 5.0,
    "420113": 0.9,
    "420114": 4.2,
    "420115": 2.9,
    "420116": 4.2,
    "420117": 2.0,
}
"""District → percent of all cases. *Assumed*: the old town on both banks highest, the outer districts lowest; only the
order follows what was reported in spring 2020, since no table by day and district was published."""
