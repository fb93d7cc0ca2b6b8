"""How soon pages answer: server time inside Django, and through the real web server, as the role that opens them."""

from __future__ import annotations

import http.client
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

PAGE_LIMIT = 0.2
START_SECONDS = 90


def pages(signed: dict[str, dict[str, Any]], compounds: Sequence[Any], day: date) -> list[tuple[str, str, str]]:
    """(title, who asks, address) of every page measured."""
    community = signed["community"]["area_codes"][0]
    compound = max((one for one in compounds if one.area_code == community), key=lambda one: one.residents).code
    street, district, name = community[:9], community[:6], quote("王伟")
    return [
        ("city screen", "city", "/screen/4201/"),
        ("district screen", "district", f"/screen/{district}/"),
        ("street screen", "street", f"/screen/{street}/"),
        ("community screen", "community", f"/screen/{community}/"),
        ("compound screen", "community", f"/screen/{compound}/"),
        ("people, community officer", "community", "/people/"),
        ("people, street officer", "street", "/people/"),
        ("people, district officer", "district", "/people/"),
        ("people, city officer", "city", "/people/"),
        ("people by name, community", "community", f"/people/?name={name}"),
        ("people by name, city", "city", f"/people/?name={name}"),
        ("people in need, community", "community", "/people/?needs=dialysis"),
        ("people in need, city", "city", "/people/?needs=dialysis"),
        ("today of a community", "community", "/today/"),
        ("facts of new cases, city", "city", f"/figures/cases_new/4201/{day}/"),
        ("facts of all cases, city", "city", f"/figures/cases_cumulative/4201/{day}/"),
        ("facts of all cases, community", "community", f"/figures/cases_cumulative/{community}/{day}/"),
        ("bulletin, city", "city", "/bulletin/4201/"),
        ("reports, city", "city", "/command/reports/"),
        ("reports, street", "street", "/command/reports/"),
        ("journal", "inspector", "/me/journal/"),
    ]


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    return {
        "median_ms": statistics.median(ordered) * 1000,
        "p95_ms": ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))] * 1000,
    }


def measure(data: Path, compounds: Sequence[Any], day: date, requests: int) -> dict[str, Any]:
    """Every page, in Django alone and through granian: medians and 95th percentiles, statements, CPU a request."""
    from shouwang import clock
    from shouwang.site.demo.chunks import LAST_HOUR
    from shouwang.site.demo.course import CHINA
    from shouwang.site.up import SIGN_INS_FILE

    # One line a request, and nothing of it is a measurement.
    logging.disable(logging.WARNING)
    signed = {row["username"]: row for row in json.loads((data / SIGN_INS_FILE).read_text(encoding="utf-8"))}
    evening = datetime.combine(day, LAST_HOUR, CHINA)
    told: dict[str, Any] = {}
    click.echo(f"{'page':<32}{'Django':>9}{'p95':>8}{'CPU':>8}{'SQL':>5}{'granian':>10}{'p95':>8}   ms")
    with clock.frozen(evening):
        clients = {user: _client(user) for user in signed}
    with served(data, evening) as ask:
        for title, user, address in pages(signed, compounds, day):
            with clock.frozen(evening):
                inside = _inside(clients[user], address, requests)
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in clients[user].cookies.items())
            outside = quantiles([ask(address, cookie) for _ in range(requests + 2)][2:])
            told[title] = {**inside, "granian": outside}
            mark = "" if inside["median_ms"] <= PAGE_LIMIT * 1000 else "  over the limit"
            click.echo(
                f"{title:<32}{inside['median_ms']:>9.0f}{inside['p95_ms']:>8.0f}{inside['cpu_ms']:>8.0f}"
                f"{inside['statements']:>5}{outside['median_ms']:>10.0f}{outside['p95_ms']:>8.0f}{mark}"
            )
    return told


def _client(user: str) -> Any:
    """A browser in which somebody is signed in."""
    from django.test import Client

    from shouwang.accounts import queries as accounts

    client = Client(SERVER_NAME="localhost")
    client.force_login(accounts.by_username(user), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _inside(client: Any, address: str, requests: int) -> dict[str, Any]:
    """Server time of one page inside Django, after two requests to warm up."""
    from django.db import connection

    statements: list[float] = []

    def counted(execute: Callable[..., Any], *asked: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*asked)
        finally:
            statements.append(time.perf_counter() - began)

    answer = client.get(address)
    with connection.execute_wrapper(counted):
        answer = client.get(address)
    if answer.status_code != 200:
        raise click.ClickException(f"{address}: {answer.status_code} {answer.get('Location', '')}")
    seconds, cpu = [], time.process_time()
    for _ in range(requests):
        began = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - began)
    return {
        **quantiles(seconds),
        "cpu_ms": (time.process_time() - cpu) / requests * 1000,
        "statements": len(statements),
        "slowest_statement_ms": max(statements, default=0) * 1000,
        "bytes": len(answer.content),
    }


@contextmanager
def served(data: Path, evening: datetime) -> Iterator[Callable[[str, str], float]]:
    """The real web server on a free port; gives a function that asks for a page and answers the seconds it took."""
    from shouwang import clock

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock.move_to(evening)
    server = subprocess.Popen(
        [sys.executable, "-m", "shouwang.site.web"],
        env={**os.environ, "SHOUWANG_PORT": str(port), "SHOUWANG_DATA_DIR": str(data.absolute()),
             "DJANGO_SETTINGS_MODULE": "shouwang.site.settings"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def ask(address: str, cookie: str) -> float:
        asking = http.client.HTTPConnection("localhost", port, timeout=60)
        began = time.perf_counter()
        asking.request("GET", address, headers={"Cookie": cookie})
        answer = asking.getresponse()
        answer.read()
        took = time.perf_counter() - began
        asking.close()
        if answer.status != 200:
            raise click.ClickException(f"{address}: {answer.status} through the web server")
        return took

    try:
        _wait(ask, server)
        yield ask
    finally:
        server.terminate()
        server.wait(timeout=20)
        os.environ.pop(clock.OFFSET_VARIABLE, None)


def _wait(ask: Callable[[str, str], float], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask("/healthz", "")
            return
        except (OSError, click.ClickException):
            if server.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException("the web server does not answer") from None
            time.sleep(0.5)
