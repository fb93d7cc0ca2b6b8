"""The ranking of the places directly under an area, with its formula shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shouwang.bulletins import queries
from shouwang.bulletins.policy import RankFormula
from shouwang.bulletins.rules import Ranked, rank
from shouwang.measures import queries as measures

SHOWN = ("cases_new", "cases_cumulative", "residents_stated")
"""Figures that stand beside the rank."""


def rank_children(area: Any, day: date) -> dict[str, Any]:
    """The places under an area in order, with rank, score, change against yesterday, figures, and the formula."""
    formula = queries.rank_formula(area, day)
    today, places = _ranked(area, day, formula)
    before = {row.unit: row.rank for row in _ranked(area, day - timedelta(days=1), formula)[0]}
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
                **{name: places[row.unit].values.get(name) for name in SHOWN},
            }
            for row in today
        ],
    }


def _ranked(area: Any, day: date, formula: RankFormula) -> tuple[tuple[Ranked, ...], dict[str, Any]]:
    terms = {term.measure for term in formula.terms} | {term.per for term in formula.terms if term.per}
    wanted = [*SHOWN, *sorted(terms - set(SHOWN))]
    children = {child.code: child for child in measures.children_table(area.path, day, wanted)}
    return rank({code: dict(child.values) for code, child in children.items()}, formula), children
