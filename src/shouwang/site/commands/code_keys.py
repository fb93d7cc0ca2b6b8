"""`shouwang code-keys`: the keys that sign codes and feed — what there is, a new one, one taken off, publishing."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from shouwang import clock
from shouwang.codes import code_keys as folder
from shouwang.codes import feed_paths, keeping_keys
from shouwang.codes.code_keys import CodeKey
from shouwang.codes.trust import USES
from shouwang.journal.actions import Actor

STATES = {
    "signs": "在用 signs",
    "next": "待用 next",
    "believed": "只验 believed",
    "over": "已过 over",
    "removed": "已除 removed",
}


@click.group("code-keys")
def code_keys() -> None:
    """The keys behind codes, status feed and trust list."""


def _by() -> Actor:
    return Actor.operator(getpass.getuser())


def _state(key: CodeKey) -> str:
    now = clock.now()
    if key.removed:
        return "removed"
    if not key.stands_at(now):
        return "over"
    if key.signs_at(now):
        return "signs"
    return "next" if folder.moment_of(key.not_before) > now else "believed"


@code_keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_keys(as_json: bool) -> None:
    """Every key: its use, from when until when it signs, until when it is believed. Secrets are never shown."""
    ring = folder.ring()
    if as_json:
        rows = [{**asdict(key), "state": _state(key)} for key in ring.keys]
        told = {"folder": str(ring.folder), "counter": ring.counter, "root": ring.root_public().hex(), "keys": rows}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    table = Table(title=f"{ring.folder} · {ring.counter}")
    for column in ("密钥 key", "用途 use", "起签 signs from", "止签 until", "验至 believed until", "状态 state"):
        table.add_column(column)
    for key in ring.keys:
        times = [
            folder.moment_of(text).astimezone(clock.ZONE).strftime("%Y-%m-%d %H:%M")
            for text in (key.not_before, key.signs_until, key.expires)
        ]
        table.add_row(key.kid, key.use, *times, STATES[_state(key)])
    Console().print(table)


@code_keys.command("rotate")
@click.option("--use", type=click.Choice(USES), default="strip", show_default=True, help="What the key is for.")
def rotate(use: str) -> None:
    """Make a new key: published now, signing in 24 hours. On a new installation it makes the folder and first keys.

    Copy the folder to a safe place afterwards: without it no code and no card in circulation can be read again.
    """
    key = keeping_keys.rotate(use, by=_by())
    click.echo(f"新密钥 {key.kid} 已公布，自 {key.not_before} 起签名；请备份 {folder.folder()}")
    click.echo(f"key {key.kid} is published and signs from {key.not_before}; make a safe copy of {folder.folder()}")


@code_keys.command("remove")
@click.argument("kid")
@click.option("--why", required=True, help="The reason, for the journal.")
def remove(kid: str, why: str) -> None:
    """Take key KID off the trust list at once. Everything it signed is refused from the next poll of a gate on.

    For a key that was stolen or lost. Phones draw new codes by themselves; cards signed by it are printed again.
    """
    made = keeping_keys.remove(kid, why, by=_by())
    click.echo(f"密钥 {kid} 已除名，它签过的一律不再相信。{'新密钥 ' + made[0].kid if made else ''}")
    click.echo(f"key {kid} is off the list{'; ' + made[0].kid + ' signs in its place' if made else ''}")


@code_keys.command("publish")
@click.option("--root", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The root key's file.")
def publish(root: Path | None) -> None:
    """Sign the trust list anew, with the root key in the folder or the one given."""
    counter = keeping_keys.publish(root, by=_by())
    click.echo(f"信任名单已公布，第 {counter} 版 · the trust list is published, number {counter}")


@code_keys.command("new-feed-address")
@click.option("--why", required=True, help="The reason, for the journal.")
def new_feed_address(why: str) -> None:
    """Give gates another address for the status feed now, and let the old one die in ten minutes.

    For a feed address that became known. Phones of gates that are not revoked learn the new one by themselves.
    """
    feed_paths.rotate(why, by=_by())
    click.echo("状态下发已换新地址，旧地址十分钟后失效 · the feed has a new address; the old one dies in ten minutes")


command = code_keys
