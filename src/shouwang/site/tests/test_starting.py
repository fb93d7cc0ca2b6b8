"""A command starts without work that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from shouwang.site import cli, migrating


def test_the_list_of_commands_loads_no_django() -> None:
    """`shouwang --help` names every command with its first sentence, and starts neither Django nor a database."""
    asking = (
        "import sys\nfrom shouwang.site.cli import shouwang\n"
        "try: shouwang.main(['--help'])\nfinally: sys.stderr.write(str('django' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True)
    assert done.stderr == "False"
    lines = {
        line.split()[0]: line.split()[1:] for line in done.stdout.split("Commands:")[1].splitlines() if line.strip()
    }
    assert all(lines.get(name) for name in cli.COMMANDS)


@pytest.mark.django_db
def test_the_names_of_files_are_the_migrations_there_are() -> None:
    """The quick look knows exactly the migrations that Django's loader finds, those of other packages too."""
    assert migrating.shipped() == set(MigrationLoader(connection).disk_migrations)


@pytest.mark.django_db
def test_an_outstanding_migration_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in shape is left alone without building the graph; one that lacks a migration is not."""
    monkeypatch.setattr(migrating, "_migrate", lambda: True)
    assert migrating.migrate_when_needed() is False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'areas'")
        assert migrating.migrate_when_needed() is True
        transaction.set_rollback(True)
