"""`shouwang holds`: what waits for a second pair of eyes, and deciding on it."""

from __future__ import annotations

import getpass
import json
from time import perf_counter

import click
from django.db.models import Count

from shouwang.health import holding, releasing
from shouwang.health.hold_pages import why_words
from shouwang.health.labels import kind_label
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

NOTE = click.option("--note", required=True, help="What it was compared with, for the journal.")


def _by() -> Actor:
    return Actor.operator(getpass.getuser())


@click.group("holds")
def holds() -> None:
    """Records that wait for a second pair of eyes: list, show, release, refuse."""


@holds.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def listing(as_json: bool) -> None:
    """What waits, the oldest first."""
    rows = [
        {
            "hold": hold.pk,
            "author": hold.author,
            "area_path": hold.area_path,
            "people": hold.people,
            "records": hold.records,
            "why": hold.why,
            "made_at": hold.made_at.isoformat(),
        }
        for hold in holding.waiting().annotate(records=Count("facts"))
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(
            f"{row['hold']:>6}  {row['people']:>9,} 人 people  {row['records']:>9,} 条 records  {row['author']}  "
            f"{row['made_at'][:16]}  {why_words(str(row['why']))}"
        )
    if not rows:
        click.echo("没有待核对的记录 · nothing is waiting")


@holds.command("show")
@click.argument("number", type=int)
def show(number: int) -> None:
    """One of them: how many records of which kind, and how long releasing them takes."""
    hold = holding.waiting().filter(pk=number).first()
    if hold is None:
        raise Refusal("health.no_such_hold", status=404)
    records = hold.facts.count()
    click.echo(f"{hold.author} · {why_words(hold.why)} · {hold.policy_version}")
    for deed, kind, count in hold.facts.values_list("deed", "kind").annotate(n=Count("pk")).order_by("deed", "kind"):
        click.echo(f"  {deed:<9} {kind:<24} {count:>9,}  {kind_label(kind)}")
    seconds = releasing.seconds_for(records)
    click.echo(f"{records:,} 条，放行约需 {seconds} 秒 · {records:,} records; releasing takes about {seconds} s")


@holds.command("release")
@click.argument("number", type=int)
@NOTE
def release(number: int, note: str) -> None:
    """Let them become facts. Not by whoever took them in."""
    began = perf_counter()
    done = releasing.release(number, scope=None, by=_by(), note=note)
    seconds = perf_counter() - began
    click.echo(
        f"已放行 {done.recorded:,} 条，{done.refused:,} 条已无法登记 · {done.recorded:,} released, "
        f"{done.refused:,} could no longer be recorded  {seconds:.1f} s"
    )


@holds.command("refuse")
@click.argument("number", type=int)
@NOTE
def refuse(number: int, note: str) -> None:
    """Do not release them: nothing ever follows from them."""
    releasing.refuse(number, scope=None, by=_by(), note=note)
    click.echo("未放行，这些记录不产生任何结果 · not released; nothing follows from these records")


command = holds
