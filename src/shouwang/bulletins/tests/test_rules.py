"""Ranking with its formula, proposals for a whole county, and facts that cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shouwang.bulletins.policy import CompoundRisk, RankFormula, Term, risk_from_policy
from shouwang.bulletins.rules import AreaFacts, propose_units, rank
from shouwang.policybook import queries
from shouwang.policybook.policy import Words

WORDS = Words("新增", "new")


def formula(*terms: Term, highest_first: bool = True) -> RankFormula:
    return RankFormula("test", WORDS, terms or (Term("new", Decimal(1), WORDS),), highest_first)


def places(rows: dict[str, dict[str, Decimal | int | None]], ranked_by: RankFormula) -> list[tuple[str, int | None]]:
    return [(one.unit, one.rank) for one in rank(rows, ranked_by)]


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    """1, 2, 2, 4, and units of equal score in the order of their codes."""
    rows = {"d": {"new": 1}, "c": {"new": 3}, "b": {"new": 3}, "a": {"new": 9}}
    assert places(rows, formula()) == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]
    assert places(rows, formula(highest_first=False)) == [("d", 1), ("b", 2), ("c", 2), ("a", 4)]


def test_no_data_is_not_nought() -> None:
    """A unit without the figure, or with nothing to count it by, is not ranked and takes nobody's place."""
    per = formula(Term("new", Decimal(1), WORDS, "people", Decimal(100000)))
    rows: dict[str, dict[str, Decimal | int | None]] = {
        "a": {"new": 0, "people": 1000},
        "b": {"new": None, "people": 1000},
        "c": {"people": 5},
        "d": {"new": 4, "people": 0},
        "e": {"new": 1, "people": 2000},
    }
    assert places(rows, per) == [("e", 1), ("a", 2), ("b", None), ("c", None), ("d", None)]
    assert next(one.score for one in rank(rows, per) if one.unit == "e") == Decimal(50)


def test_terms_are_weighed_and_added() -> None:
    """The score is the sum that the formula's text says."""
    both = formula(Term("new", Decimal("2"), WORDS), Term("late", Decimal("0.5"), Words("迟报", "late reports")))
    (only,) = rank({"a": {"new": 3, "late": 4}}, both)
    assert only.score == Decimal("8")
    assert "2 × 新增 + 0.5 × 迟报" in both.text("zh")
    assert "2 × new + 0.5 × late reports; highest first" in both.text("en")


def test_the_shipped_formula_reads_and_tells_itself() -> None:
    """The default ranks by new cases of 14 days per 100,000 residents, fewest first."""
    shipped = RankFormula.from_policy(queries.in_force("ranking", date(2020, 3, 1), "4201"))
    (term,) = shipped.terms
    assert term.per is not None
    rows = {"a": {term.measure: 10, term.per: 1_000_000}, "b": {term.measure: 5, term.per: 100_000}}
    assert places(rows, shipped) == [("a", 1), ("b", 2)]
    assert "lowest first" in shipped.text("en")


def test_the_rest_of_a_county_is_low_only_while_a_unit_is_at_risk() -> None:
    """When the last unit is lowered to low, all levels of the county are lifted together."""
    policy = risk_from_policy(queries.in_force("risk", date(2022, 7, 1), "420102"))
    assert isinstance(policy, CompoundRisk)

    def levels(day: date) -> list[str]:
        home = AreaFacts("home", day, 1, date(2022, 7, 1), role="high", negative_tests=(date(2022, 7, 8),))
        return [str(one.level) for one in propose_units(policy, [home, AreaFacts("other", day)])]

    assert levels(date(2022, 7, 7)) == ["high", "low"]
    assert levels(date(2022, 7, 8)) == ["medium", "low"]
    assert levels(date(2022, 7, 10)) == ["medium", "low"]
    assert levels(date(2022, 7, 11)) == ["none", "none"]


@pytest.mark.parametrize(
    "wrong", [{"cumulative": -1}, {"last_new": date(2020, 3, 2)}, {"role": "low"}, {"role": "high"}]
)
def test_facts_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    """Fewer than no cases, a case after the day, an unknown role, a place of the infected without an infection."""
    with pytest.raises(ValueError, match="a: "):
        AreaFacts("a", date(2020, 3, 1), **wrong)  # type: ignore[arg-type]
