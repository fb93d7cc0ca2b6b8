"""Proposed risk levels, clusters and rankings: pure functions of a day's facts and a dated policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shouwang.bulletins.policy import CompoundRisk, CountyRisk, Level, RankFormula, RiskPolicy, Term, window
from shouwang.policybook.policy import Words


@dataclass(frozen=True, slots=True)
class Cluster:
    """Confirmed cases in one small unit (family, site, stairwell) inside the window: the unit and the days, sorted."""

    unit: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What the proposal for one area on one day rests on; the day itself is counted to its end.

    `cumulative`: confirmed up to the day (infections, for the compound rule). `last_new`: day of the latest one.
    `clusters`: those of `find_clusters` for the same day. The rest serves the compound rule: `role` is "high" where the
    infected lived or were busy, "medium" where they stayed, None elsewhere; `negative_tests`: days of negative tests of
    the whole area; `county_at_risk`: whether any area of the county is high or medium.
    """

    area: str
    day: date
    cumulative: int = 0
    last_new: date | None = None
    clusters: tuple[Cluster, ...] = ()
    role: str | None = None
    negative_tests: tuple[date, ...] = ()
    county_at_risk: bool = False

    def __post_init__(self) -> None:
        if self.cumulative < 0:
            raise ValueError(f"{self.area}: fewer than no cases")
        if self.last_new is not None and self.last_new > self.day:
            raise ValueError(f"{self.area}: the latest case ({self.last_new}) is after the day ({self.day})")
        if self.role not in (None, "high", "medium"):
            raise ValueError(f"{self.area}: role must be high, medium or nothing, not {self.role!r}")
        if self.role is not None and self.last_new is None:
            raise ValueError(f"{self.area}: a place of the infected has a day of the latest infection")

    @property
    def days_without(self) -> int | None:
        """Whole days in a row without a new case up to and including the day; None if there never was one."""
        return None if self.last_new is None else (self.day - self.last_new).days


@dataclass(frozen=True, slots=True)
class RiskProposal:
    """The level a rule proposes for an area on a day, its reason, and the facts behind it. A person declares it."""

    level: Level
    rule: str
    reason_words: Words
    facts: AreaFacts
    policy_version: str

    def reason(self, language: str = "zh") -> str:
        """Why this level, as a sentence."""
        return self.reason_words.text(language)


def propose_risk(policy: RiskPolicy, facts: AreaFacts) -> RiskProposal:
    """The risk level of one area on one day under the policy in force."""
    if isinstance(policy, CountyRisk):
        return _said(policy, _county_rule(policy, facts), facts)
    return _said(policy, _compound_rule(policy, facts), facts, tested=_tested(policy, facts))


def propose_units(policy: CompoundRisk, units: Sequence[AreaFacts]) -> tuple[RiskProposal, ...]:
    """The levels of all units of one county on one day: the rest is low only while one of them is high or medium."""
    at_risk = any(_compound_rule(policy, facts) in ("infected_place", "lowered", "visited_place") for facts in units)
    return tuple(
        propose_risk(
            policy,
            AreaFacts(
                facts.area,
                facts.day,
                facts.cumulative,
                facts.last_new,
                facts.clusters,
                facts.role,
                facts.negative_tests,
                at_risk,
            ),
        )
        for facts in units
    )


@dataclass(frozen=True, slots=True)
class RollUp:
    """The level of a county under the compound rule: the highest of its units, with how many stand at each level."""

    area: str
    level: Level
    counts: Mapping[Level, int]
    reason_words: Words

    def reason(self, language: str = "zh") -> str:
        """Why this level, as a sentence."""
        return self.reason_words.text(language)


def roll_up(area: str, day: date, units: Sequence[RiskProposal]) -> RollUp:
    """What a county shows of the levels of its units. A county without a unit at risk has no level: low is lifted."""
    counts = {level: sum(1 for unit in units if unit.level == level) for level in Level}
    high, medium, low = counts[Level.HIGH], counts[Level.MEDIUM], counts[Level.LOW]
    level = Level.HIGH if high else Level.MEDIUM if medium else Level.LOW if low else Level.NONE
    if level is Level.NONE:
        said = Words(
            f"截至{_day(day, 'zh')}，所辖 {len(units)} 个小区和自然村中已无中、高风险区。",
            f"On {_day(day, 'en')} none of its compounds and hamlets ({len(units)}) is at high or medium risk.",
        )
    else:
        said = Words(
            f"截至{_day(day, 'zh')}，所辖 {len(units)} 个小区和自然村中高风险 {high} 个、中风险 {medium} 个，"
            f"其余 {low} 个低风险；按其中最高一级列示。",
            f"On {_day(day, 'en')}, of its compounds and hamlets ({len(units)}): {high} at high risk,"
            f" {medium} at medium, {low} at low. The highest of them is shown.",
        )
    return RollUp(area, level, counts, said)


