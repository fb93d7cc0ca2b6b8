"""`shouwang demo`: a city of its own, generated, run through its days, and served."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import click

from shouwang import clock
from shouwang.site import environment, postgres
from shouwang.site.advice import Advice
from shouwang.site.demo.chunks import LAST_HOUR
from shouwang.site.demo.course import CHINA
from shouwang.site.up import is_up, serve

DAY = click.DateTime(["%Y-%m-%d"])
EARLIEST, LATEST = date(2020, 1, 1), date(2020, 5, 31)
"""The days that the generated epidemic has something to tell about."""


@click.command()
@click.option("--scale", type=float, default=0.01, show_default=True, help="1 is the whole city of nine million.")
@click.option("--from", "first", type=DAY, default="2020-02-10", show_default=True, help="First day that is run.")
@click.option("--until", "last", type=DAY, default="2020-02-20", show_default=True, help="Last day that is run.")
@click.option("--serve/--no-serve", "serves", default=True, show_default=True, help="Serve the city afterwards.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for database, keys and logs [default: .shouwang, or SHOUWANG_DATA_DIR].",
)
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [default: 8000].")
def command(
    scale: float, first: datetime, last: datetime, serves: bool, data: Path | None, host: str | None, port: int | None
) -> None:
    """Generate a city shaped like Wuhan in 2020, run its days, print the last bulletin, and serve it.

    A second run finds the city there and only runs what is missing.
    """
    if not 0 < scale <= 1:
        raise click.UsageError(f"--scale {scale:g}: give a number above 0 and at most 1, such as 0.01.")
    if last < first:
        raise click.UsageError("--until lies before --from: write the earlier day first.")
    if first.date() < EARLIEST or last.date() > LATEST:
        raise click.UsageError(f"The epidemic of the demonstration runs from {EARLIEST} to {LATEST}.")
    for name, value in {"DATA_DIR": data, "HOST": host, "PORT": port}.items():
        if value is not None:
            os.environ[environment.PREFIX + name] = str(value)
    environment.load.cache_clear()
    settings = environment.load()
    if is_up(settings.data_dir):
        raise Advice(f"Shouwang is up on {settings.data_dir}. Stop it first, then start the demonstration.")
    ready = postgres.provide(settings)
    # In a process of its own: what loads a city needs memory and connections, what serves it should have neither.
    days = ["--from", f"{first:%Y-%m-%d}", "--until", f"{last:%Y-%m-%d}"]
    made = subprocess.run([sys.executable, "-m", "shouwang.site.demo", "--scale", str(scale), *days], check=False)
    if made.returncode:
        sys.exit(made.returncode)
    if serves:
        # The city stands still in the evening of its last day and ticks on from there.
        clock.move_to(datetime.combine(last.date(), LAST_HOUR, CHINA))
        serve(ready, migrate=False)
    else:
        postgres.release(settings.data_dir)
