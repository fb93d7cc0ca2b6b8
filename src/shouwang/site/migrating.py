"""Bringing the database to the shape of this version before anything else is done with it."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate_when_needed() -> bool:
    """Migrate if anything is outstanding; answers whether it did. Safe when several processes start at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [0x5357_4D49])
    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
        return True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [0x5357_4D49])
