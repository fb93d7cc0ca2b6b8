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


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle(phone: tuple[Device, str]) -> None:
    """Ten thousand passages, every tenth sent twice, the server killed three times: exactly the right rows."""
    device, token = phone
    now = datetime.now(UTC)
    from shouwang.gates import partitions
    from shouwang.gates.models import Device as Phone

    partitions.make_ahead(clock.local_day(now))
    Phone.objects.filter(pk=device.pk).update(expires_at=now + timedelta(days=1))
    items = [passage(now, id=key(now)) for _ in range(10_000)]
    line = [one for number, item in enumerate(items) for one in ([item, item] if number % 10 == 0 else [item])]
    batches = [line[start : start + 100] for start in range(0, len(line), 100)]
    port = 8797
    process, kills = _served(port), 0
    try:
        waiting = list(batches)
        while waiting:
            if kills < 3 and len(waiting) < len(batches) * (3 - kills) / 4:
                # Killed while a batch is on its way.
                threading.Timer(random.random() * 0.02, _kill, [process]).start()
                kills += 1
            try:
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                address = f"/api/v1/gates/{device.gate_id}/passages"
                asked.request("POST", address, json.dumps(waiting[0]), {"Authorization": f"Bearer {token}"})
                answer = asked.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                process.wait()
                process = _served(port)
                continue
            assert answer.status == 200, told
            assert [one["id"] for one in told["items"]] == [one["id"] for one in waiting[0]]
            waiting.pop(0)
    finally:
        if process.poll() is None:
            _kill(process)
    assert kills == 3
    assert counted() == (10_000, 10_000)
