"""`shouwang backup FILE` and `shouwang restore FILE`: the database in one file, and back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shouwang.site import environment, postgres
from shouwang.site.advice import Advice
from shouwang.site.up import MIGRATE_COMMAND, is_up

# Runs inside the transaction of the restore: either the whole backup is there afterwards, or all is as it was.
EMPTY = "drop schema public cascade; create schema public;\n"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE, consistently, while work goes on.

    The keys that encrypt names, ID numbers and phones are not in it: keep the key ring apart, and keep it.
    """
    settings = postgres.provide(environment.load())
    aside = file.with_name(file.name + ".part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", settings=settings, stdout=out)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")
    click.echo(f"The keys stay where they are: {settings.key_ring_file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the database holds now.")
def restore(file: Path, replace: bool) -> None:
    """Put the database back as it was when FILE was written. Whole or not at all."""
    settings = environment.load()
    if is_up(settings.data_dir):
        raise Advice("Shouwang is up on this data folder. Stop it first, then restore.")
    settings = postgres.provide(settings)
    if not replace and _holds_anything(settings):
        raise Advice(
            "The database holds data already, which a restore throws away.",
            f"  type:     shouwang restore --replace {file}",
        )
    listing = subprocess.run(
        [str(postgres.bin("pg_restore")), "--list", str(file)], capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        raise Advice(f"{file} is not a backup made by `shouwang backup`: {listing.stderr.strip()}")
    _pour(file, settings)
    migrated = subprocess.run(
        MIGRATE_COMMAND, env={**os.environ, "DJANGO_SETTINGS_MODULE": "shouwang.site.settings"}, check=False
    )
    if migrated.returncode != 0:
        raise Advice(
            "The backup is back, but its tables could not be brought up to date; the reason stands above."
        )
    click.echo(f"{file} is back. Check that it is whole:\n  type:     shouwang journal verify")


def _pour(file: Path, settings: environment.Environment) -> None:
    """Empty the database and run the backup's statements, in one transaction."""
    words = [str(postgres.bin("pg_restore")), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as source:
        assert source.stdout is not None  # nosec B101 - asked for with PIPE
        arguments, secret = _connection(settings)
        command = [str(postgres.bin("psql")), "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"]
        command += ["--set=ON_ERROR_STOP=1", "--file=-", arguments]
        with subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **secret}) as sink:
            assert sink.stdin is not None  # nosec B101
            try:
                sink.stdin.write(EMPTY.encode())
                while block := source.stdout.read(1 << 20):
                    sink.stdin.write(block)
                if source.wait() != 0:
                    # A backup cut short must not be committed: this is no SQL, and undoes the transaction.
                    sink.stdin.write(b"\n\\.\n;backup cut short;\n")
                sink.stdin.close()
            except BrokenPipeError:
                source.kill()
        if sink.returncode != 0 or source.returncode != 0:
            raise Advice(f"{file} could not be restored; the database is as it was. The reason stands above.")


def _holds_anything(settings: environment.Environment) -> bool:
    """Whether a deed has ever been done in this database."""
    with psycopg.connect(settings.database_url or "") as connection:
        there = connection.execute("select to_regclass('journal_entry')").fetchone()
        if not there or there[0] is None:
            return False
        found = connection.execute("select exists (select 1 from journal_entry)").fetchone()
        return bool(found and found[0])


def _connection(settings: environment.Environment) -> tuple[str, dict[str, str]]:
    """The address for a PostgreSQL program, and its password, which every user of the machine could read there."""
    parts = conninfo_to_dict(settings.database_url or "")
    password = parts.pop("password", None)
    words = {name: str(value) for name, value in parts.items() if value is not None}
    return make_conninfo(**words), {} if password is None else {"PGPASSWORD": str(password)}


def _run(program: str, *arguments: str, settings: environment.Environment, stdout: IO[bytes]) -> None:
    address, secret = _connection(settings)
    done = subprocess.run(
        [str(postgres.bin(program)), *arguments, f"--dbname={address}"],
        env={**os.environ, **secret},
        stdout=stdout,
        check=False,
    )
    if done.returncode != 0:
        raise Advice(f"{program} failed; the reason stands above.")
