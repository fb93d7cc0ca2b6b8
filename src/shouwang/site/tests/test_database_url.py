"""What an address of a database becomes, and which servers are turned away."""

import os
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from shouwang.site import database_url
from shouwang.site.advice import Advice


def test_every_part_of_an_address_arrives() -> None:
    """User, password with special characters, host, port, name and further words are Django's afterwards."""
    entry = database_url.parse_url("postgresql://wu:p%40ss%2Fw@db.example.org:6543/city?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"]) == ("wu", "p@ss/w")
    assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db.example.org", "6543", "city")
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["ENGINE"] == "django.db.backends.postgresql"
    assert (entry["CONN_MAX_AGE"], entry["CONN_HEALTH_CHECKS"]) == (60, True)


def test_a_socket_folder_is_a_host() -> None:
    """The embedded server's address, without host name, leads to its socket."""
    entry = database_url.parse_url("postgresql://shouwang@/shouwang?host=%2Fdata%2Fsocket")
    assert (entry["HOST"], entry["PORT"], entry["USER"]) == ("/data/socket", "", "shouwang")


def test_an_unreadable_address_is_answered_with_advice() -> None:
    """A slip of the pen ends in a line to type, and the password in it is not repeated."""
    with pytest.raises(Advice) as stopped:
        database_url.parse_url("postgresql://wu:geheim@host:port:port/x?what")
    assert "export DATABASE_URL=" in stopped.value.text
    assert "geheim" not in stopped.value.text


def test_the_server_of_this_run_will_do() -> None:
    """A PostgreSQL 18 with UTF-8 passes."""
    database_url.check(os.environ["DATABASE_URL"])


def test_a_silent_server_is_named() -> None:
    """Nobody at the address: where was asked, what came back, and the way out; not the password."""
    with pytest.raises(Advice) as stopped:
        database_url.check("postgresql://wu:geheim@127.0.0.1:1/city")
    assert "127.0.0.1, database 'city', user 'wu'" in stopped.value.text
    assert "unset DATABASE_URL" in stopped.value.text
    assert "geheim" not in stopped.value.text


@pytest.mark.parametrize(
    ("version", "encoding", "says"), [(140012, "UTF8", "is PostgreSQL 14; 15 or later"), (160001, "LATIN1", "LATIN1")]
)
def test_servers_that_will_not_do(monkeypatch: pytest.MonkeyPatch, version: int, encoding: str, says: str) -> None:
    """Too old a server, or one that cannot hold Chinese names, is refused before anything is written to it."""

    class Old:
        info = SimpleNamespace(server_version=version, parameter_status=lambda _name: encoding)

        def __enter__(self) -> "Old":
            return self

        def __exit__(self, *_: Any) -> None:
            return None

    monkeypatch.setattr(psycopg, "connect", lambda *_a, **_k: Old())
    with pytest.raises(Advice) as stopped:
        database_url.check("postgresql://wu@host/city")
    assert says in stopped.value.text
