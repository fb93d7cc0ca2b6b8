"""The cluster that a test run makes for itself is the one that Django uses."""

import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_the_throw_away_cluster() -> None:
    """The server behind Django is the embedded one of this run, without fsync, in UTF-8."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('fsync'), current_setting('server_encoding'), version()")
        fsync, encoding, version = cursor.fetchone()
        cursor.execute("select current_setting('unix_socket_directories')")
        folder = cursor.fetchone()[0]
    assert (fsync, encoding) == ("off", "UTF8")
    assert version.startswith("PostgreSQL 18")
    assert folder.startswith(os.environ["SHOUWANG_DATA_DIR"])