def find_clusters(cases: Iterable[tuple[str, date]], *, day: date, window_days: int, size: int) -> tuple[Cluster, ...]:
    """Units with at least `size` confirmed in the `window_days` days that end with `day`.

    `cases`: (small unit, day of confirmation), one per person; cases without a unit ("") form no cluster.
    """
    first = day - window(window_days)
    days: defaultdict[str, list[date]] = defaultdict(list)
    for unit, confirmed in cases:
        if unit and first <= confirmed <= day:
            days[unit].append(confirmed)
    return tuple(Cluster(unit, tuple(sorted(found))) for unit, found in sorted(days.items()) if len(found) >= size)


def _county_rule(policy: CountyRisk, facts: AreaFacts) -> str:
    without = facts.days_without
    if without is None:
        return "never"
    if without >= policy.quiet_days:
        return "quiet"
    if facts.cumulative <= policy.many_cases:
        return "few"
    return "cluster" if facts.clusters else "no_cluster"


def _tested(policy: CompoundRisk, facts: AreaFacts) -> date | None:
    """First day on which both are reached: the days without infection, and a negative test of the whole area."""
    if facts.role is None or facts.last_new is None:
        return None
    wait = policy.high_days if facts.role == "high" else policy.medium_days
    due = facts.last_new + timedelta(days=wait)
    return min((test for test in facts.negative_tests if due <= test <= facts.day), default=None)


def _compound_rule(policy: CompoundRisk, facts: AreaFacts) -> str:
    lowered = _tested(policy, facts)
    if facts.role == "high":
        if lowered is None:
            return "infected_place"
        if facts.day < lowered + timedelta(days=policy.low_after_high_days):
            return "lowered"
    elif facts.role == "medium" and lowered is None:
        return "visited_place"
    return "rest" if facts.county_at_risk else "lifted"


def _said(policy: RiskPolicy, name: str, facts: AreaFacts, tested: date | None = None) -> RiskProposal:
    rule = policy.rules[name]
    figures = {figure: getattr(policy, figure) for figure in policy.FIGURES}

    def sentence(language: str) -> str:
        days = {"day": facts.day, "last_new": facts.last_new, "tested": tested}
        return rule.reason.text(
            language,
            **figures,
            cumulative=facts.cumulative,
            days_without=facts.days_without,
            clusters=len(facts.clusters),
            **{key: _day(value, language) for key, value in days.items()},
        )

    return RiskProposal(rule.level, rule.id, Words(sentence("zh"), sentence("en")), facts, policy.version)


def _day(day: date | None, language: str) -> str:
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B} {day.year}"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit in a ranking. Without data score and rank are None: no data is not nought."""

    unit: str
    score: Decimal | None
    rank: int | None


def rank(rows: Mapping[str, Mapping[str, Decimal | int | None]], formula: RankFormula) -> tuple[Ranked, ...]:
    """Units (code → figures by measure) by score; equal scores share a rank and the next one is skipped.

    Units with equal scores stand in the order of their codes; those without data come last, unranked.
    """
    scores = {unit: _score(figures, formula) for unit, figures in rows.items()}
    known = [score for score in scores.values() if score is not None]
    ranked = []
    for unit, score in scores.items():
        place = (
            None
            if score is None
            else 1 + sum(1 for other in known if (other > score if formula.highest_first else other < score))
        )
        ranked.append(Ranked(unit, score, place))
    return tuple(sorted(ranked, key=lambda one: (one.rank is None, one.rank or 0, one.unit)))


def _score(figures: Mapping[str, Decimal | int | None], formula: RankFormula) -> Decimal | None:
    total = Decimal(0)
    for term in formula.terms:
        value = _term_value(figures, term)
        if value is None:
            return None
        total += term.weight * value
    return total


def _term_value(figures: Mapping[str, Decimal | int | None], term: Term) -> Decimal | None:
    count = figures.get(term.measure)
    if count is None:
        return None
    if term.per is None:
        return Decimal(count)
    whole = figures.get(term.per)
    return Decimal(count) * term.scale / Decimal(whole) if whole else None
