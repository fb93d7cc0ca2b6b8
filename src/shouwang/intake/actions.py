"""Taking in a file: whole or not at all, with bad rows refused one by one."""

from __future__ import annotations

import operator
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from shouwang import clock
from shouwang.intake import kinds
from shouwang.intake.kinds import Context, Kind, Outcome, Row
from shouwang.intake.models import TakeIn
from shouwang.intake.policy import REFUSALS_REPORTED, REFUSALS_SHOWN, ROWS_BETWEEN_LOOKS, ROWS_TO_ANALYSE
from shouwang.intake.progress import Progress
from shouwang.intake.refused_file import RefusedFile, RefusedRow
from shouwang.intake.rules import FORMULA_STARTS, header_places, is_formula
from shouwang.intake.tables import Line, Table, open_table, sha256
from shouwang.journal import actions as journal
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

KIND_LOCK = 0x5357_494E
"""Advisory lock: one file of a kind at a time, so that two files cannot each hold half of a contradiction."""

FIRST_LETTER = operator.itemgetter(slice(0, 1))


@dataclass
class Report:
    """What came of a file. `refusals` lists the first refused rows; all are in `refused_file` (None when none were).

    In a trial run (`dry_run`) the counts say what would happen; nothing was kept.
    """

    kind: str
    file: str
    sha256: str = ""
    dry_run: bool = False
    rows: int = 0
    taken: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[RefusedRow] = field(default_factory=list)
    refused_file: Path | None = None
    notes: list[Refusal] = field(default_factory=list)
    take_in: int | None = None

    def figures(self) -> dict[str, Any]:
        """The report as plain values, for `--json` and the journal."""
        return {
            "kind": self.kind,
            "file": self.file,
            "sha256": self.sha256,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "taken": self.taken,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }


def take_in(
    kind_name: str,
    path: Path | str,
    *,
    by: Actor,
    scope_path: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
    filename: str = "",
    record: TakeIn | None = None,
) -> Report:
    """Take in a CSV or XLSX file of a kind. Rows at fault are refused and the others taken, in one transaction.

    `progress` is called with the number of rows read so far. `filename` is the name to show when the file is stored
    under another; `record` is the row of a file that was uploaded before. Raises Refusal when the file as a whole
    cannot be taken (unknown kind, wrong columns, not a table); then nothing of it is.
    """
    path = Path(path)
    kind = kinds.get(kind_name)
    started = clock.now()
    if record is None:
        record = TakeIn(kind=kind.name, by=by.name, account_id=by.account_id, post_id=by.post_id, actor_kind=by.kind)
        record.area_path, record.dry_run, record.started_at = scope_path, dry_run, started
    record.filename = record.filename or filename or path.name
    record.state, record.started_at = TakeIn.State.RUNNING, started
    record.save()
    report = Report(kind.name, record.filename, dry_run=dry_run, take_in=record.pk)
    try:
        with Progress(record.pk, progress) as shown:
            report.sha256 = sha256_of(path)
            table = open_table(path, kind.columns)
            report.notes = table.notes
            places = header_places(table.header, kind.columns)
            shown.expect(table.expected)
            context = Context(by, scope_path, dry_run, started)
            _Run(kind, table, places, context, report, shown, RefusedFile(path, table.header)).run()
    except BaseException as error:
        _close(record, report, error)
        raise
    _close(record, report, None)
    if report.taken >= ROWS_TO_ANALYSE and not dry_run:
        with connection.cursor() as cursor:
            # Else the planner goes on thinking of an empty city until the database looks by itself.
            cursor.execute("analyze")
    return report


def sha256_of(path: Path) -> str:
    """The fingerprint of a file. Raises Refusal when it cannot be read."""
    try:
        return sha256(path)
    except OSError as error:
        raise Refusal("intake.file_unreadable", file=path.name, reason=error.strerror or str(error)) from error


def _close(record: TakeIn, report: Report, error: BaseException | None) -> None:
    """Write down how a take-in ended, in a transaction of its own: a refused file is a fact too."""
    record.sha256, record.finished_at = report.sha256, clock.now()
    if error is None:
        record.state = TakeIn.State.DONE
        record.rows = record.rows_done = report.rows
        record.taken, record.unchanged, record.refused = report.taken, report.unchanged, report.refused
        record.refusals = [
            {"line": row.line, "column": row.column, "zh": row.reason_zh, "en": row.reason_en, "code": row.code}
            for row in report.refusals[:REFUSALS_SHOWN]
        ]
        record.notes = [{"zh": note.words("zh"), "en": note.words("en")} for note in report.notes]
    elif isinstance(error, Refusal):
        record.state = TakeIn.State.REFUSED
        whole = RefusedRow.of(0, error)
        record.error = error.code
        record.refusals = [{"line": 0, "column": "", "zh": whole.reason_zh, "en": whole.reason_en, "code": whole.code}]
    else:
        # The type only: a message of the database may hold what stood in a row.
        record.state, record.error = TakeIn.State.FAILED, type(error).__name__
    if not connection.needs_rollback:
        record.save()


