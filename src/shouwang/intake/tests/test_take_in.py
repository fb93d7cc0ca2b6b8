"""Taking in whole files: rows at fault one by one, the others all or none, and the same file twice changes nothing."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shouwang.areas import actions as areas
from shouwang.areas.actions import AreaRow, CompoundRow, Planted
from shouwang.areas.models import Area
from shouwang.areas.planting import plant_compounds
from shouwang.intake import kinds
from shouwang.intake.actions import Report, take_in
from shouwang.intake.kinds import Context, Kind, Outcome, Row
from shouwang.intake.models import TakeIn
from shouwang.intake.refused_file import path_for
from shouwang.intake.uploads import mark_interrupted
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

BY = Actor.operator("tester")
HEADER = "code,name,level,parent_code"


class Compounds:
    """A batched loader for these tests: compounds with a code and a name, all under one community."""

    def __init__(self, context: Context) -> None:
        self.sizes: list[int] = []

    def read(self, row: Row) -> CompoundRow:
        if row.values["name"] == "bad":
            raise Refusal("areas.no_name", field="name")
        return CompoundRow(row.values["code"], row.values["name"], "4201")

    def load(self, records: list[tuple[Row, CompoundRow]]) -> Outcome:
        sizes.append(len(records))
        planted: Planted = plant_compounds([record for _row, record in records])
        rows = {row.values["code"]: row for row, _record in records}
        refused = [(rows[code], refusal) for code, refusal in planted.refused.items()]
        return Outcome(len(planted.taken), len(planted.unchanged), refused)


sizes: list[int] = []
BATCHED = Kind("test-compounds", "compounds", ("code", "name"), "areas.import", Compounds, batch=1000, key=("code",))


@pytest.fixture
def batched(monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The batched kind, known for the length of a test."""
    monkeypatch.setitem(kinds._kinds, BATCHED.name, BATCHED)
    sizes.clear()
    return BATCHED


@pytest.fixture
def village(db: Any) -> Area:
    """A village that stands under nothing smaller than a city, with the code the batched kind uses."""
    rows = [AreaRow("42", "省会", "city", ""), AreaRow("4201", "某村", "village", "42")]
    areas.import_areas(rows, by=BY)
    return Area.objects.get(code="4201")


def file(tmp_path: Path, *lines: str, name: str = "areas.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(report: Report) -> list[dict[str, str]]:
    assert report.refused_file is not None
    with report.refused_file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.django_db
def test_bad_rows_are_refused_one_by_one_and_the_others_taken(tmp_path: Path) -> None:
    """Line number, column and reason in both languages, beside the original cells, in the order of the file."""
    path = file(
        tmp_path,
        HEADER,
        "42,甲市,city,",
        "4201,乙区,district,42",
        "42x!,丙区,district,42",
        "4203,,district,42",
        "4204,丁区,county,42",
        "4201,乙区,district,42",
        "4205,=1+1,district,42",
        "4206,戊区,district,42,extra,cells",
        "4207,己区,district,77",
    )
    report = take_in("areas", path, by=BY)
    assert (report.rows, report.taken, report.unchanged, report.refused) == (9, 2, 0, 7)
    assert [(row.line, row.column, row.code) for row in report.refusals] == [
        (4, "code", "areas.bad_code"),
        (5, "name", "areas.no_name"),
        (6, "level", "areas.bad_level"),
        (7, "code", "intake.key_twice"),
        (8, "name", "intake.formula_text"),
        (9, "", "intake.too_many_cells"),
        (10, "parent_code", "areas.orphan"),
    ]
    assert "3" in report.refusals[3].reason_en
    written = refused(report)
    assert report.refused_file == path_for(path) == tmp_path / "areas.csv.refused.csv"
    assert list(written[0]) == ["line", "column", "reason_zh", "reason_en", "code", "name", "level", "parent_code"]
    assert [row["line"] for row in written] == ["4", "5", "6", "7", "8", "9", "10"]
    assert written[4]["name"] == "'=1+1"
    assert all(row["reason_zh"] and row["reason_en"] for row in written)
    assert report.refused_file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    """The second time every row is unchanged; a row with other content is refused with what differs."""
    path = file(tmp_path, HEADER, "42,甲市,city,", "4201,乙区,district,42")
    assert take_in("areas", path, by=BY).taken == 2
    again = take_in("areas", path, by=BY)
    assert (again.taken, again.unchanged, again.refused, again.refused_file) == (0, 2, 0, None)
    other = take_in("areas", file(tmp_path, HEADER, "42,甲市,city,", "4201,新名区,district,42"), by=BY)
    assert [row.code for row in other.refusals] == ["areas.other_content"]
    assert "乙区 → 新名区" in other.refusals[0].reason_zh


@pytest.mark.django_db
def test_a_corrected_file_takes_its_old_refused_file_away(tmp_path: Path) -> None:
    """A list of faults that are mended must not lie beside the file."""
    first = take_in("areas", file(tmp_path, HEADER, "42,甲市,town,"), by=BY)
    assert first.refused_file is not None
    assert take_in("areas", file(tmp_path, HEADER, "42,甲市,city,"), by=BY).refused == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "areas.csv"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "code"),
    [("code,name,level", "intake.columns_missing"), (HEADER + ",colour", "intake.columns_unknown")],
)
def test_wrong_columns_refuse_the_file_by_name(tmp_path: Path, header: str, code: str) -> None:
    """Nothing is taken, and the record of the file says why."""
    with pytest.raises(Refusal) as refusal:
        take_in("areas", file(tmp_path, header, "42,甲市,city,,"), by=BY)
    assert refusal.value.code == code
    record = TakeIn.objects.get()
    assert (record.state, record.error) == ("refused", code)
    assert not Area.objects.exists()


