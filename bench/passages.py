"""How fast passages of gates are taken in through HTTP with device auth, durably, beside peers and a limit.

    .venv/bin/python bench/passages.py [--seconds 8] [--peers]

Serves Shouwang by granian on a throw-away cluster with fsync on, sends batches of 50 and single passages from client
processes on the same machine, and copies the same rows into the same table as the limit. With `--peers` a plain FastAPI
with SQLAlchemy and a plain Django with the REST framework do the same work from a throw-away venv.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))
GATES = 16
PORT = 8791


def key(number: int) -> str:
    """A UUIDv7 of now."""
    made = time.time_ns() // 1_000_000
    value = made << 80 | 7 << 76 | (number & 0xFFF) << 64 | 2 << 62 | (uuid.uuid4().int & (1 << 62) - 1)
    return str(uuid.UUID(int=value))


def passage(number: int) -> dict[str, Any]:
    """Somebody green who goes in, as a phone would send it."""
    return {
        "id": key(number), "at": datetime.now(UTC).isoformat(), "clock_offset_ms": 120, "direction": "in",
        "traveller": {"kind": "strip", "list": 20000, "idx": number * 7919 % 2**24, "cti": f"{number:011d}",
                      "row": None, "phone_hash": None, "plate": None, "host": None, "company": None, "people": 1},
        "temperature": "36.5", "second_temperature": None, "mask": True, "identity": True, "verdict": "pass",
        "reason": "green", "feed_sequence": 4711, "policy_version": "1700000000", "guard": 12, "override": None,
    }  # fmt: skip


def client(job: tuple[str, int, str, int, float]) -> tuple[int, list[float]]:
    """One phone that sends as fast as it is answered; answers passages stored and the seconds of each request."""
    path, port, token, size, seconds = job
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    # Bodies are written ahead: making them is the phones' work, and here the phones share two cores with the server.
    share = int(seconds * (900 if size == 1 else 400)) + 1
    bodies = [json.dumps([passage(n * size + i) for i in range(size)]) for n in range(share)]
    stored, took = 0, []
    began = time.perf_counter()
    for body in bodies:
        started = time.perf_counter()
        if started - began > seconds:
            break
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {told[:300]!r}")
        stored += told.count(b'"stored"')
        took.append(time.perf_counter() - started)
    return stored, [*took, time.perf_counter() - began]


def drive(name: str, targets: list[tuple[str, str]], port: int, size: int, seconds: float, clients: int) -> float:
    """Send from `clients` processes; prints and answers passages a second."""
    jobs = [
        (*(targets[n % len(targets)][:1]), port, targets[n % len(targets)][1], size, seconds) for n in range(clients)
    ]
    with multiprocessing.Pool(clients) as pool:
        done = pool.map(client, jobs, chunksize=1)
    rate = sum(stored / took[-1] for stored, took in done)
    each = [second for _stored, took in done for second in took[:-1]]
    p99 = statistics.quantiles(each, n=100)[98] * 1000
    print(
        f"{name:<44}{rate:>10,.0f} passages/s   median {statistics.median(each) * 1000:5.1f} ms  p99 {p99:6.1f} ms",
        flush=True,
    )
    return rate


def prepare() -> list[tuple[str, str]]:
    """Places, gates and phones; answers (address, token) of each."""
    from shouwang.areas.actions import close_compound
    from shouwang.areas.models import Area
    from shouwang.gates import actions, partitions
    from shouwang.gates.models import Gate
    from shouwang.journal.actions import Actor

    by = Actor.operator("bench")
    city = Area.objects.create(code="4201", path="4201/", level="city", name="city")
    for number in range(GATES):
        code = f"X{number}"
        one = Area.objects.create(code=code, path=f"4201/{code}/", parent=city, level="compound", name=code)
        close_compound(one, by=by, why="bench", entrance="gate")
    actions.keep_in_step()
    partitions.make_ahead(datetime.now(UTC).date())
    found = []
    for gate in Gate.objects.order_by("pk"):
        _made, code = actions.offer_enrolment(gate.pk, "phone", datetime.now(UTC) + timedelta(days=3), by=by)
        _device, token = actions.enrol(code)
        found.append((f"/api/v1/gates/{gate.pk}/passages", token))
    return found


def copied(seconds: float) -> float:
    """The limit: COPY of finished rows into the same table, one stream, in batches of 5,000."""
    from django.db import connection

    columns = (
        "id, day, gate_id, area_path, device_id, at, offset_ms, received_at, direction, kind, list, idx, cti,"
        " temperature, mask, identity, verdict, reason, feed_sequence, policy_version, guard, overridden, differs,"
        " content"
    )
    now = datetime.now(UTC)
    rows = [
        (key(n), now.date(), 1, "4201/X1/", 1, now, 120, now, "in", "strip", 20000, n % 2**24, f"{n:011d}", "36.5",
         True,
         True, "pass", "green", 4711, "1700000000", 12, False, False, n)
        for n in range(int(seconds * 20_000))
    ]  # fmt: skip
    began = time.perf_counter()
    for start in range(0, len(rows), 5000):
        with connection.cursor() as cursor, cursor.copy(f"copy gates_passage ({columns}) from stdin") as copy:
            for row in rows[start : start + 5000]:
                copy.write_row(row)
    rate = len(rows) / (time.perf_counter() - began)
    print(f"{'limit: COPY into the same table':<44}{rate:>10,.0f} rows/s", flush=True)
    return rate


def waited(port: int) -> None:
    """Until something answers."""
    for _ in range(150):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/healthz")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing answers at {port}")


def main() -> None:
    """Measure, print, clean up."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--peers", action="store_true")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    children: list[subprocess.Popen[bytes]] = []
    from shouwang.site import postgres

    try:
        database = postgres.ensure_running(folder, stop_at_exit=False)
        environment = {
            **os.environ, "SHOUWANG_DATA_DIR": str(folder), "DATABASE_URL": database.url, "SHOUWANG_PORT": str(PORT),
            "DJANGO_SETTINGS_MODULE": "shouwang.site.settings", "SHOUWANG_LOG_LEVEL": "warning",
        }  # fmt: skip
        os.environ.update(environment)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        targets = prepare()
        children.append(subprocess.Popen([sys.executable, "-m", "shouwang.site.web"], env=environment))
        waited(PORT)
        drive("warming up", targets, PORT, 50, 1, given.clients)
        drive("Shouwang, batches of 50", targets, PORT, 50, given.seconds, given.clients)
        drive("Shouwang, one at a time", targets, PORT, 1, given.seconds, given.clients * 2)
        copied(given.seconds)
        if given.peers:
            from passages_peers import peers

            for name, port, process in peers(folder, database.url):
                children.append(process)
                waited(port)
                open_target = [("/passages", targets[0][1])]
                drive(f"{name}, batches of 50", open_target, port, 50, given.seconds, given.clients)
                drive(f"{name}, one at a time", open_target, port, 1, given.seconds, given.clients * 2)
                process.terminate()
                process.wait()
    finally:
        for child in children:
            child.terminate()
            child.wait()
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
