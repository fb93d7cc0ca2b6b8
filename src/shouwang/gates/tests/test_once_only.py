"""One key, one row: sent by many at once, and with the server killed in the middle of a batch."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from django.db import connection
from django.db.models import Sum

from shouwang import clock
from shouwang.gates import taking

from .conftest import NOW
from .passages import body, key, passage

if TYPE_CHECKING:
    from shouwang.gates.models import Device


def counted() -> tuple[int, int]:
    """Rows, and what the counters say."""
    from shouwang.gates.models import Passage, PassageCount

    return Passage.objects.count(), PassageCount.objects.aggregate(n=Sum("count"))["n"] or 0


@pytest.mark.django_db
def test_passages_are_emptied_with_the_other_tables() -> None:
    """Passages are among what Django empties after a test that commits; else the next would count them too."""
    assert {"gates_passage", "gates_passagecount"} <= set(connection.introspection.django_table_names())


@pytest.mark.django_db(transaction=True)
def test_many_at_once(phone: tuple[Device, str]) -> None:
    """Eight senders, the same passages in different orders: each is stored by one, and repeated to the others."""
    device, token = phone
    items = [passage(NOW - timedelta(minutes=1)) for _ in range(60)]
    outcomes: list[list[taking.Answer]] = []
    ready = threading.Barrier(8)

    def send(seed: int) -> None:
        mine = items[:]
        random.Random(seed).shuffle(mine)
        ready.wait()
        try:
            with clock.frozen(NOW):
                outcomes.append(taking.take(token, str(device.gate_id), body(*mine)))
        finally:
            connection.close()

    with clock.frozen(NOW), ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(send, seed) for seed in range(8)]:
            done.result()
    stored = [answer.id for batch in outcomes for answer in batch if answer.outcome == "stored"]
    assert sorted(str(one) for one in stored) == sorted(one["id"] for one in items)
    assert {answer.verdict for batch in outcomes for answer in batch} == {"pass"}
    assert counted() == (60, 60)


def _served(port: int) -> subprocess.Popen[bytes]:
    given = {
        **os.environ,
        "DATABASE_URL": "postgresql:///?" + "&".join(f"{k}={v}" for k, v in _where().items() if v),
        "SHOUWANG_PORT": str(port),
        "SHOUWANG_LOG_LEVEL": "error",
        "SHOUWANG_WORKERS": "2",
    }
    process = subprocess.Popen([sys.executable, "-m", "shouwang.site.web"], env=given)
    for _ in range(200):
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            asked.request("GET", "/healthz")
            asked.getresponse().read()
            return process
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not come up")


def _where() -> dict[str, Any]:
    held = connection.settings_dict
    return {
        "dbname": held["NAME"],
        "user": held["USER"],
        "password": held["PASSWORD"],
        "host": held["HOST"],
        "port": held["PORT"],
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    for child in family:
        child.kill()
    process.wait()


class _Server:
    """The web server under several senders: killed three times, and started again by whoever notices first."""

    def __init__(self, port: int) -> None:
        self.port, self.kills, self.lock = port, 0, threading.Lock()
        self.process = _served(port)

    def kill(self) -> None:
        with self.lock:
            _kill(self.process)
            self.kills += 1
            self.process = _served(self.port)


def _send_all(server: _Server, address: str, token: str, batches: list[list[dict[str, Any]]], left: list[int]) -> None:
    """Send each batch until it is answered, as a phone does."""
    asked: http.client.HTTPConnection | None = None
    ends = time.monotonic() + 600
    for batch in batches:
        while True:
            assert time.monotonic() < ends
            try:
                asked = asked or http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
                asked.request("POST", address, json.dumps(batch), {"Authorization": f"Bearer {token}"})
                answer = asked.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                asked = None
                time.sleep(0.05)
                continue
            assert answer.status == 200, told
            assert [one["id"] for one in told["items"]] == [one["id"] for one in batch]
            left[0] -= 1
            break


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle(phone: tuple[Device, str]) -> None:
    """A hundred thousand passages of four senders, every tenth sent twice, the server killed three times: exactly the
    right rows, and counters that agree with them."""
    device, token = phone
    now = datetime.now(UTC)
    from shouwang.gates import partitions
    from shouwang.gates.models import Device as Phone

    partitions.make_ahead(clock.local_day(now))
    Phone.objects.filter(pk=device.pk).update(expires_at=now + timedelta(days=1))
    items = [passage(now, id=key(now)) for _ in range(100_000)]
    line = [*items, *items[::10]]
    random.Random(5).shuffle(line)
    batches = [line[start : start + 100] for start in range(0, len(line), 100)]
    left = [len(batches)]
    server = _Server(8797)
    try:
        with ThreadPoolExecutor(4) as pool:
            address = f"/api/v1/gates/{device.gate_id}/passages"
            sending = [pool.submit(_send_all, server, address, token, batches[n::4], left) for n in range(4)]
            for share in (0.8, 0.5, 0.2):
                while left[0] > len(batches) * share and not any(done.done() for done in sending):
                    time.sleep(0.002)
                server.kill()
            for done in sending:
                done.result()
    finally:
        _kill(server.process)
    assert server.kills == 3
    assert left == [0]
    assert counted() == (100_000, 100_000)
