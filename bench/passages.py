"""How fast passages of gates are taken in through HTTP with device auth, durably, beside peers and a limit.

    .venv/bin/python bench/passages.py [--seconds 8] [--peers]

Serves Shouwang by granian on a throw-away cluster with fsync on, sends batches of 50 and single passages from client
processes on the same machine, and copies the same rows into the same table as the limit. With `--peers` a plain FastAPI
with SQLAlchemy and a plain Django with the REST framework do the same work from a throw-away venv.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

from passages_phones import send as phones_sending  # noqa: E402 - it lies beside this file
from passages_phones import told  # noqa: E402

GATES = 16
PORT = 8791


def drive(name: str, targets: list[tuple[str, str]], port: int, size: int, seconds: float, phones: int) -> float:
    """Send batches of `size`; prints and answers passages a second."""
    most = int(seconds * (50_000 / size if size > 1 else 4_000))
    rate, took, _processor = phones_sending(targets, port, size, seconds, phones, most)
    told(name, rate, took)
    return rate


def pinged(port: int, seconds: float) -> float:
    """The limit of one at a time: the server's smallest answer, asked for on four kept connections in turn."""
    asked = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(4)]
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for one in asked:
            one.request("GET", "/feed/none")
        for one in asked:
            one.getresponse().read()
        count += len(asked)
    rate = count / (time.perf_counter() - began)
    print(f"{'limit: an answer without content':<46}{rate:>10,.0f} requests/s", flush=True)
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
        (str(uuid.uuid4()), now.date(), 1, "4201/X1/", 1, now, 120, now, "in", "strip", 20000, n % 2**24, f"{n:011d}",
         "36.5", True, True, "pass", "green", 4711, "1700000000", 12, False, False, n)
        for n in range(int(seconds * 20_000))
    ]  # fmt: skip
    began = time.perf_counter()
    for start in range(0, len(rows), 5000):
        with connection.cursor() as cursor, cursor.copy(f"copy gates_passage ({columns}) from stdin") as copy:
            for row in rows[start : start + 5000]:
                copy.write_row(row)
    rate = len(rows) / (time.perf_counter() - began)
    print(f"{'limit: COPY into the same table':<46}{rate:>10,.0f} rows/s", flush=True)
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
    options.add_argument("--phones", type=int, default=64)
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
        drive("warming up", targets, PORT, 50, 1, given.phones)
        drive("Shouwang, batches of 50", targets, PORT, 50, given.seconds, given.phones)
        drive("Shouwang, one at a time", targets, PORT, 1, given.seconds, given.phones)
        pinged(PORT, 2)
        copied(given.seconds)
        if given.peers:
            from passages_peers import peers

            # Each has the machine and the database's connections to itself.
            children[0].terminate()
            children[0].wait()
            for name, port, process in peers(folder, database.url):
                children.append(process)
                waited(port)
                open_target = [("/passages", targets[0][1])]
                drive(f"{name}, batches of 50", open_target, port, 50, given.seconds, given.phones)
                drive(f"{name}, one at a time", open_target, port, 1, given.seconds, given.phones)
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
