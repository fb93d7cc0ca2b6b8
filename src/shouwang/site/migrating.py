"""Bringing the database to the shape of this version before anything else is done with it."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection


def migrate_when_needed() -> bool:
    """Migrate if anything is outstanding; answers whether it did. Safe when several processes start at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [0x5357_4D49])
    try:
        if shipped() <= _applied():
            return False
        return _migrate()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [0x5357_4D49])


def shipped() -> set[tuple[str, str]]:
    """The migrations (app, name) of this version, by the names of their files.

    Every command asks this first. Django's own way loads each file and builds their graph, which takes a third of a
    second of work to find, nearly always, that there is nothing to do.
    """
    found = set()
    for app in apps.get_app_configs():
        for path in (Path(app.path) / "migrations").glob("[!_]*.py"):
            found.add((app.label, path.stem))
    return found


def _applied() -> set[tuple[str, str]]:
    """What the database says was done; nothing in an empty one."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('django_migrations')")
        if cursor.fetchone() == (None,):
            return set()
        cursor.execute("select app, name from django_migrations")
        return set(cursor.fetchall())


def _migrate() -> bool:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True
