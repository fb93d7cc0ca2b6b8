"""What machines ask of the program: is it alive, can it work, how much does it do."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from shouwang.site import environment, health_endpoints, metrics


@pytest.fixture
def worker() -> None:
    """A job worker that has just given a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")


FED: dict[str, object] = {"feed": True, "degraded": []}


@pytest.fixture(autouse=True)
def head(tmp_path: Path, settings: Any) -> Path:
    """A status feed whose head was written just now."""
    settings.FEED_DIR = tmp_path / "feed"
    place = tmp_path / "feed" / "store" / "head"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"head")
    return place


def test_alive_asks_no_database() -> None:
    """Without access to a database (this test has none), /healthz answers 200."""
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


@pytest.mark.django_db
@pytest.mark.usefixtures("worker")
def test_ready_when_all_is_there() -> None:
    """Database, current tables and a worker heard of late: 200."""
    answer = Client().get("/readyz")
    assert answer.json() == {"ready": True, "database": True, "tables": True, "worker": True, **FED}
    assert answer.status_code == 200


@pytest.mark.django_db
def test_not_ready_while_the_worker_is_silent() -> None:
    """A worker last heard of half a minute ago counts as gone."""
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '31 seconds')")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "tables": True, "worker": False, **FED}


@pytest.mark.django_db
@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("seconds", "late"), [(29, False), (31, True), (None, True)])
def test_a_feed_that_stands_still_is_named(head: Path, seconds: int | None, late: bool) -> None:
    """Older than half a minute, or not there at all: still 200, with the degradation by name."""
    if seconds is None:
        head.unlink()
    else:
        os.utime(head, (time.time() - seconds,) * 2)
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["ready"], answer.json()["feed"]) == (True, not late)
    assert answer.json()["degraded"] == (["feed"] if late else [])


def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away gives 503, said plainly, instead of an error page."""

    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health_endpoints.connection, "cursor", away, raising=False)
    monkeypatch.setattr(health_endpoints.connection, "close", lambda: None, raising=False)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": False, "tables": False, "worker": False, **FED}


@pytest.mark.django_db
@pytest.mark.usefixtures("worker")
def test_not_ready_while_tables_are_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that has not been applied gives 503."""
    monkeypatch.setattr(health_endpoints, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'journal'")
    answer = Client().get("/readyz")
    assert answer.json() == {"ready": False, "database": True, "tables": False, "worker": False, **FED}


@pytest.mark.django_db
def test_metrics_count_requests_by_page() -> None:
    """A request more is a count more, under the name of its page and never its address."""
    client = Client()

    def count() -> float:
        text = client.get("/metrics").content.decode()
        line = [
            each for each in text.splitlines() if each.startswith('shouwang_requests_total{method="GET",page="healthz"')
        ]
        return float(line[0].split()[-1]) if line else 0.0

    before = count()
    client.get("/healthz?q=张三")
    assert count() == before + 1
    text = client.get("/metrics").content.decode()
    assert "张三" not in text
    assert "shouwang_database_up 1.0" in text
    assert "shouwang_journal_entries " in text
    assert "shouwang_feed_age_seconds " in text
    assert 'shouwang_request_seconds_bucket{le="0.2",page="healthz"}' in text


def test_made_up_names_make_no_new_series() -> None:
    """Whoever tries addresses and methods at random cannot fill the memory of the metrics."""
    Client().generic("BREW", "/coffee/1")
    Client().generic("BREW", "/coffee/2")
    samples = [sample.labels for family in metrics.REQUESTS.collect() for sample in family.samples]
    assert {"page": "no such page", "method": "other", "status": "4xx"} in samples
    assert not [labels for labels in samples if "coffee" in labels["page"] or labels["method"] == "BREW"]


@pytest.mark.django_db
def test_metrics_are_for_this_machine() -> None:
    """From another address, or through a proxy on this machine, the answer is 403."""
    assert Client().get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert Client().get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A token set in the environment."""
    monkeypatch.setenv("SHOUWANG_METRICS_TOKEN", "a-token-of-some-length")
    environment.load.cache_clear()
    yield "a-token-of-some-length"
    environment.load.cache_clear()


@pytest.mark.django_db
def test_a_token_opens_metrics_from_anywhere(token: str) -> None:
    """With a token set, it is what counts: right from afar 200, wrong or missing even from here 403."""
    far = {"REMOTE_ADDR": "10.0.0.9"}
    assert Client().get("/metrics", headers={"Authorization": f"Bearer {token}"}, **far).status_code == 200
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}, **far).status_code == 403
    assert Client().get("/metrics").status_code == 403


def test_counts_of_several_processes_are_added_up(tmp_path: Path) -> None:
    """Two processes that count once each are two in the sum that a third reports."""
    code = "from prometheus_client import Counter; Counter('shouwang_try', 'tries').inc()"
    report = (
        "from prometheus_client import CollectorRegistry, generate_latest, multiprocess\n"
        "registry = CollectorRegistry(); multiprocess.MultiProcessCollector(registry)\n"
        "print(generate_latest(registry).decode())"
    )
    given = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], env=given, check=True)
    said = subprocess.run([sys.executable, "-c", report], env=given, check=True, capture_output=True, text=True).stdout
    assert "shouwang_try_total 2.0" in said
