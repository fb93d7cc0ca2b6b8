"""`shouwang import KIND FILE`: take in a CSV or XLSX file, row by row."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from shouwang.intake import actions, kinds
from shouwang.intake.actions import Report
from shouwang.journal.actions import Actor

ROWS_REFUSED = 3
LINES_SHOWN = 20


class Kinds(click.ParamType):
    """The name of a kind; a wrong one is a wrong usage, told with those there are."""

    name = "KIND"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names = [kind.name for kind in kinds.every()]
        if value not in names:
            self.fail(f"there is no kind {value!r}; the kinds are: {', '.join(names)}", param, ctx)
        return str(value)


@click.command("import")
@click.argument("kind", type=Kinds())
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check everything, keep nothing, say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(kind: str, file: Path, dry_run: bool, as_json: bool) -> int:
    """Take in FILE (CSV or XLSX) as KIND.

    Rows at fault are refused one by one and written to FILE.refused.csv; the others are taken, all or none. The same
    file a second time changes nothing. Exit code 0: all rows fine; 1: the file was not taken; 3: some rows refused.
    """
    by = Actor.operator(getpass.getuser())
    report = actions.take_in(kind, file, by=by, dry_run=dry_run, progress=None if as_json else _shower())
    if as_json:
        click.echo(json.dumps(as_plain(report), ensure_ascii=False))
    else:
        _print(report)
    return ROWS_REFUSED if report.refused else 0


def as_plain(report: Report) -> dict[str, Any]:
    """The report as `--json` prints it."""
    return {
        **report.figures(),
        "notes": [{"zh": note.words("zh"), "en": note.words("en")} for note in report.notes],
        "refusals": [asdict(row) for row in report.refusals],
        "refused_file": str(report.refused_file) if report.refused_file else None,
    }


def _shower() -> Callable[[int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int) -> None:
        click.echo(f"\r{done:>12,}", nl=False, err=True)

    return show


def _print(report: Report) -> None:
    if sys.stderr.isatty():
        click.echo("\r" + " " * 12 + "\r", nl=False, err=True)
    for note in report.notes:
        click.echo(f"{note.words('zh')} · {note.words('en')}", err=True)
    for row in report.refusals[:LINES_SHOWN]:
        where = f"{row.line}" + (f" {row.column}" if row.column else "")
        click.echo(f"  {where}: {row.reason_zh} · {row.reason_en}", err=True)
    if report.refused > LINES_SHOWN:
        click.echo(f"  … {report.refused - LINES_SHOWN:,}", err=True)
    if report.dry_run:
        click.echo("试运行，什么都没有保存 · a trial run: nothing was kept")
    click.echo(f"共 {report.rows:,} 行：新增 {report.taken:,}，无变化 {report.unchanged:,}，拒收 {report.refused:,}")
    click.echo(
        f"{report.rows:,} rows: {report.taken:,} taken, {report.unchanged:,} unchanged, {report.refused:,} refused"
    )
    if report.refused_file:
        click.echo(f"拒收的行 · refused rows: {report.refused_file}")