class _Run:
    """One file on its way in."""

    def __init__(
        self,
        kind: Kind,
        table: Table,
        places: list[int],
        context: Context,
        report: Report,
        shown: Progress,
        refused_file: RefusedFile,
    ) -> None:
        self.kind, self.table, self.context = kind, table, context
        self.columns, self.width = list(zip(kind.columns, places, strict=True)), len(table.header)
        self.report, self.shown, self.refused_file = report, shown, refused_file
        self.key_lines: dict[str, int] = {}
        self.originals: dict[int, list[str]] = {}
        self.refused: list[tuple[int, Refusal]] = []

    def run(self) -> None:
        """Read, load, record; then keep it, or in a trial run undo it."""
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(
                        "select pg_advisory_xact_lock(%s, %s)", [KIND_LOCK, zlib.crc32(self.kind.name.encode()) >> 1]
                    )
                self._load_all()
                with connection.cursor() as cursor:
                    # What the database would only say at the end is said now, so that a trial run hears it too.
                    cursor.execute("set constraints all immediate")
                    cursor.execute("set constraints all deferred")
                if self.context.dry_run:
                    transaction.set_rollback(True)
                else:
                    self._record()
            # Only now is it sure what was refused.
            self.report.refused_file = self.refused_file.keep()
        finally:
            self.refused_file.discard()

    def _load_all(self) -> None:
        loader = self.kind.loader(self.context)
        batch: list[tuple[Row, Any]] = []
        most, done = self.kind.batch or sys.maxsize, 0
        for done, line in enumerate(self.table.lines, 1):
            self.originals[line.number] = line.cells
            try:
                row = self._row(line)
                record = loader.read(row)
                self._once(row)
            except Refusal as refusal:
                self.refused.append((line.number, refusal))
            else:
                batch.append((row, record))
            if len(batch) + len(self.refused) >= most:
                self._flush(loader, batch)
                batch = []
            if not done % ROWS_BETWEEN_LOOKS:
                self.shown.at(done)
        self.report.rows = done
        self._flush(loader, batch)
        self.shown.at(self.report.rows, now=True)

    def _row(self, line: Line) -> Row:
        """The line as a row. Raises Refusal for what any kind refuses: too many cells, formulas, unreadable cells.

        Runs for every row of a million, hence the whole-row shortcuts before any look at single cells.
        """
        if line.fault is not None:
            if line.fault.field is None and line.place is not None:
                line.fault.field = self._column_at(line.place)
            raise line.fault
        texts = [cell.strip() for cell in line.cells]
        missing = self.width - len(texts)
        if missing > 0:
            texts.extend([""] * missing)
        elif missing < 0 and any(texts[self.width :]):
            raise Refusal("intake.too_many_cells", found=len(texts), wanted=self.width)
        values = {column: texts[place] for column, place in self.columns}
        if not FORMULA_STARTS.isdisjoint(map(FIRST_LETTER, values.values())):
            for column, text in values.items():
                if is_formula(text):
                    raise Refusal("intake.formula_text", field=column, value=text[:40])
        return Row(line.number, values)

    def _column_at(self, place: int) -> str:
        for column, at in self.columns:
            if at == place:
                return column
        return ""

    def _once(self, row: Row) -> None:
        """Refuse a row whose key an earlier row of the file had."""
        if not self.kind.key:
            return
        # One text for the whole key: a million tuples would weigh twice as much.
        key = "\x1f".join([row.values[column] for column in self.kind.key])
        first = self.key_lines.setdefault(key, row.line)
        if first != row.line:
            shown = key.replace("\x1f", ", ")
            raise Refusal("intake.key_twice", field=self.kind.key[0], key=shown, first=first)

    def _flush(self, loader: kinds.Loader, batch: list[tuple[Row, Any]]) -> None:
        """Hand a batch to the loader, and write the refused rows since the last batch in the order of the file."""
        if batch:
            outcome: Outcome = loader.load(batch)
            self.report.taken += outcome.taken
            self.report.unchanged += outcome.unchanged
            self.report.notes.extend(outcome.notes)
            self.refused.extend((row.line, refusal) for row, refusal in outcome.refused)
            if outcome.taken + outcome.unchanged + len(outcome.refused) != len(batch):
                raise AssertionError(f"the loader of {self.kind.name} lost count of its rows")
        self.refused.sort(key=lambda pair: pair[0])
        self.refused_file.write(self._in_words())
        self.report.refused += len(self.refused)
        self.refused, self.originals = [], {}

    def _in_words(self) -> Iterator[tuple[RefusedRow, list[str]]]:
        for line, refusal in self.refused:
            row = RefusedRow.of(line, refusal)
            if len(self.report.refusals) < REFUSALS_REPORTED:
                self.report.refusals.append(row)
            yield row, self.originals[line]

    def _record(self) -> None:
        journal.record(
            by=self.context.by,
            deed=self.kind.deed,
            on=f"intake.TakeIn:{self.report.take_in}",
            area_path=self.context.scope_path,
            detail=self.report.figures(),
        )
