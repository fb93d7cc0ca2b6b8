"""`shouwang up`: the whole platform in one process tree."""

from __future__ import annotations

import os
from pathlib import Path

import click

from shouwang.site import environment
from shouwang.site.up import serve


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for database, keys and logs [default: .shouwang, or SHOUWANG_DATA_DIR].",
)
@click.option("--host", help="Address to listen on [default: 127.0.0.1]; 0.0.0.0 for the whole network.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [default: 8000].")
def command(data: Path | None, host: str | None, port: int | None) -> None:
    """Run everything in one process tree; Ctrl-C ends it cleanly.

    Starts PostgreSQL (or uses DATABASE_URL), brings the tables up to date, starts the web server and the job worker,
    and starts again whatever dies.
    """
    given = {"DATA_DIR": data, "HOST": host, "PORT": port}
    for name, value in given.items():
        if value is not None:
            os.environ[environment.PREFIX + name] = str(value)
    environment.load.cache_clear()
    serve(environment.load())
