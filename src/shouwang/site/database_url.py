"""What a database address means: Django's settings for it, and whether the server behind it will do."""

import os
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from shouwang.site.advice import Advice

OLDEST_VERSION = 15
KEEP_CONNECTION_SECONDS = 60
CONNECT_SECONDS = 10


def parse_url(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a postgresql:// address. Raises `Advice` when it cannot be read."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise Advice(
            "The setting DATABASE_URL cannot be read as the address of a PostgreSQL database.\n"
            "  expected: postgresql://user:password@host:port/name, special characters written as %xx\n"
            "  type:     export DATABASE_URL=postgresql://shouwang:password@db.example.org:5432/shouwang"
        ) from error
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "shouwang"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": KEEP_CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }
    # What is left (sslmode, application_name, …) are words of libpq, which the driver understands as they are.
    entry["OPTIONS"] = {"connect_timeout": CONNECT_SECONDS, "application_name": application_name(), **parts}
    return entry


def application_name() -> str:
    """How connections of this process are named in the server's list of activity."""
    return f"shouwang {os.getpid()}"


def check(url: str) -> None:
    """Raises `Advice` unless a PostgreSQL of version 15 or later with UTF-8 answers at the address."""
    parts = parse_url(url)
    place = f"{parts['HOST'] or 'local socket'}, database {parts['NAME']!r}, user {parts['USER']!r}"
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version // 10000
            encoding = connection.info.parameter_status("server_encoding") or ""
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Advice(
            f"The database of DATABASE_URL ({place}) does not answer: {reason}",
            "Start it, or correct the address. Without DATABASE_URL, Shouwang starts a PostgreSQL of its own.\n"
            "  type:     unset DATABASE_URL",
        ) from error
    if version < OLDEST_VERSION:
        raise Advice(
            f"The database of DATABASE_URL ({place}) is PostgreSQL {version}; {OLDEST_VERSION} or later is needed.",
            "Upgrade it, or let Shouwang start a PostgreSQL of its own.\n  type:     unset DATABASE_URL",
        )
    if encoding != "UTF8":
        raise Advice(
            f"The database of DATABASE_URL ({place}) stores {encoding}; Chinese names need UTF8.\n"
            f"  type:     createdb --encoding=UTF8 --template=template0 {parts['NAME']}"
        )
