"""The daily ranking by certified units: coverage and number, in the order of a dated policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from shouwang.policybook.policy import Policy, Words

KINDS: Mapping[str, Words] = {
    "compounds": Words("小区", "compounds"),
    "communities": Words("社区", "communities"),
    "villages": Words("村", "villages"),
    "streets": Words("街道", "streets"),
}
ORDERS: Mapping[str, Words] = {
    "coverage": Words("覆盖面（无疫情单元÷单元总数）", "coverage (certified units ÷ units there are)"),
    "number": Words("无疫情单元数", "number of certified units"),
}


@dataclass(frozen=True, slots=True)
class StandingPolicy:
    """Which kinds of unit count, and what is compared first."""

    version: str
    kinds: tuple[str, ...]
    order: tuple[str, ...]

    @classmethod
    def from_policy(cls, policy: Policy) -> StandingPolicy:
        """Read the body of a policy on `certified-ranking`."""
        return cls(policy.version, tuple(policy.body["kinds"]["value"]), tuple(policy.body["order"]["value"]))

    def text(self, language: str = "zh") -> str:
        """The formula as a sentence, to stand beside the ranking."""
        kinds, orders = ([words[name].text(language) for name in names] for words, names in (
            (KINDS, self.kinds), (ORDERS, self.order),
        ))  # fmt: skip
        if language.startswith("zh"):
            return (
                f"计入{'、'.join(kinds)}；先比{'，再比'.join(orders)}，从高到低；全部相同的名次相同，"
                "下一名次跳过；没有单元的不排名。"
            )
        return (
            f"Counted: {', '.join(kinds)}. Compared by {', then '.join(orders)}, highest first; those equal in all"
            " share a rank and the next one is skipped; an area without units is not ranked."
        )


@dataclass(frozen=True, slots=True)
class Count:
    """Certified units of an area and the units there are, of the kinds that count; None where it was not counted."""

    named: int | None
    units: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An area in its place. `percent`: to one decimal, half a tenth goes up; it is shown, and never compared."""

    area: str
    named: int | None
    units: int | None
    rank: int | None

    @property
    def percent(self) -> Decimal | None:
        """Certified of a hundred units; None without units."""
        if self.named is None or not self.units:
            return None
        return (Decimal(self.named) * 100 / self.units).quantize(Decimal("0.1"), ROUND_HALF_UP)


def place(counts: Mapping[str, Count], order: Sequence[str]) -> tuple[Placed, ...]:
    """Areas (code → count) by the order given; equals share a rank, those without units come last and unranked."""
    scores = {area: _score(count, order) for area, count in counts.items()}
    known = [score for score in scores.values() if score is not None]
    placed = [
        Placed(
            area, counts[area].named, counts[area].units, None if score is None else 1 + sum(s > score for s in known)
        )
        for area, score in scores.items()
    ]
    return tuple(sorted(placed, key=lambda one: (one.rank is None, one.rank or 0, one.area)))


def _score(count: Count, order: Sequence[str]) -> tuple[Fraction, ...] | None:
    if count.named is None or not count.units:
        return None
    score = {"coverage": Fraction(count.named, count.units), "number": Fraction(count.named)}
    return tuple(score[name] for name in order)