@pytest.mark.django_db
def test_a_trial_run_does_everything_and_keeps_nothing(tmp_path: Path) -> None:
    """Counts and refusals are those of the real run; no area, no journal entry; the record says it was a trial."""
    path = file(tmp_path, HEADER, "42,甲市,city,", "4201,乙区,district,42", "4202,丙区,district,99")
    trial = take_in("areas", path, by=BY, dry_run=True)
    assert not Area.objects.exists()
    assert not Entry.objects.exists()
    real = take_in("areas", path, by=BY)
    assert (trial.rows, trial.taken, trial.refused) == (real.rows, real.taken, real.refused) == (3, 2, 1)
    assert trial.refusals == real.refusals
    assert [(record.dry_run, record.taken) for record in TakeIn.objects.order_by("pk")] == [(True, 2), (False, 2)]


@pytest.mark.django_db
def test_the_journal_holds_one_entry_a_file(tmp_path: Path) -> None:
    """With its counts and its fingerprint, and nothing of its content."""
    report = take_in("areas", file(tmp_path, HEADER, "42,甲市,city,", "4201,乙区,town,42"), by=BY)
    entry = Entry.objects.get()
    assert (entry.deed, entry.actor_name, entry.on) == ("areas.import", "tester", f"intake.TakeIn:{report.take_in}")
    assert entry.detail["sha256"] == report.sha256
    assert (entry.detail["taken"], entry.detail["refused"]) == (1, 1)
    assert "甲市" not in str(entry.detail)


@pytest.mark.django_db
def test_rows_outside_the_post_are_refused(tmp_path: Path) -> None:
    """A district's officer takes in the rows of the district; the others are refused, new ones and present ones."""
    lines = [HEADER, "42,甲市,city,", "4201,乙区,district,42", "4202,丙区,district,42"]
    take_in("areas", file(tmp_path, *lines), by=BY)
    own = Area.objects.get(code="4201")
    path = file(tmp_path, *lines, "420101,一街,street,4201", "420201,二街,street,4202")
    report = take_in("areas", path, by=BY, scope_path=own.path)
    assert (report.taken, report.unchanged) == (1, 2)
    assert [(row.line, row.code) for row in report.refusals] == [(4, "areas.outside_area"), (6, "areas.outside_area")]


