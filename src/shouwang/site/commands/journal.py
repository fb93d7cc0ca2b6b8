"""`shouwang journal`: verify that nobody changed the record of deeds."""

from __future__ import annotations

import json

import click

from shouwang.journal import queries


@click.group("journal")
def command() -> None:
    """The record of deeds."""


@command.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(as_json: bool) -> int:
    """Walk the whole chain; name every entry that was changed, is missing or was cut off. Exit 1 when any is."""
    found = list(queries.damages())
    length = queries.length()
    if as_json:
        damages = [{"seq": d.seq, "kind": d.kind, "zh": d.words_zh, "en": d.words_en} for d in found]
        click.echo(json.dumps({"entries": length, "intact": not found, "damages": damages}, ensure_ascii=False))
    else:
        for damage in found:
            click.echo(f"{damage.words_zh} · {damage.words_en}", err=True)
        if not found:
            click.echo(f"日志完整，共 {length} 条 · the journal is intact: {length} entries")
    return 1 if found else 0
