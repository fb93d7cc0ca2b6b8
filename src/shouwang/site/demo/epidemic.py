"""An epidemic shaped like Wuhan's in a made-up city: rows of kind `health-events`, compound by compound.

The cases of a compound come in clusters: a home, then people who live there, then doors on the same stairwell.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from shouwang.site.demo import course, timelines
from shouwang.site.demo.chance import SEED, apportion, seeded
from shouwang.site.demo.city import Compound
from shouwang.site.demo.course import DAY
from shouwang.site.demo.homes import YEAR, Home, homes
from shouwang.site.demo.people import person
from shouwang.site.demo.timelines import Case, Log
from shouwang.site.demo.wuhan import CASES, SHARE_OF_CASES

COLUMNS = ("event", "time", "person", "kind", "ends", "source", "note")

AT_HOME, NEXT_DOOR = 0.22, 0.14
"""Chance that somebody of the same home, and that one more home of the stairwell, catches it."""
NEIGHBOURS = 1.1
"""Contacts of a case outside the home, on average."""
FALSE_SUSPICIONS, CORRECTIONS, WITHOUT_SYMPTOMS = 0.55, 0.004, 0.012
"""Per case: suspicions that prove false, confirmations withdrawn, infections without symptoms (in March)."""
IN_HAMLETS = 0.2
"""How a hamlet is hit, relative to a compound of the same size."""
UNEVEN = 0.85
"""How unevenly compounds are hit (sigma of a lognormal factor)."""


def events(compounds: Sequence[Compound], scale: float, until: datetime, seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """Rows of everything recorded before `until` (aware), by compound and in it by time.

    The cases that stand at the end of March are 50,000 × scale exactly. The rows up to an earlier moment are the rows
    up to a later one without the rest: references and contents stay the same.
    """
    last = course.minute_of(until)
    for compound, cases in zip(compounds, cases_by_compound(compounds, scale, seed), strict=True):
        if cases:
            told = sorted(_compound(compound, cases, seed).events)
            for minute, ref, who, kind, ends, source, note in told:
                if minute >= last:
                    break
                yield ref, course.text_of(minute), who, kind, ends, source, note


def cases_by_compound(compounds: Sequence[Compound], scale: float, seed: int = SEED) -> list[int]:
    """How many cases each compound has by the end of March; never more than a third of its people."""
    cases = apportion(round(CASES * scale), burden(compounds, seeded(seed, "spread")))
    left = 0
    for place, one in enumerate(compounds):
        most = one.residents // 3
        left += max(0, cases[place] - most)
        cases[place] = min(cases[place], most)
    for place, one in enumerate(compounds):
        more = min(left, one.residents // 3 - cases[place])
        cases[place] += more
        left -= more
    return cases


def burden(compounds: Sequence[Compound], chance: random.Random) -> list[float]:
    """How hard each compound is hit, as weights that add up to each district's share of all cases."""
    weights = [
        one.residents * chance.lognormvariate(0, UNEVEN) * (IN_HAMLETS if one.is_hamlet else 1) for one in compounds
    ]
    of_district: dict[str, float] = defaultdict(float)
    for one, weight in zip(compounds, weights, strict=True):
        of_district[one.code[:6]] += weight
    return [
        weight * SHARE_OF_CASES[one.code[:6]] / of_district[one.code[:6]]
        for one, weight in zip(compounds, weights, strict=True)
    ]


def _compound(compound: Compound, cases: int, seed: int) -> Log:
    """Everything that is ever recorded in a compound."""
    log = Log(compound.code, seeded(seed, "epidemic", compound.code))
    outbreak = _Outbreak(compound, list(homes(compound, seed)), log)
    outbreak.infect(cases)
    outbreak.tell(cases)
    return log


