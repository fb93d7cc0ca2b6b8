"""A whole city: how fast its files are taken in, how long its day takes, how soon its pages answer.

    .venv/bin/python bench/scale.py --data DIR [--people 1000000] [--units full] [--json FILE]

Builds a data folder with Wuhan's tree, its 7,116 compounds and 1,944 hamlets (`--units full`) all closed to one
entrance, people spread over them, the epidemic of the demonstration and staff, through the ordinary import files and
deeds; runs the day; asks for pages as the roles that open them. A folder that is built already is only measured.
Next to each import stands raw COPY of the rows it made: the limit. CPU seconds are given beside wall seconds, since a
busy machine stretches the latter. scale_pages.py measures the pages.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
sys.path.insert(0, str(Path(__file__).parent))

LAST = date(2020, 2, 20)
DAYS = 2
"""Days that are run before the pages are asked; the last one is reported step by step."""
ROWS_A_FILE = 250_000
CASES_OF_GENERATOR = 50_000
DAY_LIMIT = 60.0

INTO = {
    "residents": ("residents_person", "select * from residents_person order by id"),
    "health-events": ("health_healthevent", "select * from health_healthevent order by id"),
    "compounds": ("areas_area", "select * from areas_area where level = 'compound' order by id"),
}
"""Kind of file → the table that holds its rows, and those rows."""


@dataclasses.dataclass
class Spent:
    """What a piece of work took: wall seconds, CPU seconds of this process, CPU seconds of PostgreSQL."""

    wall: float = 0.0
    python: float = 0.0
    postgres: float = 0.0


class Meter:
    """Measures pieces of work in this process and in the whole PostgreSQL server."""

    def __init__(self, data: Path) -> None:
        from shouwang.site import postgres

        self.server = postgres.postmaster(data)

    def _postgres(self) -> float:
        """CPU of the server: of ended processes as their parent counts them, and of those that live."""
        import psutil

        if self.server is None:
            return 0.0
        own = self.server.cpu_times()
        seconds = own.user + own.system + own.children_user + own.children_system
        for child in self.server.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.Error:
                continue
            seconds += times.user + times.system
        return float(seconds)

    @contextmanager
    def measured(self, title: str = "") -> Iterator[Spent]:
        """Fills what it gives when the block ends; with a title, prints it as well."""
        spent = Spent()
        wall, python, postgres = time.perf_counter(), time.process_time(), self._postgres()
        yield spent
        spent.wall = time.perf_counter() - wall
        spent.python = time.process_time() - python
        spent.postgres = self._postgres() - postgres
        if title:
            click.echo(f"  {title:<34} {spent.wall:8.1f} s   CPU {spent.python:7.1f} + {spent.postgres:7.1f} s")


def units(people: int, scale: float) -> list[Any]:
    """The closed units of the demonstration at a scale, with so many people spread over them by their size."""
    from shouwang.site.demo import city
    from shouwang.site.demo.chance import apportion

    made = city.compounds(city.read_tree(), city.read_outlines(), scale)
    heads = apportion(people, [one.residents for one in made])
    found, before = [], 0
    for one, count in zip(made, heads, strict=True):
        count = max(count, 3)
        households = max(1, round(count / 2.5))
        found.append(dataclasses.replace(one, residents=count, households=households, first_person=before))
        before += count
    return found


def events(compounds: Sequence[Any], cases: int, thermometers: float, until: datetime) -> Iterator[Sequence[str]]:
    """Rows of the epidemic. Temperatures only of a share of the people: they would be three rows in four."""
    from shouwang.site.demo import epidemic

    for row in epidemic.events(compounds, cases / CASES_OF_GENERATOR, until):
        if row[3] != "temperature" or zlib.crc32(row[2].encode()) % 1000 < thermometers * 1000:
            yield row


class Build:
    """Fills an empty data folder, and says how fast."""

    def __init__(self, data: Path, meter: Meter) -> None:
        from shouwang.journal.actions import Actor

        self.data, self.meter, self.by = data, meter, Actor.operator("bench")
        self.rates: dict[str, dict[str, float]] = {}

    def take_in(self, kind: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write rows to files and take them in; only the taking in is measured."""
        from shouwang.intake import actions as intake

        total, spent = 0, Spent()
        for path, count in self._files(kind, columns, rows):
            with self.meter.measured() as part:
                report = intake.take_in(kind, path, by=self.by)
            if report.refused:
                raise click.ClickException(f"{kind}: {report.refused} refused, {report.refusals[0].reason_en}")
            total += count
            spent = Spent(spent.wall + part.wall, spent.python + part.python, spent.postgres + part.postgres)
            click.echo(f"    {kind}: {total:,} rows, {spent.wall:.0f} s")
            path.unlink()
        self._rate(kind, total, spent)

    def _files(self, kind: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[tuple[Path, int]]:
        rows = iter(rows)
        while True:
            path, count = self.data / f"{kind}.csv", 0
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                for row in rows:
                    writer.writerow(row)
                    count += 1
                    if count == ROWS_A_FILE:
                        break
            if not count:
                path.unlink()
                return
            yield path, count

    def _rate(self, kind: str, rows: int, spent: Spent) -> None:
        limit = self._copied(kind)
        cpu = spent.python + spent.postgres
        told = {
            "rows": rows,
            "rows_per_second": rows / spent.wall,
            "cpu_us_a_row": cpu / rows * 1e6,
            "python_us_a_row": spent.python / rows * 1e6,
            "postgres_us_a_row": spent.postgres / rows * 1e6,
            "copy_rows_per_second": limit[1] / limit[0].wall,
            "copy_cpu_us_a_row": (limit[0].python + limit[0].postgres) / max(limit[1], 1) * 1e6,
        }
        self.rates[kind] = told
        click.echo(
            f"  import {kind:<14} {rows:>9,} {told['rows_per_second']:>8,.0f} rows/s, CPU {told['cpu_us_a_row']:.0f}"
            f" µs a row · COPY {told['copy_rows_per_second']:,.0f} rows/s, {told['copy_cpu_us_a_row']:.0f} µs"
        )

    def _copied(self, kind: str) -> tuple[Spent, int]:
        """Raw COPY of up to 200,000 of the rows into an empty table with the same indexes."""
        from django.db import connection

        table, rows = INTO[kind]
        held = io.BytesIO()
        with connection.cursor() as cursor:
            with cursor.copy(f"copy ({rows} limit 200000) to stdout") as copy:
                for block in copy:
                    held.write(block)
            cursor.execute(f"create unlogged table bench_copy (like {table} including all excluding identity)")
            cursor.execute("alter table bench_copy set logged")
            try:
                with self.meter.measured() as spent, cursor.copy("copy bench_copy from stdin") as copy:
                    copy.write(held.getbuffer())
                cursor.execute("select count(*) from bench_copy")
                return spent, int(cursor.fetchone()[0])
            finally:
                cursor.execute("drop table bench_copy")

    def build(self, compounds: Sequence[Any], cases: int, thermometers: float) -> None:
        """Everything, in the order in which a city would have it."""
        from shouwang import clock
        from shouwang.areas import actions as areas
        from shouwang.areas import shipped
        from shouwang.areas.closing import Closing, close_many
        from shouwang.command import actions as command
        from shouwang.command.policy import Stage
        from shouwang.site.demo import chunks, city, closures, epidemic, people, run, staff
        from shouwang.site.up import SIGN_INS_FILE

        with clock.frozen(run.REGISTERED):
            with self.meter.measured("the tree"):
                areas.import_areas(shipped.rows("wuhan"), by=self.by)
            self.take_in("compounds", city.COLUMNS, city.rows(compounds))
            rows = (row for one in compounds for row in people.residents(one))
            self.take_in("residents", people.COLUMNS, rows)
        with clock.frozen(chunks.start_of(staff.IN_OFFICE_FROM)), self.meter.measured("accounts, posts, guards"):
            staff.put_in_office(staff.sign_ins(city.read_tree(), compounds), self.data / SIGN_INS_FILE, by=self.by)
            staff.post_guards(list(closures.guarded(compounds)), by=self.by)
        end = chunks.start_of(LAST + timedelta(days=1))
        with clock.frozen(end - timedelta(microseconds=1)):
            with self.meter.measured("closing every unit"):
                shut = [Closing(one.code, closures.FIRST, "正门", ("后门",)) for one in compounds]
                close_many(shut, by=self.by, why=closures.WHY)
                command.declare_stage("4201", Stage.STRICT_CLOSURE, date(2020, 2, 11), by=self.by, why=closures.WHY)
            self.take_in("health-events", epidemic.COLUMNS, events(compounds, cases, thermometers, end))


def run_days(meter: Meter) -> dict[str, Any]:
    """Run the last days; the steps of the last one with their seconds."""
    from django.db import connection

    from shouwang.site import schedule

    with connection.cursor() as cursor:
        # What the server does by itself within a minute of such an import, done now, so that it is not measured.
        cursor.execute("vacuum analyze")
    steps: dict[str, dict[str, float]] = {}
    for turn in reversed(range(DAYS)):
        steps = {}
        day = LAST - timedelta(days=turn)
        click.echo(f"day {day}")
        running = schedule.run_day(day)
        while True:
            with meter.measured() as spent:
                done = next(running, None)
            if done is None:
                break
            steps[done[0].job] = dataclasses.asdict(spent)
            click.echo(f"  {done[0].job:<24} {spent.wall:7.1f} s   CPU {spent.python:6.1f} + {spent.postgres:6.1f} s")
        total = {name: sum(step[name] for step in steps.values()) for name in ("wall", "python", "postgres")}
        steps["total"] = total
        click.echo(
            f"  {'total':<24} {total['wall']:7.1f} s   CPU {total['python']:6.1f} + {total['postgres']:6.1f} s"
            f"   limit {DAY_LIMIT:.0f} s"
        )
    return steps


@click.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder; kept.")
@click.option("--people", type=int, default=1_000_000, show_default=True)
@click.option("--units", "scale", default="full", show_default=True, help="full, or a scale such as 0.1.")
@click.option("--cases", type=int, help="Cases by the end of March [default: 60 in 1,000 people].")
@click.option("--thermometers", type=float, default=0.1, show_default=True, help="Share of people who give readings.")
@click.option("--requests", type=int, default=21, show_default=True, help="Requests a page.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-day", is_flag=True, help="Measure the pages alone.")
def command(
    data: Path, people: int, scale: str, cases: int | None, thermometers: float, requests: int, out: Path | None,
    no_day: bool,
) -> None:  # fmt: skip
    """Build what is missing, measure, print."""
    os.environ["SHOUWANG_DATA_DIR"] = str(data.absolute())
    from shouwang.site.cli import prepare

    prepare(database=True)
    import scale_pages

    from shouwang.areas import queries as areas

    told: dict[str, Any] = {"people": people, "cases": cases or round(people * 0.06), "cores": os.cpu_count()}
    meter = Meter(data)
    compounds = units(people, 1.0 if scale == "full" else float(scale))
    if areas.root() is None:
        click.echo(f"building {len(compounds):,} closed units, {people:,} people, {told['cases']:,} cases")
        build = Build(data, meter)
        with meter.measured("everything built"):
            build.build(compounds, told["cases"], thermometers)
        told["imports"] = build.rates
    if not no_day:
        told["day"] = run_days(meter)
    told["pages"] = scale_pages.measure(data, compounds, LAST, requests)
    told["load"] = os.getloadavg()
    if out:
        out.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    command()
