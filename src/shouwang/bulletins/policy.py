"""Risk rules and the ranking formula, typed (topics `risk` and `ranking` of the policy book)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from shouwang.policybook.policy import Policy, PolicyFault, Words


class Level(StrEnum):
    """Risk levels. `none`: no level is set, because the county has no area of high or medium risk left."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class RiskRule:
    """One line of a risk policy: its level, its title and the sentence that gives the reason."""

    id: str
    level: Level
    title: Words
    reason: Words


@dataclass(frozen=True, slots=True)
class CountyRisk:
    """Levels by county or district (February 2020): new cases, cumulative cases, clusters."""

    version: str
    quiet_days: int
    many_cases: int
    cluster_days: int
    cluster_size: int
    rules: Mapping[str, RiskRule]

    NAMES: ClassVar[tuple[str, ...]] = ("never", "quiet", "few", "no_cluster", "cluster")
    FIGURES: ClassVar[tuple[str, ...]] = ("quiet_days", "many_cases", "cluster_days", "cluster_size")


@dataclass(frozen=True, slots=True)
class CompoundRisk:
    """Levels by compound or village (June 2022): days without infection and whole-area tests."""

    version: str
    high_days: int
    medium_days: int
    low_after_high_days: int
    rules: Mapping[str, RiskRule]

    NAMES: ClassVar[tuple[str, ...]] = ("infected_place", "lowered", "visited_place", "rest", "lifted")
    FIGURES: ClassVar[tuple[str, ...]] = ("high_days", "medium_days", "low_after_high_days")


RiskPolicy = CountyRisk | CompoundRisk

METHODS: Mapping[str, type[CountyRisk] | type[CompoundRisk]] = {"county": CountyRisk, "compound": CompoundRisk}


def risk_from_policy(policy: Policy) -> RiskPolicy:
    """Read the body of a policy on `risk`. Raises PolicyFault."""
    method = METHODS[policy.body["method"]]
    rules = {
        entry["id"]: RiskRule(entry["id"], Level(entry["level"]), Words.of(entry["title"]), Words.of(entry["reason"]))
        for entry in policy.body["rules"]
    }
    if set(rules) != set(method.NAMES):
        raise PolicyFault(
            "body.rules",
            Words("恰为这些规则：" + "、".join(method.NAMES), "exactly the rules " + ", ".join(method.NAMES)),
            sorted(rules),
        )
    figures: dict[str, int] = {name: policy.body[name]["value"] for name in method.FIGURES}
    return method(version=policy.version, rules=rules, **figures)


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a ranking: a measure, how much it weighs, and what it is counted per (`scale` of `per`)."""

    measure: str
    weight: Decimal
    title: Words
    per: str | None = None
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class RankFormula:
    """How units are ranked. `highest_first`: rank 1 is the highest score, otherwise the lowest."""

    version: str
    title: Words
    terms: tuple[Term, ...]
    highest_first: bool

    @classmethod
    def from_policy(cls, policy: Policy) -> RankFormula:
        """Read the body of a policy on `ranking`."""
        return cls(
            version=policy.version,
            title=policy.title,
            highest_first=policy.body["first"] == "highest",
            terms=tuple(_term(entry) for entry in policy.body["terms"]),
        )

    def text(self, language: str = "zh") -> str:
        """The formula as a sentence, to stand beside the ranking."""
        terms = " + ".join(f"{term.weight} × {term.title.text(language)}" for term in self.terms)
        if language.startswith("zh"):
            order = "从高到低" if self.highest_first else "从低到高"
            return f"得分 = {terms}；{order}排名，得分相同名次相同，缺数据的不排名。"
        order = "highest first" if self.highest_first else "lowest first"
        return f"Score = {terms}; {order}, equal scores share a rank, units without data are not ranked."


@dataclass(frozen=True, slots=True)
class SpreadPolicy:
    """What the reproduction number assumes (topic `reproduction`). `complete_from`: share reported of a day used."""

    version: str
    authority: Words
    serial_mean: float
    serial_sd: float
    window_days: int
    prior_mean: float
    prior_sd: float
    longest_delay: int
    complete_from: float
    least_cases: int

    @classmethod
    def from_policy(cls, policy: Policy) -> SpreadPolicy:
        """Read the body of a policy on `reproduction`. Raises PolicyFault."""
        figures: dict[str, Any] = {name: entry["value"] for name, entry in policy.body.items()}
        if figures["serial_mean"] <= 1:
            raise PolicyFault("body.serial_mean", Words("大于1天", "more than 1 day"), figures["serial_mean"])
        for name in ("window_days", "longest_delay", "least_cases"):
            if figures[name] != int(figures[name]):
                raise PolicyFault(f"body.{name}", Words("整数", "a whole number"), figures[name])
            figures[name] = int(figures[name])
        return cls(version=policy.version, authority=policy.authority, **figures)


def _term(entry: Mapping[str, Any]) -> Term:
    return Term(
        measure=entry["measure"],
        weight=Decimal(str(entry["weight"])),
        title=Words.of(entry["title"]),
        per=entry.get("per"),
        scale=Decimal(str(entry.get("scale", 1))),
    )


def window(days: int) -> timedelta:
    """The distance between the first and the last day of a window of so many days, both counted."""
    return timedelta(days=days - 1)
