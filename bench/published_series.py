"""Files whose import gives back Wuhan's published series, day for day: cumulative confirmed, cured and dead of 2020.

    .venv/bin/python bench/published_series.py SERIES.csv --out DIR [--until 2020-04-29] [--seed 20200123]

SERIES.csv has the columns date,confirmed,cured,dead (cumulative, one row a day; days may be missing). Written to DIR:
areas.csv (the real tree), compounds.csv, residents.csv (about 60,000 people, some never ill) and health-events.csv.
The counts are real; which person, compound and hour is made up from the seed. Every fall of the series is made of
explicit corrections: an `excluded` event that names the event it withdraws, with a note that says why.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from shouwang.site.demo import city, course, people
from shouwang.site.demo.chance import SEED, apportion, seeded
from shouwang.site.demo.city import Compound
from shouwang.site.demo.course import DAY, day_of, text_of
from shouwang.site.demo.epidemic import COLUMNS, burden
from shouwang.site.demo.homes import YEAR, homes
from shouwang.site.demo.timelines import CLINIC, HOSPITAL

AREA_COLUMNS = ("code", "name", "level", "parent_code")
NEVER_ILL = 1.0
"""People registered for each who falls ill; whole households are registered, so there are some more."""
SUSPECTED_FIRST = 0.55
"""Share of cases recorded as suspected before they were confirmed. *Assumed.*"""

CLINICAL: dict[date, int | float] = {
    date(2020, 2, 13): 12_364,
    **{date(2020, 2, day): 0.6 for day in range(14, 20)},
}
"""Day of the series → how many of its new cases were clinically diagnosed: published for the first day; for the others
a share of the day's new cases, *assumed*. The series dates a figure by the day on which it was announced."""


@dataclass(frozen=True)
class Correction:
    """What happened on a day beyond the plain difference of the series. Withdrawals are counted in people."""

    why: str
    confirmed_withdrawn: int = 0
    reconfirmed: int = 0
    cured_withdrawn: int = 0
    dead_withdrawn: int = 0
    dead_among_cured: int = 0
    dead_at_once: int = 0


CORRECTIONS: dict[date, Correction] = {
    date(2020, 2, 14): Correction("核减重复统计的死亡病例108例(当日新增死亡88例,净减20例)", dead_withdrawn=108),
    date(2020, 2, 20): Correction("核减确诊病例13例(当日新增628例,净增615例)", confirmed_withdrawn=13),
    date(2020, 2, 21): Correction("此前核减的13例重新计入", reconfirmed=13),
    date(2020, 4, 17): Correction(
        "4月17日核查订正:确诊核增325例,死亡核增1290例,治愈核减965例",
        cured_withdrawn=965,
        dead_among_cured=965,
        dead_at_once=325,
    ),
}
"""Published reviews. 14 February and 17 April as announced; the 13 of 20 and 21 February follow the province's notices
that cases were taken out on 19 and put back on 20 February, their number in Wuhan is *assumed*."""

FALL = "公布序列当日回落,按公布口径撤回"
"""Why, where the series falls and no review was published (days on which the source has no number)."""


@dataclass(slots=True, eq=False)
class Patient:
    """Somebody who is a case: their reference, age, when they would be well (minute), and the events that stand."""

    person: str
    age: float
    ready_at: int = 0
    confirmed: str = ""
    cured: str = ""
    died: str = ""


