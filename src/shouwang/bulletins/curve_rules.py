"""How fast it spreads: reproduction number by Cori's method, doubling time, and how complete the last days are. Pure.

Cori, Ferguson, Fraser, Cauchemez, American Journal of Epidemiology 178 (2013): on day t everybody who fell ill s days
before infects with weight w(s), the serial interval, so that new cases are Poisson with mean R·Λ(t), Λ(t) = Σ I(t-s)
w(s). With a gamma prior of R the posterior over a window of days is a gamma too, in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """R over the days `first` to `last` (places in the series): mean, standard deviation, 95 % interval."""

    first: int
    last: int
    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth a day, with its 95 % interval. Doubling (or, when it falls, halving) takes ln 2 / |rate| days."""

    rate: float
    low: float
    high: float

    @property
    def doubling_days(self) -> float | None:
        """Days in which cases double; negative: days in which they halve. None when nothing moves."""
        return math.log(2) / self.rate if abs(self.rate) > 1e-9 else None

    @property
    def is_certain(self) -> bool:
        """Whether the interval tells growth from decline."""
        return self.low > 0 or self.high < 0


def serial_interval(mean: float, sd: float, days: int) -> Floats:
    """Chance that the next of a chain falls ill 0, 1, 2 … `days` days later: a gamma shifted by a day, cut into days.

    The discretisation of Cori et al. (2013), web appendix 11; nobody infects on their own day of onset.
    """
    if mean <= 1 or sd <= 0:
        raise ValueError(f"a serial interval has a mean above 1 day and a spread above 0, not {mean} and {sd}")
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)

    def below(day: float, more: float = 0.0) -> float:
        return gamma_below(max(day, 0.0) / scale, shape + more)

    weights = [
        k * below(k) + (k - 2) * below(k - 2) - 2 * (k - 1) * below(k - 1)
        + shape * scale * (2 * below(k - 1, 1) - below(k - 2, 1) - below(k, 1))
        for k in range(days + 1)
    ]  # fmt: skip
    return np.maximum(np.array(weights), 0.0)


def infectivity(cases: Sequence[float], weights: Floats) -> Floats:
    """Λ: how much those who fell ill before weigh on each day. On the first day nothing is known of them: NaN."""
    if len(cases) < 2:
        return np.full(len(cases), np.nan)
    told: Floats = np.convolve(np.asarray(cases, dtype=float), weights)[: len(cases)]
    told[0] = np.nan
    return told


def reproduction(
    cases: Sequence[float], weights: Floats, *, window: int = 7, prior_mean: float = 5.0, prior_sd: float = 5.0
) -> list[Estimate]:
    """R on every window of so many days, from the second day on. Windows in which nobody could infect have none."""
    shape, scale = (prior_mean / prior_sd) ** 2, prior_sd**2 / prior_mean
    counts, weighing = np.asarray(cases, dtype=float), infectivity(cases, weights)
    found = []
    for last in range(window, len(counts)):
        first = last - window + 1
        weight = float(weighing[first : last + 1].sum())
        if weight <= 0:
            continue
        after = shape + float(counts[first : last + 1].sum())
        spread = 1 / (1 / scale + weight)
        low, high = (gamma_at(share, after) * spread for share in (0.025, 0.975))
        found.append(Estimate(first, last, after * spread, math.sqrt(after) * spread, low, high))
    return found


def growth(cases: Sequence[float]) -> Growth | None:
    """Growth a day by Poisson regression of cases on days; None with fewer than two days that have cases."""
    counts = np.asarray(cases, dtype=float)
    if np.count_nonzero(counts) < 2:
        return None
    days = np.arange(len(counts)) - (len(counts) - 1) / 2
    level, rate = math.log(counts.mean()), 0.0
    for _round in range(100):
        expected = np.exp(np.clip(level + rate * days, -50, 50))
        wrong = counts - expected
        a, b, c = expected.sum(), (expected * days).sum(), (expected * days**2).sum()
        det = a * c - b * b
        up, on = wrong.sum(), (wrong * days).sum()
        step_level, step_rate = (c * up - b * on) / det, (a * on - b * up) / det
        size = max(1.0, abs(step_level), abs(step_rate) * len(counts))
        level, rate = level + step_level / size, rate + step_rate / size
        if abs(step_rate) < 1e-10 and abs(step_level) < 1e-10:
            break
    away = 1.959964 * math.sqrt(a / det)
    return Growth(float(rate), float(rate - away), float(rate + away))


def completeness(delays: Iterable[tuple[int, int]], longest: int) -> list[float]:
    """Share of those who fell ill 0, 1, … `longest` days ago that is reported by now.

    `delays`: for every case known, (days from onset to report, days from onset to now). Who is reported late and fell
    ill lately is not known yet, so plain shares would flatter; this is the estimate for right-truncated delays (Lagakos
    et al. 1988): going down from the longest delay, of those that could be seen at a delay, the part reported sooner.
    """
    known = [(delay, since) for delay, since in delays if 0 <= delay <= min(since, longest)]
    shares = []
    for delay in range(longest, 0, -1):
        at_risk = sum(1 for other, since in known if other <= delay <= since)
        ended = sum(1 for other, since in known if other == delay)
        shares.append(1 - ended / at_risk if at_risk else 1.0)
    return [*reversed(list(accumulate(shares, lambda whole, share: whole * share))), 1.0]


def nowcast(seen: Sequence[int], shares: Sequence[float]) -> list[float | None]:
    """How many will have fallen ill on each day, the last being now, once all is reported; None where none is yet."""
    told: list[float | None] = []
    for ago, count in zip(range(len(seen) - 1, -1, -1), seen, strict=True):
        share = shares[ago] if ago < len(shares) else 1.0
        told.append(count / share if share > 0 else None)
    return told


def gamma_below(x: float, shape: float) -> float:
    """Share of a gamma distribution of scale 1 that lies below x: the regularised lower incomplete gamma function."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        place = shape
        while term > total * 1e-16:
            place += 1
            term *= x / place
            total += term
        return min(1.0, front * total)
    low = 1e-300
    b = x + 1 - shape
    c, d = 1 / low, 1 / b
    fraction = d
    for step in range(1, 10_000):
        much = -step * (step - shape)
        b += 2
        d = 1 / (much * d + b or low)
        c = b + much / c or low
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return max(0.0, 1 - front * fraction)


def gamma_at(share: float, shape: float) -> float:
    """The value below which that share of a gamma distribution of scale 1 lies, by halving."""
    low, high = 0.0, shape + 1
    while gamma_below(high, shape) < share:
        high *= 2
    for _round in range(200):
        middle = (low + high) / 2
        if gamma_below(middle, shape) < share:
            low = middle
        else:
            high = middle
        if high - low < 1e-13 * high:
            break
    return (low + high) / 2
