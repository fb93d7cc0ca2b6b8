"""`shouwang messages compile|update|missing`: the translations."""

from __future__ import annotations

import click

from shouwang.site import messages


@click.group("messages")
def command() -> None:
    """Translations."""


@command.command("compile")
def compile_messages() -> None:
    """Compile every translation that changed."""
    click.echo(f"{messages.compile_all()} compiled")


@command.command("missing")
@click.argument("names", nargs=-1)
def missing(names: tuple[str, ...]) -> int:
    """List texts without Chinese, of all rooms or of those named."""
    found = 0
    for room in messages.rooms():
        if names and room.name not in names:
            continue
        for message in messages.untranslated(room):
            found += 1
            click.echo(f"{message.place}: {message.text!r}")
    return 1 if found else 0


@command.command("update")
@click.argument("names", nargs=-1)
def update(names: tuple[str, ...]) -> None:
    """Bring the .po of all rooms (or of those named) in step with their texts."""
    for room in messages.rooms():
        if not names or room.name in names:
            click.echo(f"{room.name}: {messages.update(room)} to translate")