@dataclass
class Spread:
    """Turns the series into events. `rows` are (minute, reference, person, kind, ends, source, note)."""

    patients: Sequence[Patient]
    seed: int
    rows: list[tuple[int, str, str, str, str, str, str]] = field(default_factory=list)
    waiting: int = 0
    ill: list[Patient] = field(default_factory=list)
    cured: list[Patient] = field(default_factory=list)
    dead: list[Patient] = field(default_factory=list)
    withdrawn: list[Patient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = seeded(self.seed, "series")

    def tell(self, series: Iterable[tuple[date, int, int, int]]) -> None:
        """The events of every day, so that the counts at each day's end are those of the series."""
        had = (0, 0, 0)
        for day, *now in series:
            confirmed, cured, dead = (new - old for new, old in zip(now, had, strict=True))
            self._day(day, confirmed, cured, dead)
            had = (now[0], now[1], now[2])
            if (len(self.ill) + len(self.cured) + len(self.dead), len(self.cured), len(self.dead)) != had:
                raise AssertionError(f"{day}: the events do not come to {had}")

    def _day(self, day: date, confirmed: int, cured: int, dead: int) -> None:
        """One day: withdrawals in the morning, then findings, then outcomes of those confirmed before."""
        plan = CORRECTIONS.get(day) or Correction(FALL)
        start = day_of(day) * DAY
        before = list(self.ill)
        back_cured = max(plan.cured_withdrawn, -cured)
        back_dead = max(plan.dead_withdrawn, -dead)
        back_confirmed = max(plan.confirmed_withdrawn, -confirmed)
        reopened = [self._withdraw(self.cured, "cured", start, plan.why) for _ in range(back_cured)]
        revived = [self._withdraw(self.dead, "died", start, plan.why) for _ in range(back_dead)]
        for _ in range(back_confirmed):
            patient = self._take(before, lambda _patient: 1.0)
            self.ill.remove(patient)
            self._exclude(patient, patient.confirmed, start, plan.why)
            patient.confirmed = ""
            self.withdrawn.append(patient)
        again = [self.withdrawn.pop() for _ in range(plan.reconfirmed)]
        fresh = self._confirm(day, again, confirmed + back_confirmed - len(again))
        fatal = [*reopened[: plan.dead_among_cured], *fresh[: plan.dead_at_once]]
        ready = [*before, *revived, *reopened[plan.dead_among_cured :]]
        for patient in fatal:
            self._die(patient, start, plan.why)
        # The longest ill are discharged first, the old die more often.
        for _ in range(dead + back_dead - len(fatal)):
            self._die(self._take(ready, lambda patient: course.fatality(patient.age)), start, "")
        ready.sort(key=lambda patient: -patient.ready_at)
        gone = set()
        for _ in range(cured + back_cured):
            patient = ready.pop()
            gone.add(patient.person)
            self._discharge(patient, start)
        now = [*self.ill, *revived, *reopened, *fresh]
        self.ill = [patient for patient in now if not patient.died and patient.person not in gone]

    def _confirm(self, day: date, again: list[Patient], new: int) -> list[Patient]:
        clinical = CLINICAL.get(day, 0)
        of_them = round(clinical * (new + len(again))) if isinstance(clinical, float) else clinical
        fresh = [*self.patients[self.waiting : self.waiting + new], *again]
        self.waiting += new
        hurried = CORRECTIONS[day].dead_at_once if day in CORRECTIONS else 0
        for turn, patient in enumerate(fresh):
            opened, closed = (8, 11) if turn < hurried else (0.2, 23.6)
            minute = day_of(day) * DAY + int(self.chance.triangular(opened, closed, min(closed, 17)) * 60)
            kind = "clinically_diagnosed" if turn < of_them else "confirmed"
            if turn < new and self.chance.random() < SUSPECTED_FIRST:
                seen = minute - int((0.5 + self.chance.gammavariate(2, 1.6)) * DAY)
                self._note(seen, patient, "suspected", self.chance.choice(CLINIC))
            note = "临床诊断病例" if kind == "clinically_diagnosed" else ""
            if turn < hurried or turn >= new:
                note = CORRECTIONS[day].why
            patient.confirmed = self._note(minute, patient, kind, self.chance.choice(HOSPITAL), note=note)
            patient.ready_at = minute + int(self.chance.gammavariate(4, 2.5) * DAY)
        return fresh

    def _discharge(self, patient: Patient, start: int) -> None:
        minute = start + int(self.chance.triangular(9, 18, 14) * 60)
        source = self.chance.choice(HOSPITAL)
        patient.cured = self._note(minute, patient, "discharged", source, ends=patient.confirmed)
        self.cured.append(patient)

    def _die(self, patient: Patient, start: int, why: str) -> None:
        minute = start + int(self.chance.uniform(11.5, 23.7) * 60)
        patient.died = self._note(minute, patient, "died", self.chance.choice(HOSPITAL), note=why)
        self.dead.append(patient)

    def _withdraw(self, among: list[Patient], what: str, start: int, why: str) -> Patient:
        """Somebody's discharge or death is taken back; they are a case again."""
        patient = self._take(among, lambda patient: patient.age if what == "cured" else 1.0)
        self._exclude(patient, getattr(patient, what), start, why)
        setattr(patient, what, "")
        return patient

    def _exclude(self, patient: Patient, ref: str, start: int, why: str) -> None:
        minute = start + int(self.chance.uniform(7.5, 9.5) * 60)
        self._note(minute, patient, "excluded", "市卫生健康委员会", ends=ref, note=f"订正:{why}")

    def _take(self, among: list[Patient], weight: Callable[[Patient], float]) -> Patient:
        """Take somebody out by chance and weight (drawn until accepted, so that long lists cost nothing)."""
        heaviest = max(weight(Patient("", age)) for age in (1.0, 95.0))
        while True:
            place = int(self.chance.random() * len(among))
            if self.chance.random() * heaviest <= weight(among[place]):
                among[place], among[-1] = among[-1], among[place]
                return among.pop()

    def _note(self, minute: int, patient: Patient, kind: str, source: str, *, ends: str = "", note: str = "") -> str:
        ref = f"WH2020-{len(self.rows) + 1:06d}"
        self.rows.append((minute, ref, patient.person, kind, ends, source, note))
        return ref


def read_series(path: Path) -> list[tuple[date, int, int, int]]:
    """The published rows: day, cumulative confirmed, cured, dead."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            (date.fromisoformat(row["date"]), int(row["confirmed"]), int(row["cured"]), int(row["dead"]))
            for row in csv.DictReader(file)
        ]


def newly_ill(series: Iterable[tuple[date, int, int, int]]) -> int:
    """How many different people the whole series needs."""
    needed = had = 0
    for day, confirmed, _cured, _dead in series:
        plan = CORRECTIONS.get(day) or Correction("")
        needed += max(0, confirmed - had + plan.confirmed_withdrawn - plan.reconfirmed)
        had = confirmed
    return needed


def settle(compounds: Sequence[Compound], cases: int, seed: int) -> tuple[list[Patient], list[tuple[str, ...]]]:
    """Who falls ill, in the order in which they will, and rows of everybody to register.

    People of one home fall ill at about the same time.
    """
    chance = seeded(seed, "settle")
    patients: list[tuple[float, Patient]] = []
    rows: list[tuple[str, ...]] = []
    for one, ill in zip(compounds, apportion(cases, burden(compounds, chance)), strict=True):
        if not ill:
            continue
        taken, members = [], []
        for home in homes(one, seed):
            if len(members) >= ill * NEVER_ILL:
                break
            taken.append(home)
            begins = chance.random()
            members += [(who, age / YEAR, begins + chance.random() * 0.015) for who, _sex, age in home.members]
        if len(members) < ill:
            raise ValueError(f"{one.code} has {len(members)} people for {ill} cases")
        members.sort(key=lambda member: -(chance.random() ** (1 / course.catching(member[1]))))
        patients += [(at, Patient(people.person(one.code, who), age)) for who, age, at in members[:ill]]
        rows += people.people_of(one, taken, seed)
    patients.sort(key=lambda pair: (pair[0], pair[1].person))
    return [patient for _at, patient in patients], rows


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV file; answers how many rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def generate(series_path: Path, out: Path, until: date, seed: int = SEED) -> dict[str, int]:
    """Write the four files to `out`; answers rows by file. An earlier `until` gives the same events, fewer of them."""
    out.mkdir(parents=True, exist_ok=True)
    series = read_series(series_path)
    places = city.read_tree()
    compounds = city.compounds(places, city.read_outlines(), 1.0, seed)
    patients, residents = settle(compounds, newly_ill(series), seed)
    spread = Spread(patients, seed)
    spread.tell(series)
    end = (day_of(until) + 1) * DAY
    told = sorted(row for row in spread.rows if row[0] < end)
    tree = ((p.code, p.name, "village" if city.is_village(p.code) else p.level, p.parent_code) for p in places)
    return {
        "areas.csv": write(out / "areas.csv", AREA_COLUMNS, tree),
        "compounds.csv": write(out / "compounds.csv", city.COLUMNS, city.rows(compounds)),
        "residents.csv": write(out / "residents.csv", people.COLUMNS, residents),
        "health-events.csv": write(
            out / "health-events.csv", COLUMNS, ((row[1], text_of(row[0]), *row[2:]) for row in told)
        ),
    }


@click.command()
@click.argument("series", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default="2020-04-29", show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
def command(series: Path, out: Path, until: datetime, seed: int) -> None:
    """Write areas.csv, compounds.csv, residents.csv and health-events.csv from a published series."""
    for name, rows in generate(series, out, until.date(), seed).items():
        click.echo(f"{out / name}: {rows:,} rows")


if __name__ == "__main__":
    command()
