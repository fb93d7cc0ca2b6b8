"""`shouwang messages compile`: make the translations ready to use."""

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
