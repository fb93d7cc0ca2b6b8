"""A backup holds everything, comes back whole, and never half."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

URL = os.environ["DATABASE_URL"]


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty database of its own on this run's server."""
    name = "backup_try"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name}")
    yield urlsplit(URL)._replace(path=f"/{name}").geturl()
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def shouwang(database: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command against that database."""
    command = [sys.executable, "-c", "from shouwang.site.cli import main; main()", *arguments]
    given = {**os.environ, "DATABASE_URL": database}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def work(database: str) -> list[str]:
    """What `deed` put there."""
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("select deed from work_done order by 1").fetchall()]


def deed(database: str, word: str) -> None:
    """Put a row into a table of its own, as a stand-in for work."""
    with psycopg.connect(database) as connection:
        connection.execute("create table if not exists work_done (deed text)")
        connection.execute("insert into work_done values (%s)", [word])


@pytest.mark.slow
def test_a_backup_comes_back_whole_and_never_half(database: str) -> None:
    """Saved, changed, put back: as it was when saved. A damaged backup changes nothing. Twice works too."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.backup"
        deed(database, "first 第一")
        saved = shouwang(database, "backup", str(file))
        assert saved.returncode == 0, saved.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        assert "keys stay where they are" in saved.stdout

        deed(database, "second")
        whole = file.read_bytes()
        middle = len(whole) // 2
        for damaged in (whole[:-20], whole[:middle], whole[:middle] + b"?" + whole[middle + 1 :]):
            spoiled = Path(folder) / "spoiled.backup"
            spoiled.write_bytes(damaged)
            refused = shouwang(database, "restore", "--replace", str(spoiled))
            assert refused.returncode == 1
            assert "nothing was changed" in refused.stderr
            assert work(database) == ["first 第一", "second"]

        for _ in range(2):
            done = shouwang(database, "restore", "--replace", str(file))
            assert done.returncode == 0, done.stderr
            assert work(database) == ["first 第一"]
            assert shouwang(database, "backup", str(file)).returncode == 0


@pytest.mark.slow
def test_a_restore_does_not_throw_data_away_unasked(database: str) -> None:
    """Onto a database in which deeds were done, only --replace restores; without it the line to type is shown."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.backup"
        assert shouwang(database, "backup", str(file)).returncode == 0
        with psycopg.connect(database) as connection:
            connection.execute(
                "insert into journal_entry (seq, at, actor_kind, actor_name, deed, on_row, why, area_path, detail,"
                " previous_hash, hash) values (1, now(), 'system', 'x', 'x', 'x', '', '', '{}', '', '')"
            )
        refused = shouwang(database, "restore", str(file))
        assert refused.returncode == 1
        assert "shouwang restore --replace" in refused.stderr
        not_one = Path(folder) / "letter.txt"
        not_one.write_text("Dear all")
        assert "is no whole backup" in shouwang(database, "restore", "--replace", str(not_one)).stderr
