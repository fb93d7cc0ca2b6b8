"""`shouwang backup FILE` and `shouwang restore FILE`: the database in one file, and back."""

from __future__ import annotations

import gzip
import os
import subprocess
import zlib
from pathlib import Path
from typing import IO

import click
import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shouwang.site import environment, postgres
from shouwang.site.advice import Advice
from shouwang.site.up import MIGRATE_COMMAND, is_up

# Runs inside the transaction of the restore: either the whole backup is there afterwards, or all is as it was.
EMPTY = "drop schema public cascade; create schema public;\n"
FIRST_WORDS = b"PostgreSQL database dump"
BLOCK = 1 << 20

log = structlog.get_logger("shouwang.backup")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database to FILE, consistently, while work goes on.

    The keys that encrypt names, ID numbers and phones are not in it, nor those that sign codes: keep the key ring and
    the folder of code keys apart, and keep them.
    """
    settings = postgres.provide(environment.load())
    aside = file.with_name(file.name + ".part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            _dump(settings, out)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")
    click.echo(f"The keys stay where they are: {settings.key_ring_file}, {settings.code_keys}")


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
    _pour(file, settings)
    migrated = subprocess.run(
        MIGRATE_COMMAND, env={**os.environ, "DJANGO_SETTINGS_MODULE": "shouwang.site.settings"}, check=False
    )
    if migrated.returncode != 0:
        raise Advice("The backup is back, but its tables could not be brought up to date; the reason stands above.")
    click.echo(f"{file} is back. Check that it is whole:\n  type:     shouwang journal verify")


def _pour(file: Path, settings: environment.Environment) -> None:
    """Empty the database and run the backup's statements, in one transaction that a damaged backup never ends.

    Raises `Advice` when the file is none of ours, is cut short or damaged, or when the database refuses it.
    """
    address, secret = _connection(settings)
    command = [str(postgres.bin("psql")), "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"]
    command += ["--set=ON_ERROR_STOP=1", "--file=-", address]
    given = {**os.environ, **secret, "PGOPTIONS": "--client-min-messages=warning"}
    with gzip.open(file) as source, subprocess.Popen(command, stdin=subprocess.PIPE, env=given) as sink:
        assert sink.stdin is not None  # nosec B101 - asked for with PIPE
        try:
            block = source.read(BLOCK)
            if not block.lstrip(b"-\n ").startswith(FIRST_WORDS):
                raise gzip.BadGzipFile("it does not begin like one")
            sink.stdin.write(EMPTY.encode())
            while block:
                sink.stdin.write(block)
                block = source.read(BLOCK)
            sink.stdin.close()
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            sink.kill()  # without its end of input, nothing is committed
            raise Advice(
                f"{file} is no whole backup made by `shouwang backup` ({error}); nothing was changed."
            ) from None
        except BrokenPipeError:
            log.debug("psql stopped reading")  # it says itself why
    if sink.returncode != 0:
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


def _dump(settings: environment.Environment, out: IO[bytes]) -> None:
    """Write the whole database as compressed SQL, whose checksum tells later whether it is still whole."""
    address, secret = _connection(settings)
    command = [str(postgres.bin("pg_dump")), "--format=plain", "--compress=gzip:3", "--no-owner", "--no-privileges"]
    done = subprocess.run([*command, f"--dbname={address}"], env={**os.environ, **secret}, stdout=out, check=False)
    if done.returncode != 0:
        raise Advice("The backup could not be made; the reason stands above.")