def test_batches_are_bounded_and_refusals_stay_in_order(tmp_path: Path, village: Area, batched: Kind) -> None:
    """Rows come to the loader a batch at a time, whatever was refused between, and doubles are found across batches."""
    lines = [f"c{number},{'bad' if number % 7 == 0 else number}" for number in range(1, 4001)]
    report = take_in(batched.name, file(tmp_path, "code,name", *lines, "c1,again"), by=BY)
    assert (report.rows, report.refused) == (4001, 4000 // 7 + 1)
    assert max(sizes) <= 1000
    numbers = [int(row["line"]) for row in refused(report)]
    assert numbers == sorted(numbers)
    assert report.refusals[-1].code == "intake.key_twice"
    assert Area.objects.filter(level="compound").count() == report.taken


def test_an_error_of_the_program_leaves_nothing_and_is_recorded(
    tmp_path: Path, village: Area, batched: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in a late batch undoes the early ones; the record names the error, not what stood in the rows."""

    def load(self: Compounds, records: list[tuple[Row, CompoundRow]]) -> Outcome:
        if len(sizes) == 2:
            raise ZeroDivisionError("secret content")
        return original(self, records)

    original = Compounds.load
    monkeypatch.setattr(Compounds, "load", load)
    with pytest.raises(ZeroDivisionError):
        take_in(batched.name, file(tmp_path, "code,name", *(f"c{n},{n}" for n in range(5000))), by=BY)
    assert not Area.objects.filter(level="compound").exists()
    assert (TakeIn.objects.get().state, TakeIn.objects.get().error) == ("failed", "ZeroDivisionError")
    assert [path.name for path in tmp_path.iterdir()] == ["areas.csv"]


def test_a_hundred_thousand_rows_are_read_in_seconds(
    tmp_path: Path, village: Area, batched: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machinery itself, without a loader's work: parsing, checking, keys. The limit is wide for slow machines."""
    monkeypatch.setattr(Compounds, "load", lambda self, records: Outcome(taken=len(records)))
    path = file(tmp_path, "code,name", *(f"code-{n},小区 {n}" for n in range(100_000)))
    told: list[int] = []
    began = time.monotonic()
    report = take_in(batched.name, path, by=BY, progress=told.append)
    seconds = time.monotonic() - began
    assert (report.rows, report.taken, report.refused) == (100_000, 100_000, 0)
    assert told[-1] == 100_000
    assert seconds < 15, f"{seconds:.1f} s"


SLOW_IMPORT = """
import sys, time
import django
django.setup()
from shouwang.areas import intake
from shouwang.intake import kinds
from shouwang.intake.actions import take_in
from shouwang.journal.actions import Actor

class Slow(intake.Compounds):
    def load(self, records):
        outcome = super().load(records)
        time.sleep(0.3)
        return outcome

kinds.register(kinds.Kind("slow", "slow", intake.COMPOUNDS.columns, "areas.import", Slow, batch=500))
take_in("slow", sys.argv[1], by=Actor.operator("victim"))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_leaves_nothing_and_the_same_file_again_gives_the_whole(tmp_path: Path) -> None:
    """kill -9 while batches are already stored: no row stays, others saw the progress, the record tells the truth."""
    areas.import_areas([AreaRow("42", "省会", "city", ""), AreaRow("4201", "某村", "village", "42")], by=BY)
    lines = [f"c{number},湾 {number},4201,1,2,community,," for number in range(20_000)]
    path = file(tmp_path, "code,name,area_code,households,residents,managed_by,lon,lat", *lines, name="compounds.csv")
    names = connection.settings_dict
    url = f"postgresql://{names['USER']}@/{names['NAME']}?host={names['HOST']}"
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    victim = subprocess.Popen([sys.executable, "-c", SLOW_IMPORT, str(path)], env=environment)
    try:
        deadline = time.monotonic() + 60
        while not TakeIn.objects.filter(state="running", rows_done__gt=1000).exists():
            assert victim.poll() is None, "the import ended before it could be killed"
            assert time.monotonic() < deadline, "no progress was shown"
            time.sleep(0.05)
        assert TakeIn.objects.get().rows == 20_000
        os.kill(victim.pid, signal.SIGKILL)
    finally:
        victim.wait()
    assert not Area.objects.filter(level="compound").exists()
    report = take_in("compounds", path, by=BY)
    assert (report.taken, report.refused) == (20_000, 0)
    assert Area.objects.filter(level="compound").count() == 20_000
    assert mark_interrupted() == 1
    assert list(TakeIn.objects.order_by("pk").values_list("state", flat=True)) == ["interrupted", "done"]
