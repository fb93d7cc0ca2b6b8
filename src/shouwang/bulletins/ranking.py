"""The ranking of the places directly under an area, with its formula shown."""

from __future__ import annotations

from typing import Any

from shouwang.bulletins.policy import RankFormula
from shouwang.bulletins.reading import Reading
from shouwang.bulletins.rules import rank
from shouwang.measures.queries import AreaFigures

SHOWN = ("cases_new", "cases_cumulative", "residents_stated")
"""Figures that stand beside the rank."""


def rank_children(reading: Reading, formula: RankFormula) -> dict[str, Any]:
    """The places below in order, with rank, rank of the day before, score, figures, and the formula in words."""
    places = {child.code: child for child in reading.below}
    before = {row.unit: row.rank for row in rank(_figures(reading.below_before), formula)}
    return {
        "formula": {"zh": formula.text("zh"), "en": formula.text("en")},
        "policy_version": formula.version,
        "rows": [
            {
                "rank": row.rank,
                "yesterday": before.get(row.unit),
                "score": None if row.score is None else float(round(row.score, 2)),
                "code": row.unit,
                "name": places[row.unit].name,
                **{name: places[row.unit].values[name] for name in SHOWN},
            }
            for row in rank(_figures(reading.below), formula)
        ],
    }


def _figures(places: list[AreaFigures]) -> dict[str, dict[str, Any]]:
    return {place.code: dict(place.values) for place in places}
