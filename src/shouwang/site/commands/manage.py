"""`shouwang manage …`: Django's own commands with Shouwang's settings and database, for developers."""

from __future__ import annotations

import click
from django.core.management import execute_from_command_line


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Django's management commands."""
    execute_from_command_line(["shouwang manage", *arguments])
