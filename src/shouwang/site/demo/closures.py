"""How the compounds of the made-up city were closed: most in the night to 11 February, some late, a few not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from shouwang.areas.closing import Closing
from shouwang.site.demo.chance import SEED, seeded
from shouwang.site.demo.city import Compound

WHY = "全市小区（村）一律实行封闭管理，只留一个出入口"
FIRST = datetime.fromisoformat("2020-02-10T20:00:00+08:00")
LATE, NEVER, UNGUARDED = 0.05, 0.012, 0.04
"""Shares of units closed some days late, not closed, and closed without a guard. *Assumed*; each is to be seen."""
OTHERS = ("东门", "西门", "南门", "北门", "后门", "车行门", "消防通道")
LANES = ("东路口", "西路口", "南路口", "北路口", "河堤路口", "机耕路口")


def closings(compounds: Iterable[Compound], until: datetime, seed: int = SEED) -> Iterator[Closing]:
    """What was closed before `until`, each with one entrance open and one to three barred."""
    for one in compounds:
        chance = seeded(seed, "closure", one.code)
        kind = chance.random()
        # Three in four that evening, the others by noon of the 11th.
        hours = chance.uniform(0, 4) if chance.random() < 0.75 else chance.uniform(4, 16)
        if kind < NEVER:
            continue
        if kind < NEVER + LATE:
            hours = 24 * chance.uniform(1, 5)
        since = datetime.fromtimestamp(FIRST.timestamp() + int(hours * 60) * 60, FIRST.tzinfo)
        names = LANES if one.is_hamlet else OTHERS
        barred = chance.sample(names, chance.randint(1, 3))
        if since < until:
            yield Closing(one.code, since, "主村口" if one.is_hamlet else "正门", tuple(barred))


def guarded(compounds: Iterable[Compound], seed: int = SEED) -> Iterator[Compound]:
    """The units that have a gate guard."""
    return (one for one in compounds if seeded(seed, "guard", one.code).random() >= UNGUARDED)
