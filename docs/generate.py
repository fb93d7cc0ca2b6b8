"""`make docs`: what the documents take from the code — tables, diagrams, screenshots.

    python docs/generate.py [--no-screenshots] [--city DIR] [--port N]

Marked places in docs/ are filled anew, docs/generated/ is written (of it only gates.openapi.json is committed), and
docs/screenshots/ is taken from a demonstration city by Debian's Chromium (only city.png, which the READMEs show, is
committed). `--city` names the data folder of a demonstration that is there already; otherwise one is made in a
temporary folder, which takes minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "src")]


@click.command()
@click.option("--screenshots/--no-screenshots", default=True, help="Take the pictures, which needs Chromium.")
@click.option("--city", type=click.Path(file_okay=False, path_type=Path), help="Data folder of a demonstration.")
@click.option("--port", default=8765, show_default=True, help="Where the demonstration is served meanwhile.")
def main(screenshots: bool, city: Path | None, port: int) -> None:
    """Write everything that is made from the code."""
    with tempfile.TemporaryDirectory(prefix="shouwang-docs-") as scratch:
        # The text comes from the program alone: no database, and no settings of whoever runs this.
        for name in [name for name in os.environ if name.startswith("SHOUWANG_") or name == "DATABASE_URL"]:
            del os.environ[name]
        os.environ["SHOUWANG_DATA_DIR"] = scratch
        from shouwang.site.cli import prepare

        prepare(database=False)
        from making import blocks

        for path in blocks.write(DOCS / "generated"):
            click.echo(path.relative_to(DOCS.parent))
        if screenshots:
            from making import pictures

            for path in pictures.take(DOCS / "screenshots", city or Path(scratch) / "city", port):
                click.echo(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
