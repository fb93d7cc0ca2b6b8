"""Codes and status feed: sizes and times of a large city's lists, strips a second, 7,100 gates that poll.

    .venv/bin/python bench/feed.py [--gates 7100] [--seconds 60] [--people 10000000]

Three parts. (1) The list of ten million people at 1 % and 5 % not green: processor seconds, bytes, and the entropy
below which no file can be. (2) Strips made, beside the bare signature. (3) A real server, writer and database; evidence
is recorded every two seconds, and simulated gates ask for the head every five seconds and take what is new. Told: how
long from recording to a gate's having it, and what it costs; then the same polls by granian's plain static files,
and by nginx where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]
PORT = 8971
BETWEEN_CHANGES = 2.0


def timed(task: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor time, which other work on the machine does not lengthen, and what came of it."""
    started = time.process_time()
    found = task()
    return time.process_time() - started, found


def lists(people: int) -> None:
    """Part 1."""
    import numpy as np
    from cryptography.hazmat.primitives.asymmetric import ec

    from shouwang.codes import cose, feed_documents, indexes
    from shouwang.codes.feed_documents import Delta, Snapshot, Stand
    from shouwang.codes.status_list import LIST_BYTES, StatusList

    signer = cose.Signer(b"benchkey", ec.generate_private_key(ec.SECP256R1()))
    seconds, places = timed(lambda: indexes.places(np.arange(people, dtype=np.uint32), bytes(32), 20000))
    print(f"places of {people:,} people in a list: {seconds:.2f} s")
    chance = np.random.default_rng(3)
    for share in (0.01, 0.05):
        chosen = chance.choice(places, int(people * share), replace=False)
        statuses = chance.choice(np.array([1, 2, 3], np.uint8), len(chosen), p=[0.2, 0.7, 0.1])
        found = StatusList()
        set_seconds, _ = timed(lambda found=found, chosen=chosen, statuses=statuses: found.put(chosen, statuses))
        hash_seconds, digest = timed(found.hash)
        odds = [*(np.bincount(statuses, minlength=4)[1:] / indexes.INDEXES), 1 - len(chosen) / indexes.INDEXES]
        entropy = -sum(odd * math.log2(odd) for odd in odds) * indexes.INDEXES / 8
        for level in (6, 9):
            press, compressed = timed(lambda found=found, level=level: found.compressed(level))
            stand = Stand(20000, 1, digest)
            sign, message = timed(
                lambda stand=stand, compressed=compressed: feed_documents.make_snapshot(
                    signer, Snapshot(1, 2, stand, compressed)
                )
            )
            whole = set_seconds + hash_seconds + press + sign
            print(
                f"{share:4.0%} not green, level {level}: {whole:6.2f} s, {len(message):>9,} bytes;"
                f" entropy {entropy:>9,.0f} (×{len(message) / entropy:.2f}); unpacked {LIST_BYTES:,}"
            )
    for count in (1, 100, 100_000):
        chosen = np.sort(chance.choice(places, count, replace=False))
        statuses = np.ones(count, np.uint8)
        delta = Delta(1, 20000, 5, 6, bytes(8), bytes(8), chosen, statuses)
        seconds, message = timed(lambda delta=delta: feed_documents.make_delta(signer, delta))
        print(f"delta of {count:>7,} changes: {len(message):>8,} bytes, {seconds * 1000:.1f} ms")


