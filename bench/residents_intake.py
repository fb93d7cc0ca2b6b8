"""How fast a file of residents is taken in, end to end, beside the limit: raw COPY of the same rows.

    .venv/bin/python bench/residents_intake.py [rows]

Works on a throw-away cluster of its own. Prints rows a second for: reading and checking, sealing, the take-in of a CSV
file (all of it, in one transaction), the same file again (all rows unchanged), and raw COPY of the finished rows.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"
COMPOUNDS = 200


@contextmanager
def timed(title: str, rows: int) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    print(f"{title:<44} {seconds:8.2f} s {rows / seconds:>10,.0f} rows/s", flush=True)


def made_file(path: Path, rows: int) -> None:
    """Residents as a community would send them: most with ID number and phone, some needs, three to a household."""
    from stdnum.cn import ric

    from shouwang.residents.reading import COLUMNS

    chance = random.Random(2020)
    needs = ["", "", "", "", "over_80", "lives_alone;chronic_illness", "infant", "dialysis"]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for number in range(rows):
            birth = date(1935, 1, 1) + timedelta(days=chance.randrange(31000))
            body = f"4201{chance.randrange(2, 8):02d}{birth:%Y%m%d}{chance.randrange(1000):03d}"
            home = number // 3
            out.writerow([
                f"P{number:08d}",
                chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
                body + ric.calc_check_digit(body + "0") if chance.random() < 0.9 else "",
                f"13{chance.randrange(10**9):09d}" if chance.random() < 0.8 else "",
                birth.isoformat(),
                "male" if int(body[-1]) % 2 else "female",
                f"X{home % COMPOUNDS:04d}",
                str(home % 20 + 1),
                str(home % 4 + 1),
                f"{home % 30 + 1}0{home % 4 + 1}",
                f"H{home:07d}",
                chance.choice(needs),
            ])  # fmt: skip


def main(rows: int) -> None:
    from shouwang.site import postgres

    folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    try:
        database = postgres.ensure_running(folder, fast=True, stop_at_exit=False)
        os.environ.update(
            SHOUWANG_DATA_DIR=str(folder),
            DATABASE_URL=database.url,
            DJANGO_SETTINGS_MODULE="shouwang.site.settings",
        )
        import django

        django.setup()
        measure(rows, folder)
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def measure(rows: int, folder: Path) -> None:
    from django.core.management import call_command
    from django.db import connection

    from shouwang import clock
    from shouwang.areas.models import Area
    from shouwang.intake import actions as intake_actions
    from shouwang.journal.actions import Actor
    from shouwang.residents import reading, storing
    from shouwang.residents.sealing import sealer

    call_command("migrate", verbosity=0, run_syncdb=True)
    city = Area.objects.create(code="4201", path="4201/", level="city", name="city")
    for number in range(COMPOUNDS):
        code = f"X{number:04d}"
        Area.objects.create(code=code, path=f"4201/{code}/", parent=city, level="compound", name=code)
    path = folder / "residents.csv"
    made_file(path, rows)
    print(f"{rows:,} rows, {path.stat().st_size / 1e6:.1f} MB, {os.cpu_count()} cores")

    with path.open(encoding="utf-8", newline="") as file:
        given = list(csv.DictReader(file))
    with timed("read and check (alone)", rows):
        people = [reading.read_resident(values, clock.today()) for values in given]
    lock = sealer()
    with timed("seal and hash three fields (alone)", rows):
        for person in people:
            for field in ("name", "id_number", "phone"):
                text = getattr(person, field)
                lock.seal(field, person.person, text)
                lock.hash(field, text)
    with timed("take in the file, end to end", rows):
        report = intake_actions.take_in("residents", path, by=Actor.operator("bench"))
    assert (report.taken, report.refused) == (rows, 0), report.figures()
    with timed("take in the same file again (unchanged)", rows):
        report = intake_actions.take_in("residents", path, by=Actor.operator("bench"))
    assert (report.taken, report.unchanged) == (0, rows), report.figures()

    dump = folder / "rows.copy"
    with connection.cursor() as cursor:
        with dump.open("wb") as file, cursor.copy(f"copy residents_person ({storing.STORED}) to stdout") as copy:
            for block in copy:
                file.write(block)
        cursor.execute("truncate residents_person cascade")
        enter = cursor.copy(f"copy residents_person ({storing.STORED}) from stdin")
        with timed("limit: raw COPY of the finished rows", rows), dump.open("rb") as file, enter as copy:
            while block := file.read(1 << 18):
                copy.write(block)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
