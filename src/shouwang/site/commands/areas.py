"""`shouwang areas`: the tree of places, and closing, merging, splitting and moving its units."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from shouwang.areas import actions, queries, shipped
from shouwang.areas.actions import Part
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

DAY = click.DateTime(["%Y-%m-%d"])
ROWS_REFUSED = 3


def _operator() -> Actor:
    return Actor.operator(getpass.getuser())


def _dated(function: Callable[..., Any]) -> Callable[..., Any]:
    """The two options every change of the tree has."""
    function = click.option("--day", type=DAY, default=None, help="First day of the change; today when not given.")(
        function
    )
    return click.option("--why", required=True, help="The decision behind it; kept in the journal.")(function)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


@click.group("areas")
def command() -> None:
    """Places: load, look, close, merge, split, move."""


@command.command("load")
@click.argument("tree", type=click.Choice(sorted(shipped.TREES)))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def load(tree: str, as_json: bool) -> int:
    """Load a tree that comes with the package. A second time changes nothing."""
    planted = actions.import_areas(shipped.rows(tree), by=_operator())
    counts = {"taken": len(planted.taken), "unchanged": len(planted.unchanged), "refused": len(planted.refused)}
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo("新增 {taken:,}，无变化 {unchanged:,}，拒收 {refused:,}".format(**counts))
        click.echo("{taken:,} taken, {unchanged:,} unchanged, {refused:,} refused".format(**counts))
        for code, refusal in list(planted.refused.items())[:20]:
            click.echo(f"  {code}: {refusal.words('zh')} · {refusal}", err=True)
    return ROWS_REFUSED if planted.refused else 0


@command.command("tree")
@click.argument("code", required=False)
@click.option("--depth", default=1, show_default=True, help="How many levels to show.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def tree(code: str | None, depth: int, as_json: bool) -> None:
    """Show the unit CODE (the top when not given), what is under it, and how many of each level."""
    area = queries.by_code(code) if code else queries.root()
    if area is None:
        raise Refusal("areas.no_such_area", code=code or "")
    counts = queries.level_counts(area.path)
    top = area.path.count("/")
    shown = [one for one in queries.subtree(area.path) if one.path.count("/") - top <= depth]
    if as_json:
        units = [
            {"code": one.code, "name": one.name, "level": one.level, "kind": one.kind, "path": one.path}
            for one in shown
        ]
        click.echo(json.dumps({"code": area.code, "levels": counts, "units": units}, ensure_ascii=False))
        return
    for one in shown:
        click.echo(f"{'  ' * (one.path.count('/') - top)}{one.name}  {one.code}  {one.level}  {one.kind}".rstrip())
    click.echo("  ".join(f"{level} {count:,}" for level, count in counts.items()))


@command.command("close")
@click.argument("code")
@click.option("--why", required=True, help="The decision behind it; kept in the journal.")
@click.option("--entrance", default=None, help="Name of the one entrance that stays open; made when it is new.")
def close(code: str, why: str, entrance: str | None) -> None:
    """Close the compound CODE; all entrances but one are barred."""
    area = queries.by_code(code)
    actions.close_compound(area, by=_operator(), why=why, entrance=entrance)
    click.echo(f"{area.name} 已封控 · {area.name} is closed")


@command.command("open")
@click.argument("code")
@click.option("--why", required=True, help="The decision behind it; kept in the journal.")
def open_(code: str, why: str) -> None:
    """End the closure of the compound CODE."""
    area = queries.by_code(code)
    actions.open_compound(area, by=_operator(), why=why)
    click.echo(f"{area.name} 已解除封控 · {area.name} is open")


@command.command("merge")
@click.argument("origins", nargs=-1, required=True)
@click.option("--into", required=True, help="Code of the unit that takes them in.")
@_dated
def merge(origins: tuple[str, ...], into: str, day: datetime | None, why: str) -> None:
    """Let the units ORIGINS become part of another."""
    target = queries.by_code(into)
    units = [queries.by_code(code) for code in origins]
    actions.merge_units(units, target, day=_day(day), why=why, by=_operator())
    click.echo(f"{'、'.join(unit.name for unit in units)} → {target.name}")


@command.command("split")
@click.argument("code")
@click.option(
    "--part", "parts", nargs=3, multiple=True, metavar="CODE NAME CHILDREN", help="CHILDREN: codes, by commas."
)
@_dated
def split(code: str, parts: tuple[tuple[str, str, str], ...], day: datetime | None, why: str) -> None:
    """Let the unit CODE become several; every unit under it goes to exactly one part."""
    area = queries.by_code(code)
    wanted = [Part(new, name, tuple(child for child in children.split(",") if child)) for new, name, children in parts]
    made = actions.split_unit(area, wanted, day=_day(day), why=why, by=_operator())
    click.echo(f"{area.name} → {'、'.join(one.name for one in made)}")


@command.command("move")
@click.argument("code")
@click.option("--to", required=True, help="Code of the unit it belongs to from then on.")
@_dated
def move(code: str, to: str, day: datetime | None, why: str) -> None:
    """Move the unit CODE, with everything under it."""
    area, target = queries.by_code(code), queries.by_code(to)
    succession = actions.move_unit(area, target, day=_day(day), why=why, by=_operator())
    click.echo(f"{succession.old_path} → {succession.new_path}")
