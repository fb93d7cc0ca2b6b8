"""`python -m shouwang.site.demo`: loads and runs the made-up city in a process of its own; see commands/demo.py."""

from __future__ import annotations

import os
from datetime import datetime

import click

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--scale", type=float, required=True)
@click.option("--from", "first", type=DAY, required=True)
@click.option("--until", "last", type=DAY, required=True)
def command(scale: float, first: datetime, last: datetime) -> None:
    """Load and run the city in the database and data folder that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")
    import django

    django.setup()
    from shouwang.site import environment
    from shouwang.site.demo.run import run
    from shouwang.site.migrating import migrate_when_needed

    migrate_when_needed()
    run(environment.load().data_dir, scale, first.date(), last.date())


if __name__ == "__main__":
    command()
