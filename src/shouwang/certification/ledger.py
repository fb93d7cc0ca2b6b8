"""The whole city kept between days: every family's facts, and where its walk stood as the last closed day ended.

What is kept can be had again from the tables, and is a pure function of them: it saves walking the same days anew, and
is dropped as soon as the tables are not what it was made from. So a fact that came late or was corrected has its family
walked from the first day, a rolled back transaction leaves nothing behind, and a new process begins by reading all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import deciding, evidence, families
from shouwang.certification.deciding import Decided, missing
from shouwang.certification.facts import StepTaken, last_moment
from shouwang.certification.families import TOP, Family, Place
from shouwang.certification.happenings import Change, Happening, in_order, of_case, of_finding, of_step, of_unit
from shouwang.certification.ladder import State
from shouwang.certification.models import CertificationStatus, EvidenceRow, StepRow, UnitTest
from shouwang.certification.policy import RANKS
from shouwang.certification.spans import Piece
from shouwang.certification.standard import StandardOne, standard_one
from shouwang.certification.walk import Walk

_STEPS_SINCE = """
    select id, area_id, step, result, (extract(epoch from at) * 1000000)::bigint, objection_id
    from certification_step where id > %s
"""
PIECE_COLUMNS = ("id", "event", "kind", "is_case", "own", "area_id", "since", "until")


@dataclass
class Kept:
    """One family: all that happens to it, and its walk up to the end of a day."""

    family: Family
    units: Mapping[int, Any]
    tests: Sequence[tuple[int, date]]
    coming: list[Happening] = field(default_factory=list)
    sorted: bool = False
    declared: bool = False
    """Whether any step was ever taken."""
    walk: Walk | None = None
    upto: datetime | None = None
    last: dict[int, Change] = field(default_factory=dict)
    """Each unit's last change up to `upto`; the tables say the same up to there."""
    told: dict[int, dict[datetime, Change]] = field(default_factory=dict)
    """What the tables say after `upto`, by unit and moment."""
    ahead: Walk | None = None
    """The walk up to the moment that is being decided."""
    stale: bool = True
    """Whether the walk begins anew, and the tables are to be read for it."""

    def alter(self, gone: Sequence[Happening], new: Sequence[Happening]) -> None:
        """Some of what happens is no longer so, other things are. What that changes before `upto` is walked anew."""
        if gone:
            less = Counter(gone)
            self.coming = [one for one in self.coming if not (one in less and _take_one(less, one))]
        self.coming += new
        self.sorted = self.sorted and not new
        self.ahead = None
        if self.upto is not None and Counter(_before(gone, self.upto)) != Counter(_before(new, self.upto)):
            self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the walk."""
        self.walk, self.upto, self.ahead, self.stale = None, None, None, True
        self.last, self.told = {}, {}

    def go(self, until: datetime) -> Walk:
        """The walk up to a moment, not before `upto`."""
        if self.ahead is None:
            if not self.sorted:
                self.coming.sort(key=in_order)
                self.sorted = True
            first = 0 if self.upto is None else bisect_right(self.coming, self.upto, key=lambda one: one[0])
            end = bisect_right(self.coming, until, key=lambda one: one[0])
            path = self.family.tops[0]
            walk = (
                self.walk.copy()
                if self.walk
                else Walk(self.units, lambda day: families.policy_on(day, path), self.tests)
            )
            if self.upto is None or self.upto < until:
                walk.go(self.coming[first:end], until)
            self.ahead = walk
        return self.ahead

    def rows(self, until: datetime, decided: Decided) -> list[Change]:
        """The status rows that are missing up to a moment."""
        walk = self.go(until)
        wanted: defaultdict[int, dict[datetime, Change]] = defaultdict(dict)
        for change in walk.changes:
            wanted[change.unit][change.at] = change
        new: list[Change] = []
        for unit in sorted(wanted.keys() | self.told.keys()):
            before = [self.told[unit][at] for at in sorted(self.told.get(unit, ())) if at <= until]
            mine, held = wanted.get(unit, {}), self.last.get(unit)
            new += missing(unit, mine, before, held)
            was = before[-1] if before else held
            now = next(reversed(mine.values())) if mine else held
            if (was.state if was else State.NONE) is not (now.state if now else State.NONE):
                decided.turned.append(self.family.places[unit].path)
        for change in new:
            self.told.setdefault(change.unit, {})[change.at] = change
        decided.voids.update({void.step: void.reason for void in walk.voids})
        return new

    def close(self, until: datetime) -> None:
        """Keep the walk as it stands at the end of a day, once the tables say the same."""
        walk = self.go(until)
        for change in walk.changes:
            self.last[change.unit] = change
        walk.changes, walk.voids = [], []
        self.walk, self.upto, self.ahead = walk, until, None
        later = {unit: {at: one for at, one in told.items() if at > until} for unit, told in self.told.items()}
        self.told = {unit: told for unit, told in later.items() if told}


def _take_one(less: Counter[Happening], one: Happening) -> bool:
    less[one] -= 1
    if not less[one]:
        del less[one]
    return True


def _before(happenings: Iterable[Happening], moment: datetime) -> list[Happening]:
    return [one for one in happenings if one[0] <= moment]


class Ledger:
    """All families below the districts."""

    def __init__(self) -> None:
        self.frame: tuple[Any, ...] = ()
        self.kept: list[Kept] = []
        self.of_unit: dict[int, Kept] = {}
        self.places: dict[int, Place] = {}
        self.pieces: dict[int, tuple[int, Kept, list[Happening]]] = {}
        """Rows of evidence: the transaction that wrote it, its family, and what it makes happen."""
        self.steps = (0, 0)
        self.statuses = (0, 0)
        self.until: datetime | None = None
        self.tops = False
        """Whether a district or the city took a step."""

    # What the tables say

    def refresh(self, root_path: str = "") -> None:
        """Come to what the tables say now: read what is new, or everything when it is not what was read plus more."""
        frame = _frame(root_path)
        if frame != self.frame:
            self._begin(frame)
        if not self._read_steps() or not self._read_statuses():
            self._begin(frame)
            self._read_steps()
            self._read_statuses()
        self._read_evidence()

    def _begin(self, frame: tuple[Any, ...]) -> None:
        self.__init__()  # type: ignore[misc]
        self.frame = frame
        rows, moves, tests = frame[1], frame[2], frame[3]
        self.places = {row[0]: Place(*row) for row in rows}
        levels = {place.code: place.level for place in self.places.values()}
        below = [place.path for place in self.places.values() if place.level not in TOP]
        together = families.tops_of(below, moves, levels)
        by_top = {top: place for place, tops in enumerate(together) for top in tops}
        members: list[dict[int, Place]] = [{} for _tops in together]
        above = [{path for top in tops for path in areas.paths_above(top)[:-1]} for tops in together]
        high = {place.path: place for place in self.places.values() if place.level in TOP}
        for place in self.places.values():
            if place.level not in TOP:
                top = next(path for path in areas.paths_above(place.path) if path in by_top)
                members[by_top[top]][place.id] = place
        tests_of = defaultdict(list)
        for unit, day in tests:
            tests_of[unit].append((unit, day))
        for tops, own, paths in zip(together, members, above, strict=True):
            everything = {**own, **{high[path].id: high[path] for path in paths if path in high}}
            family = Family(tops, everything, families.units_of(everything, moves))
            units = {number: family.by_id[number] for number in own}
            kept = Kept(family, units, [test for number in own for test in tests_of[number]])
            kept.coming = [one for unit in units.values() for one in of_unit(unit)]
            self.kept.append(kept)
            self.of_unit.update(dict.fromkeys(own, kept))

    def _read_steps(self) -> bool:
        found = _grown(StepRow.objects, self.steps)
        if found is None:
            return False
        if found != self.steps:
            new: defaultdict[int, list[StepTaken]] = defaultdict(list)
            with connection.cursor() as cursor:
                cursor.execute(_STEPS_SINCE, [self.steps[1]])
                while rows := cursor.fetchmany(5000):
                    for number, unit, step, result, at, said in rows:
                        new[unit].append(StepTaken(number, unit, step, result, deciding.moment_of(at), said or 0))
            by_family: defaultdict[int, list[Happening]] = defaultdict(list)
            for unit, taken in new.items():
                kept = self.of_unit.get(unit)
                if kept is None:
                    self.tops = True
                else:
                    kept.declared = True
                    by_family[id(kept)] += map(of_step, taken)
            self._alter_all({}, by_family)
            self.steps = found
        return True

    def _read_statuses(self) -> bool:
        """Rows that others appended. Those at moments that were closed have the family begin anew."""
        found = _grown(CertificationStatus.objects, self.statuses)
        if found is None:
            return False
        if found != self.statuses and self.statuses[0]:
            rows = CertificationStatus.objects.filter(pk__gt=self.statuses[1]).order_by("pk")
            for row in rows.values_list(*deciding.CHANGE_COLUMNS):
                kept = self.of_unit.get(row[0])
                if kept is not None and not kept.stale:
                    if kept.upto is not None and row[1] <= kept.upto:
                        kept.begin_anew()
                    else:
                        kept.told.setdefault(row[0], {})[row[1]] = deciding.change_of(*row)
        elif found != self.statuses:
            for kept in self.kept:
                kept.begin_anew()
        self.statuses = found
        return True

    def _read_evidence(self) -> None:
        """Rows of evidence come and go; one that was altered where it stands is another row."""
        written = _evidence_written()
        gone: defaultdict[int, list[Happening]] = defaultdict(list)
        new: defaultdict[int, list[Happening]] = defaultdict(list)
        for number in [number for number, one in self.pieces.items() if written.get(number) != one[0]]:
            _by, kept, happenings = self.pieces.pop(number)
            gone[id(kept)] += happenings
        unread = written.keys() - self.pieces.keys()
        rows = EvidenceRow.objects.all()
        if len(unread) < len(written):
            rows = rows.filter(pk__in=evidence.these(unread))
        for number, *values in rows.values_list(*PIECE_COLUMNS):
            piece = Piece(*values)
            owner = self.of_unit.get(piece.area)
            if owner is not None:
                happenings = _of_piece(owner.family, piece)
                self.pieces[number] = (written[number], owner, happenings)
                new[id(owner)] += happenings
        self._alter_all(gone, new)

    def _alter_all(self, gone: Mapping[int, list[Happening]], new: Mapping[int, list[Happening]]) -> None:
        for kept in self.kept:
            if id(kept) in gone or id(kept) in new:
                kept.alter(gone.get(id(kept), []), new.get(id(kept), []))

    # What follows

    def look(self, until: datetime) -> None:
        """Walk every family up to a moment."""
        late = [kept for kept in self.kept if kept.declared]
        for kept in late:
            if until != self.until:
                kept.ahead = None
            if kept.upto is not None and until < kept.upto:
                kept.begin_anew()
        stale = [kept for kept in late if kept.stale]
        numbers = [number for kept in stale for number in kept.units]
        for number, changes in (deciding.known_changes(numbers) if numbers else {}).items():
            self.of_unit[number].told[number] = {change.at: change for change in changes}
        for kept in stale:
            kept.stale = False
        for kept in late:
            kept.go(until)
        self.until = until

    def waiting(self, until: datetime) -> dict[int, tuple[Place, StandardOne]]:
        """The units whose comparison is due, with standard one at a moment."""
        found = {}
        day = clock.local_day(until)
        for kept in self.kept:
            walk = kept.ahead
            if walk is None:
                continue
            for unit, standing in walk.standings.items():
                if standing.state is State.REVIEWED and not standing.held:
                    one = standard_one(
                        families.policy_on(day, kept.family.tops[0]), day, walk.cases.get(unit, ()),
                        walk.open.get(unit, ()), walk.tests.get(unit, ()), until,
                    )  # fmt: skip
                    found[unit] = (self.places[unit], one)
        return found

    def append(self, until: datetime) -> Decided:
        """Append what the tables do not say yet, and keep the walks when a day is over."""
        decided = Decided()
        new: list[Change] = []
        for kept in self.kept:
            if kept.declared:
                decided.families += len(kept.family.tops)
                decided.units += len(kept.units)
                new += kept.rows(until, decided)
        decided.rows = len(new)
        decided.corrected = sum(1 for change in new if change.reason == "corrected")
        rows = deciding.write(self.places, new)
        self.statuses = (self.statuses[0] + len(rows), max([self.statuses[1], *(row.pk for row in rows)]))
        if until == last_moment(clock.local_day(until)):
            for kept in self.kept:
                if kept.declared:
                    kept.close(until)
        return decided


def _frame(root_path: str) -> tuple[Any, ...]:
    """Everything that is compared whole: which database, the places, their moves, the tests, the policies."""
    settings = connection.settings_dict
    return (
        (settings["NAME"], settings["HOST"], settings["PORT"], root_path),
        list(areas.of_ladder(RANKS, [""]).order_by("pk").values_list(*families.COLUMNS)),
        areas.unit_moves(),
        list(UnitTest.objects.filter(positive=0, tested__gt=0).order_by("pk").values_list("area_id", "day")),
        families.policies_at(root_path),
    )


def _grown(rows: Any, known: tuple[int, int]) -> tuple[int, int] | None:
    """How many rows of an append-only table there are, and the last; None when it is not what was known plus more."""
    told = rows.aggregate(count=Count("pk"), last=Max("pk"))
    found = (told["count"], told["last"] or 0)
    if found == known:
        return known
    return found if known[0] + rows.filter(pk__gt=known[1]).count() == found[0] else None


def _evidence_written() -> dict[int, int]:
    """Every row of evidence, with the transaction that wrote it as it stands."""
    with connection.cursor() as cursor:
        cursor.execute("select id, xmin::text::bigint from certification_evidencerow")
        return dict(cursor.fetchall())


def _of_piece(family: Family, piece: Piece) -> list[Happening]:
    if piece.is_case:
        return [of_case(deciding.case_of(family, piece))]
    return [happening for one in deciding.findings_of(family, piece) for happening in of_finding(one)]


_kept = [Ledger()]


def ledger() -> Ledger:
    """The one of this process."""
    return _kept[0]


def forget() -> None:
    """Begin with nothing again."""
    _kept[0] = Ledger()
