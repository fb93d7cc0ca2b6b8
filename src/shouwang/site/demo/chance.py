"""Chance that repeats: random numbers from named seeds, and sharing out whole numbers exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence

SEED = 20200123
"""The day the city was closed to the outside. Another seed gives another city."""


def seeded(*names: object) -> random.Random:
    """Random numbers of their own for each combination of names, so that any part can be made alone."""
    return random.Random("|".join(str(name) for name in names))


def apportion(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Share out `total` by weight in whole numbers that add up to it (largest remainders); each gets `least` first.

    When `total` does not reach for `least` each, the heaviest get it. Raises ValueError when nothing has weight.
    """
    by_weight = sorted(range(len(weights)), key=lambda place: (-weights[place], place))
    shares = [0] * len(weights)
    if total < least * len(weights):
        for turn in range(total):
            shares[by_weight[turn % len(by_weight)]] += 1
        return shares
    whole = float(sum(weights))
    if whole <= 0:
        raise ValueError("there is nothing to share out by: all weights are 0")
    rest = total - least * len(weights)
    exact = [rest * weight / whole for weight in weights]
    shares = [least + int(share) for share in exact]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda place: (int(exact[place]) - exact[place], place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return shares
