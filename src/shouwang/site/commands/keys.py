"""`shouwang keys`: the keys that seal names, ID numbers and phones — what there is, a new one, sealing all anew."""

from __future__ import annotations

import getpass
import json

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from shouwang.journal.actions import Actor
from shouwang.residents import key_ring, rotation
from shouwang.residents.key_ring import Purpose

WORDS: dict[Purpose, str] = {"data_keys": "加密 sealing", "look_up_keys": "查找 look-up"}


@click.group()
def keys() -> None:
    """The key ring of residents' identities."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_keys(as_json: bool) -> None:
    """Every key, and how many values are under it. The keys themselves are never shown."""
    uses = rotation.key_uses()
    if as_json:
        rows = [
            {
                "id": use.key.id.hex(),
                "purpose": use.purpose,
                "made": use.key.made,
                "state": "active" if use.key.is_active else "old",
                "values": use.values,
            }
            for use in uses
        ]
        click.echo(json.dumps({"file": str(key_ring.path()), "keys": rows}, ensure_ascii=False, indent=1))
        return
    table = Table(title=str(key_ring.path()))
    for column in ("密钥 key", "用途 for", "生成 made", "状态 state", "数量 values"):
        table.add_column(column)
    for use in uses:
        state = "使用中 active" if use.key.is_active else "旧 old"
        table.add_row(use.key.id.hex(), WORDS[use.purpose], use.key.made, state, f"{use.values:,}")
    Console().print(table)


@keys.command("add")
@click.option("--look-up", is_flag=True, help="A look-up key instead of a sealing key.")
def add(look_up: bool) -> None:
    """Make a new key and use it from now on; also makes the ring itself on a new installation.

    Copy the ring to a safe place afterwards: without it nobody can be read.
    """
    key = key_ring.add_key("look_up_keys" if look_up else "data_keys")
    click.echo(f"新密钥 {key.id.hex()} 已启用，请备份 {key_ring.path()}")
    click.echo(f"key {key.id.hex()} is in use; make a safe copy of {key_ring.path()}")


@keys.command("rotate")
@click.option("--look-up", is_flag=True, help="Change the look-up key instead of the sealing key.")
def rotate(look_up: bool) -> None:
    """Make a new key and bring everybody under it. Stopped in the middle, the same command goes on."""
    purpose: Purpose = "look_up_keys" if look_up else "data_keys"
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bar, console=Console(stderr=True)) as progress:
        task = progress.add_task(WORDS[purpose], total=None)
        done = 0
        for done, people in rotation.rotate(purpose, by=Actor.operator(getpass.getuser())):
            progress.update(task, completed=done, total=people)
    click.echo(f"{done:,} 人已换用新密钥；旧密钥留在环上，供备份使用。请备份 {key_ring.path()}")
    click.echo(f"{done:,} people are under the new key; old keys stay for backups. Make a safe copy of the ring")


command = keys