def strips_made() -> None:
    """Part 2."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from shouwang.codes import cose, strips

    private = ec.generate_private_key(ec.SECP256R1())
    signer = cose.Signer(b"benchkey", private)
    public = cose.Key(private.public_key(), cose.ESP256, "strip")
    rounds = 10_000
    bare, _ = timed(lambda: [private.sign(b"x" * 60, cose.ECDSA) for _ in range(rounds)])
    made, texts = timed(
        lambda: [
            strips.make_strip(signer, list_number=20000, idx=number, colour=0, iat=1000, exp=2000)
            for number in range(rounds)
        ]
    )
    read, _ = timed(lambda: [strips.read_code(text, lambda _kid: public) for text in texts])
    print(
        f"strips: {rounds / made:,.0f}/s made, {rounds / read:,.0f}/s read and verified;"
        f" bare signatures {rounds / bare:,.0f}/s (one core)"
    )


class Gates:
    """Simulated gates: each asks for the head every five seconds, and for the delta when its list has moved on."""

    def __init__(self, port: int, address: str, count: int, list_number: int) -> None:
        self.port, self.address, self.count, self.list = port, address, count, list_number
        self.sequences: dict[int, int] = {}
        self.delays: list[float] = []
        self.polls = self.taken = self.failed = 0
        self.recorded: dict[int, float] = {}
        self.appeared: dict[int, list[float]] = {}
        self.seen: set[int] = set()
        self.recording: list[float] = []
        self.first: list[float] = []
        self.answers: list[float] = []

    async def run(self, seconds: float, connections: int = 128) -> None:
        """Poll for some seconds."""
        queue: asyncio.Queue[tuple[float, int]] = asyncio.Queue()
        workers = [asyncio.create_task(self._worker(queue)) for _ in range(connections)]
        begun, number = time.monotonic(), 0
        while (elapsed := time.monotonic() - begun) < seconds:
            due = int(elapsed * self.count / 5)
            while number < due:
                queue.put_nowait((begun + number * 5 / self.count, number % self.count))
                number += 1
            await asyncio.sleep(0.01)
        for worker in workers:
            worker.cancel()

    async def _worker(self, queue: asyncio.Queue[tuple[float, int]]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while True:
            _due, gate = await queue.get()
            started = time.monotonic()
            head = await self._get(reader, writer, "head")
            self.polls += 1
            self.answers.append(time.monotonic() - started)
            sequence = self._sequence(head) if head else None
            before = self.sequences.get(gate)
            if sequence is None:
                self.failed += 1
            elif before is None:
                self.sequences[gate] = sequence
            elif sequence != before:
                message = await self._get(reader, writer, f"{self.list}/{before}-{sequence}.delta")
                if message is None:
                    self.failed += 1
                    continue
                self.taken += 1
                self._learn(sequence, message)
                now = time.monotonic()
                for moved in range(before + 1, sequence + 1):
                    self.delays += [now - recorded for recorded in self.appeared.get(moved, ())]
                self.sequences[gate] = sequence

    async def _get(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> bytes | None:
        writer.write(f"GET {self.address}{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        top = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in top:
            body = b""
            while size := int((await reader.readline()).strip(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        else:
            length = int(top.split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
        return body if top.startswith(b"http/1.1 200") else None

    def _sequence(self, head: bytes) -> int | None:
        from shouwang.codes import cbor, cose, feed_documents

        claims = cbor.read(cose.take_apart(head).payload or b"")
        return next((row[1] for row in claims[feed_documents.LISTS] if row[0] == self.list), None)

    def _learn(self, sequence: int, message: bytes) -> None:
        """Which recorded changes this sequence brought; each delta is opened once for all gates."""
        if sequence in self.seen:
            return
        self.seen.add(sequence)
        from shouwang.codes import cbor, cose, feed_documents
        from shouwang.codes.status_list import changes

        claims = cbor.read(cose.take_apart(message).payload or b"")
        places = set(changes(claims[feed_documents.CHANGES])[0].tolist())
        brought = [self.recorded.pop(place) for place in list(self.recorded) if place in places]
        if brought:
            self.appeared[sequence] = brought
            self.first += [time.monotonic() - recorded for recorded in brought]


def told(title: str, gates: Gates, seconds: float, cpu: dict[str, float]) -> None:
    delays, answers = sorted(gates.delays), sorted(gates.answers)
    used = ", ".join(f"{name} {share:.1%}" for name, share in cpu.items())
    print(
        f"{title}: {gates.polls / seconds:,.0f} polls/s, {gates.taken / seconds:,.0f} deltas/s, failed {gates.failed};"
        f" answer median {answers[len(answers) // 2] * 1000:.1f} ms,"
        f" p99 {answers[len(answers) * 99 // 100] * 1000:.1f} ms;"
        f" of one core: {used}"
    )
    if delays:
        print(
            f"  from recording to a gate's having it: median {delays[len(delays) // 2]:.2f} s,"
            f" p99 {delays[len(delays) * 99 // 100]:.2f} s, longest {delays[-1]:.2f} s ({len(delays):,} arrivals);"
            f" of it recording and deciding: median {sorted(gates.recording)[len(gates.recording) // 2]:.2f} s,"
            f" longest {max(gates.recording):.2f} s; until the first gate has it: median"
            f" {sorted(gates.first)[len(gates.first) // 2]:.2f} s, longest {max(gates.first):.2f} s"
        )


async def polled(gates: Gates, seconds: float, watched: dict[str, Any], record: Callable[[], None] | None) -> Any:
    """Let gates poll and evidence come; answers CPU shares by process."""

    def used() -> dict[str, float]:
        return {
            name: sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)])
            for name, process in watched.items()
        }

    async def recording() -> None:
        # Every gate has looked once before anything changes: what it took first is not an arrival.
        await asyncio.sleep(5.5)
        while record is not None:
            await asyncio.to_thread(record)
            await asyncio.sleep(BETWEEN_CHANGES)

    before, task = used(), asyncio.create_task(recording())
    await gates.run(seconds)
    task.cancel()
    return {name: (share - before[name]) / seconds for name, share in used().items()}


def feed(count: int, seconds: float) -> None:
    """Part 3."""
    from shouwang.site import postgres

    folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    children: list[subprocess.Popen[bytes]] = []
    try:
        database = postgres.ensure_running(folder, fast=True, stop_at_exit=False)
        os.environ.update(
            SHOUWANG_DATA_DIR=str(folder),
            DATABASE_URL=database.url,
            DJANGO_SETTINGS_MODULE="shouwang.site.settings",
            SHOUWANG_PORT=str(PORT),
            SHOUWANG_LOG_LEVEL="error",
        )
        import django

        django.setup()
        import psutil
        from django.core.management import call_command
        from django.db import connection

        from shouwang import clock
        from shouwang.codes import feed_paths, holders, indexes
        from shouwang.health import actions as health
        from shouwang.health.tests.places import house, plant
        from shouwang.journal.actions import Actor

        call_command("migrate", verbosity=0)
        tree = plant()
        people = [person.pk for person in house(tree["X1"], [f"B{number}" for number in range(2000)]).values()]
        list_number = indexes.day_list(clock.now())
        places = holders.places_of(people, list_number)
        address = feed_paths.current()
        for name in ("web", "feed"):
            children.append(subprocess.Popen([sys.executable, "-m", f"shouwang.site.{name}"]))
        while not (folder / "feed" / "v1" / address.split("/")[3] / "head").exists():
            time.sleep(0.2)
        time.sleep(4)
        chance = random.Random(5)
        by = Actor.system("bench")
        gates = Gates(PORT, address, count, list_number)

        def record() -> None:
            person = people.pop(chance.randrange(len(people)))
            begun = time.monotonic()
            gates.recorded[places[person]] = begun
            health.record_event(person, "confirmed", clock.now().isoformat(), by=by)
            connection.close()
            gates.recording.append(time.monotonic() - begun)

        watched = {"web": psutil.Process(children[0].pid), "feed": psutil.Process(children[1].pid)}
        shares = asyncio.run(polled(gates, seconds, watched, record))
        told(f"{count:,} gates, five seconds, door before Django", gates, seconds, shares)
        children.append(subprocess.Popen([sys.executable, str(Path(__file__)), "--static", str(folder / "feed")]))
        time.sleep(3)
        plain = Gates(PORT + 1, address, count, list_number)
        shares = asyncio.run(polled(plain, seconds / 3, {"static": psutil.Process(children[2].pid)}, None))
        told("  the same polls, granian's static files", plain, seconds / 3, shares)
        if shutil.which("nginx") is None:
            print("  nginx is not installed (Debian: nginx-light), so it is not beside these")
            return
        children.append(nginx(folder))
        time.sleep(2)
        third = Gates(PORT + 2, address, count, list_number)
        shares = asyncio.run(polled(third, seconds / 3, {"nginx": psutil.Process(children[3].pid)}, None))
        told("  the same polls, nginx", third, seconds / 3, shares)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(10)
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def nginx(folder: Path) -> subprocess.Popen[bytes]:
    """The other peer: nginx with two workers over the same folder, as docs/operations.md would put it before a city."""
    place = folder / "nginx"
    place.mkdir()
    # A root's workers would go over to another user, who may not enter this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (place / "nginx.conf").write_text(
        f"""worker_processes 2; daemon off; {user} pid {place}/pid; error_log {place}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000 inactive=10s;
  open_file_cache_valid 1s; client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};
  uwsgi_temp_path {place}; scgi_temp_path {place};
  server {{ listen 127.0.0.1:{PORT + 2}; location /feed/ {{ alias {folder}/feed/; etag on; }} }}
}}
""",
        encoding="ascii",
    )
    place.chmod(0o755)
    return subprocess.Popen(["nginx", "-c", f"{place}/nginx.conf", "-p", str(place)])


def plain_application(_environ: Any, start_response: Any) -> list[bytes]:
    """What stands behind the plain static files: nothing."""
    start_response("404 Not Found", [("Content-Length", "0")])
    return []


def static(folder: Path) -> None:
    """The peer: granian's own static files over the same folder."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "feed:plain_application",
        interface=Interfaces.WSGI,
        port=PORT + 1,
        workers=2,
        working_dir=HERE,
        static_path_route=["/feed"],
        static_path_mount=[folder],
        static_path_expires=0,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--gates", type=int, default=7100)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--people", type=int, default=10_000_000)
    arguments.add_argument("--static", type=Path, help="used by this script itself")
    asked = arguments.parse_args()
    if asked.static:
        static(asked.static)
    else:
        if asked.people:
            lists(asked.people)
        strips_made()
        if asked.gates:
            feed(asked.gates, asked.seconds)
