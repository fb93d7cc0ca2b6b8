"""`shouwang policy list|show|check`: the dated rules that are in force, in plain words, and whether files are sound."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from shouwang import clock
from shouwang.policybook import checking, queries
from shouwang.policybook import show as plain
from shouwang.refusal import Refusal
from shouwang.site import environment
from shouwang.site.policies import typed_readers


@click.group("policy")
def command() -> None:
    """Dated policies: every threshold, colour and window."""


@command.command("list")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Mark what is in force on this day.")
@click.option("--area", default="", help="Code or path of the place.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_policies(day: datetime | None, area: str, as_json: bool) -> None:
    """All policies, and which are in force today (or on a day)."""
    asked = day.date() if day else clock.today()
    rows: list[dict[str, Any]] = []
    for policy in queries.policies():
        try:
            answering = queries.in_force(policy.topic, asked, area)
        except Refusal:
            answering = None
        rows.append(
            {
                "version": policy.version,
                "topic": policy.topic,
                "from": str(policy.in_force_from or ""),
                "until": str(policy.in_force_until or ""),
                "areas": list(policy.areas),
                "title": {"zh": policy.title.text("zh"), "en": policy.title.text("en")},
                "in_force": answering == policy,
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        mark = "●" if row["in_force"] else "○"
        click.echo(
            f"{mark} {row['version']:<36} {row['from'] or '…':<10} – {row['until'] or '…':<10}  {row['title']['zh']}"
        )


@command.command("show")
@click.argument("version")
@click.option("--en", "english", is_flag=True, help="In English.")
def show(version: str, english: bool) -> None:
    """One policy in plain words: its rules, dates, authority, reasons, and what is assumed."""
    policy = queries.find(version)
    language = "en" if english else "zh"
    click.echo(plain.show(policy, language).text(language))


@command.command("check")
@click.argument("directories", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(directories: tuple[Path, ...], as_json: bool) -> int:
    """Check policy files (those that ship, those of this deployment, or DIRECTORIES): file, line, field, expected."""
    places = directories or (queries.SHIPPED, *environment.load().policy_directories)
    faults = checking.check(places, typed_readers())
    if as_json:
        told = [
            {"file": str(f.file), "line": f.line, "field": f.field, "zh": f.words("zh"), "en": f.words("en")}
            for f in faults
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(f"{fault.words('zh')}\n  {fault.words('en')}", err=True)
        if not faults:
            click.echo("政策文件都合格 · all policy files are sound")
    return 1 if faults else 0