class _Outbreak:
    """Who catches it in one compound, and who is asked about it."""

    def __init__(self, compound: Compound, doors: list[Home], log: Log) -> None:
        self.code, self.doors, self.log = compound.code, doors, log
        self.chance: random.Random = log.chance
        self.ill: dict[int, tuple[Case, int]] = {}
        self.home_of: dict[int, Home] = {}
        self.stairwells: dict[tuple[str, str], list[Home]] = defaultdict(list)
        for home in doors:
            self.stairwells[home.stairwell].append(home)
        self.untouched = [member for home in doors for member, _sex, _age in home.members]

    def infect(self, cases: int) -> None:
        """Clusters, until there are as many cases as the compound is to have."""
        while len(self.ill) < cases:
            home, onset = self.chance.choice(self.doors), course.onset_day(self.chance.random)
            spreads = True
            while spreads and len(self.ill) < cases:
                spreads = self._infect_home(home, onset, cases) and self.chance.random() < NEXT_DOOR
                home, onset = self.chance.choice(self.stairwells[home.stairwell]), self._later(onset)

    def _infect_home(self, home: Home, onset: int, cases: int) -> bool:
        members = [(who, age / YEAR) for who, _sex, age in home.members if who not in self.ill]
        if not members:
            return False
        weights = [course.catching(age) for _who, age in members]
        first = self.chance.choices(members, weights)[0]
        self._infect(home, *first, onset)
        for who, age in members:
            catches = who != first[0] and self.chance.random() < AT_HOME * min(1.3, course.catching(age))
            if catches and len(self.ill) < cases:
                self._infect(home, who, age, self._later(onset))
        return True

    def _infect(self, home: Home, who: int, age: float, onset: int) -> None:
        self.ill[who] = (timelines.new_case(self.log, person(self.code, who), age, onset), onset)
        self.home_of[who] = home

    def _later(self, onset: int) -> int:
        return min(onset + 2 + int(self.chance.gammavariate(2.5, 1.4)), course.day_of(date(2020, 3, 22)))

    def tell(self, cases: int) -> None:
        """Write everything down: cases first, since contacts name them; then suspicions, corrections, tests."""
        in_time = sorted(self.ill.items(), key=lambda pair: (pair[1][0].suspected, pair[0]))
        for _who, (case, onset) in in_time:
            timelines.tell_case(self.log, case, onset)
        asked: set[int] = set()
        for who, (case, _onset) in in_time:
            self._tell_contacts(who, case, asked)
        healthy = [who for who in self.untouched if who not in self.ill and who not in asked]
        self.chance.shuffle(healthy)
        for rate, tell, moment in (
            (FALSE_SUSPICIONS, timelines.tell_false_suspicion, self._while_it_spreads),
            (CORRECTIONS, timelines.tell_correction, self._while_it_spreads),
            (WITHOUT_SYMPTOMS, timelines.tell_asymptomatic, self._in_march),
        ):
            for _ in range(self._about(rate * cases)):
                if healthy:
                    tell(self.log, person(self.code, healthy.pop()), moment())

    def _tell_contacts(self, who: int, case: Case, asked: set[int]) -> None:
        draw = self.chance.random
        around: list[tuple[int, Case | None]] = [
            (member, case) for member, _sex, _age in self.home_of[who].members if member != who
        ]
        for _ in range(self._about(NEIGHBOURS)):
            home = self.chance.choice(self.stairwells[self.home_of[who].stairwell])
            around.append((self.chance.choice(home.members)[0], None))
        for member, of in around:
            found = max(case.confirmed + 45, self.log.at_work(case.confirmed + int(draw() * DAY)))
            if member == who or member in asked or draw() > course.traced(found // DAY):
                continue
            asked.add(member)
            ill = self.ill.get(member)
            if ill is None or ill[0].suspected > found + 60:
                until = ill[0].suspected if ill else None
                timelines.tell_contact(self.log, person(self.code, member), found, case=of, until=until)

    def _about(self, mean: float) -> int:
        whole = int(mean)
        return whole + (self.chance.random() < mean - whole)

    def _while_it_spreads(self) -> int:
        """When somebody with another illness comes to a clinic: as others fall ill, and some until the end of March."""
        draw = self.chance.random
        day = course.onset_day(draw) + 5 if draw() < 0.75 else course.day_of(date(2020, 2, 5)) + int(draw() * 50)
        return self.log.at_work(day * DAY)

    def _in_march(self) -> int:
        return self.log.at_work((course.day_of(date(2020, 3, 3)) + int(self.chance.random() * 26)) * DAY)
