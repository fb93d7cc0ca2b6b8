"""A whole city on the ladder: how long its days take, and how soon one fact suspends a unit.

    .venv/bin/python bench/certification.py [--data DIR] [--days 70] [--json FILE]

7,101 compounds, 1,406 communities, 1,943 villages cut to 9,060 units with the streets and districts above them,
15,000 findings and cases spread over 70 days from 1 March 2020, and every unit's steps. Streets vary in size as they
come from a seeded generator. It measures: each day's certification step, one after the other as `shouwang days` runs
them; the last day run again, and once more in a process that kept nothing, as `shouwang day` does; and single facts,
each followed as the announcement does. Beside the time on the wall stands processor time, of Python and PostgreSQL.
The limits of the specification stand beside them. Peers: the pure course of all families without a database, and one
statement that reads every row.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

FIRST = date(2020, 3, 1)
STREETS, MIDDLES, COMPOUNDS = 173, 1_786, 7_101
"""Together 9,060 units: streets, communities and villages, compounds."""
PEOPLE = 12_000
"""About 15,000 pieces of evidence: some people are several, one after the other."""
SINGLE = 40
STEPS = ("declared", "first_review", "comparison", "assessment", "notice")


def plant(dice: random.Random) -> list[Any]:
    """The tree, each street with its share of what is below."""
    from shouwang.areas.models import Area

    def grow(rows: list[tuple[str, str, Any]]) -> list[Any]:
        return Area.objects.bulk_create(
            [
                Area(code=code, name=code, level=level, parent=above, path=f"{above.path if above else ''}{code}/")
                for code, level, above in rows
            ],
            batch_size=5000,
        )

    [city] = grow([("4201", "city", None)])
    districts = grow([(f"4201{n:02}", "district", city) for n in range(1, 14)])
    streets = grow([(f"S{n}", "street", dice.choice(districts)) for n in range(STREETS)])
    middles = grow(
        [(f"V{n}", "community" if dice.random() < 0.7 else "village", dice.choice(streets)) for n in range(MIDDLES)]
    )
    compounds = grow([(f"X{n}", "compound", dice.choice(middles)) for n in range(COMPOUNDS)])
    return [*streets, *middles, *compounds]


def settle(dice: random.Random, units: Sequence[Any]) -> list[Any]:
    """People of compounds, about whom something will be recorded."""
    from shouwang.residents.models import Person

    homes = [unit for unit in units if unit.level == "compound"]
    rows = []
    for number in range(PEOPLE):
        home = dice.choice(homes)
        rows.append(Person(ref=f"P{number}", name_sealed=b"-", name_hash=b"-", area=home, area_path=home.path))
    return Person.objects.bulk_create(rows, batch_size=5000)


def at(day: int, hour: float) -> datetime:
    """A moment of the course, counted from the first day."""
    from shouwang import clock

    return clock.day_bounds(FIRST + timedelta(days=day))[0] + timedelta(hours=hour)


def fall_ill(dice: random.Random, people: Sequence[Any], days: int) -> tuple[list[Any], int]:
    """What the health record will say, and how many pieces of evidence that is."""
    from shouwang.health.models import HealthEvent

    rows: list[Any] = []
    pieces = 0

    def tell(person: Any, kind: str, moment: datetime) -> None:
        rows.append(
            HealthEvent(
                ref=f"E{len(rows)}", person=person, kind=kind, time=moment, area_id=person.area_id,
                area_path=person.area_path, author="bench", recorded_at=moment,
            )
        )  # fmt: skip

    for person in people:
        # The epidemic wanes: two thirds of it lie in the first third of the days.
        began = min(dice.expovariate(3 / days), days - 1)
        kind = dice.choice(["suspected", "fever", "close_contact", "close_contact", "close_contact"])
        tell(person, kind, at(0, began * 24))
        pieces += 1
        until = began + dice.uniform(0.5, 14)
        if dice.random() < 0.25:
            tell(person, "confirmed", at(0, until * 24))
            pieces += 1
        else:
            tell(person, "released" if kind == "close_contact" else "excluded", at(0, until * 24))
    return sorted(rows, key=lambda row: row.time), pieces


def take_steps(dice: random.Random, units: Sequence[Any], day: int) -> None:
    """A day's desk work: units that are not under way declare, and go on a step a day."""
    from shouwang.certification.models import CertificationStatus, StepRow

    last = CertificationStatus.objects.order_by("area_id", "-since", "-id").distinct("area_id")
    states = dict(last.values_list("area_id", "state"))
    following = {"declared": "first_review", "compared": "assessment", "assessed": "notice"}
    rows = []
    for unit in units:
        state = states.get(unit.pk, "none")
        if state in ("none", "ended", "cancelled", "returned"):
            step = "declared" if dice.random() < 0.2 else ""
        else:
            step = following.get(state, "")
        if step:
            rows.append(
                StepRow(
                    ref=f"{at(day, 9):%Y-%m-%d}-{unit.pk}", area=unit, area_path=unit.path, step=step, result="passed",
                    at=at(day, 9), by="bench", recorded_at=at(day, 9),
                )
            )  # fmt: skip
    StepRow.objects.bulk_create(rows, batch_size=5000)


def run_days(dice: random.Random, units: Sequence[Any], events: list[Any], days: int) -> list[dict[str, Any]]:
    """Every day's step, timed; the desk work of the day is put there before and not timed."""
    from shouwang import clock
    from shouwang.certification import the_day
    from shouwang.certification.facts import last_moment
    from shouwang.health.models import HealthEvent
    from shouwang.journal.actions import Actor

    by, told = Actor.system("bench"), []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        with clock.frozen(last_moment(day)):
            known = [row for row in events if row.time <= last_moment(day)]
            HealthEvent.objects.bulk_create(known, batch_size=5000)
            del events[: len(known)]
            take_steps(dice, units, number)
            began, worked = time.perf_counter(), processor()
            # Facts and steps of the day were written past the deeds, as if every announcement had been missed.
            counts = the_day.run(day, by=by)
            seconds, work = time.perf_counter() - began, processor() - worked
            told.append({"day": day, "seconds": seconds, "processor": work, **counts})
            click.echo(f"{day} {seconds:.2f} s, processor {work:.2f} s {counts}", err=True)
    return told


def processor() -> float:
    """Processor seconds so far of this process and of the one of PostgreSQL that works for it."""
    import os

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        [backend] = cursor.fetchone()
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_again(day: date) -> tuple[float, float]:
    """A day over again: nothing new. Answers seconds, and processor seconds."""
    from shouwang import clock
    from shouwang.certification import the_day
    from shouwang.certification.facts import last_moment
    from shouwang.journal.actions import Actor

    with clock.frozen(last_moment(day)):
        began, worked = time.perf_counter(), processor()
        assert the_day.run(day, by=Actor.system("bench"))["rows"] == 0
        return time.perf_counter() - began, processor() - worked


def run_from_nothing(day: date) -> tuple[float, float]:
    """The same in a process that kept nothing of the days before, as one `shouwang day` is."""
    from shouwang.certification import ledger

    ledger.forget()
    return run_again(day)


def trigger(dice: random.Random, people: Sequence[Any], days: int) -> list[tuple[float, float]]:
    """Single facts followed, in milliseconds: reading the person, deciding the family, rows, notice, journal."""
    from shouwang import clock
    from shouwang.certification import actions
    from shouwang.certification.facts import last_moment
    from shouwang.health.models import HealthEvent
    from shouwang.journal.actions import Actor

    spent = []
    with clock.frozen(last_moment(FIRST + timedelta(days=days - 1))):
        for number, person in enumerate(dice.sample(list(people), SINGLE)):
            HealthEvent.objects.create(
                ref=f"T{number}", person=person, kind="suspected", time=at(days - 1, 12), area_id=person.area_id,
                area_path=person.area_path, author="bench", recorded_at=at(days - 1, 12),
            )  # fmt: skip
            began, worked = time.perf_counter(), time.process_time()
            actions.follow_people([person.pk], by=Actor.system("bench"))
            spent.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
    return spent


def peer(days: int) -> dict[str, float]:
    """The pure course of all families over facts in memory, and reading every row that is stored."""
    from shouwang.areas import queries as areas
    from shouwang.certification import families
    from shouwang.certification.course import course
    from shouwang.certification.deciding import facts_of
    from shouwang.certification.facts import last_moment
    from shouwang.certification.models import CertificationStatus

    until = last_moment(FIRST + timedelta(days=days - 1))
    ready = []
    for tops in families.tops_of(areas.subtree("4201/", "street").values_list("path", flat=True), []):
        family = families.family_of(tops, [])
        numbers = [number for number, place in family.places.items() if place.level not in families.TOP]
        ready.append((tops[0], [family.by_id[number] for number in numbers], facts_of(family, numbers)))
    began = time.perf_counter()
    for top, units, facts in ready:
        course(units, facts, lambda day, top=top: families.policy_on(day, top), until)  # type: ignore[misc]
    pure = time.perf_counter() - began
    began = time.perf_counter()
    rows = len(list(CertificationStatus.objects.values_list()))
    return {"pure_course_s": pure, "read_rows_s": time.perf_counter() - began, "rows": rows}


@click.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder to make; a temporary one.")
@click.option("--days", default=70, show_default=True)
@click.option("--seed", default=20200305, show_default=True)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(data: Path | None, days: int, seed: int, json_file: Path | None) -> None:
    """Build, run and measure."""
    import os

    with tempfile.TemporaryDirectory(prefix="shouwang-ladder-") as scratch:
        os.environ["SHOUWANG_DATA_DIR"] = str(data or scratch)
        from shouwang.site.cli import prepare

        prepare(database=True)
        dice = random.Random(seed)
        units = plant(dice)
        people = settle(dice, units)
        events, pieces = fall_ill(dice, people, days)
        told = run_days(dice, units, events, days)
        again, again_work = run_again(told[-1]["day"])
        alone, alone_work = run_from_nothing(told[-1]["day"])
        single, single_work = zip(*trigger(dice, people, days), strict=True)
        seconds, work = [one["seconds"] for one in told], [one["processor"] for one in told]
        found = {
            "units": len(units), "evidence": pieces, "days": days,
            "all_days_s": round(sum(seconds), 1), "day_median_s": round(statistics.median(seconds), 2),
            "day_longest_s": round(max(seconds), 2), "all_days_processor_s": round(sum(work), 1),
            "day_longest_processor_s": round(max(work), 2), "again_s": round(again, 2),
            "again_processor_s": round(again_work, 2), "from_nothing_s": round(alone, 2),
            "from_nothing_processor_s": round(alone_work, 2),
            "trigger_median_processor_ms": round(statistics.median(single_work), 1),
            "trigger_median_ms": round(statistics.median(single), 1), "trigger_longest_ms": round(max(single), 1),
            **{name: round(value, 2) for name, value in peer(days).items()},
        }  # fmt: skip
        limits = {"all_days_s": 180, "day_longest_s": 5, "from_nothing_s": 5, "trigger_longest_ms": 100}
        for name, value in found.items():
            click.echo(f"{name:<30}{value:>12}{f'   limit {limits[name]}' if name in limits else ''}")
        if json_file:
            json_file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        from shouwang.site import postgres

        postgres.stop(Path(str(data or scratch)))


if __name__ == "__main__":
    main()
