"""The phones of the benchmarks of passages: what they send, and a sender so lean that it is not what is measured.

Bodies are JSON as the gate app writes it (`gate-app/src/passage/recording.ts`), each passage with a key of its own, and
are written before the clock starts: making them is the phones' work, and here they share two cores with the server.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import socket
import statistics
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from typing import Any

HOST = "127.0.0.1"
ITEM = (
    '{"id":"%s","at":"%s","clock_offset_ms":120,"direction":"%s","traveller":{"kind":"%s","list":20780,"idx":%d,'
    '"cti":%s,"row":null,"phone_hash":null,"plate":null,"host":null,"company":null,"people":1,"purpose":null},'
    '"temperature":"%s","second_temperature":null,"mask":true,"identity":true,"verdict":"%s","reason":"%s",'
    '"feed_sequence":4711,"policy_version":"1700000000","guard":12,"override":null}'
)
FIRST, NEXT = 1000, 10.0


def key(chance: str, made: int) -> str:
    """A UUIDv7 of a moment (ms), from 19 random hexadecimal digits."""
    stamp = f"{made:012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{chance[:3]}-a{chance[3:6]}-{chance[6:18]}"


def passages(count: int, first: int = 0) -> list[str]:
    """Passages of now as JSON: as many out as in, one in twenty with a printed card, one in fifty refused."""
    made = time.time_ns() // 1_000_000
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(made // 1000)) + f".{made % 1000:03d}Z"
    chances = os.urandom(count * 9).hex()
    found = []
    for number in range(first, first + count):
        start = (number - first) * 18
        card = number % 20 == 7
        refused = number % 50 == 11
        found.append(
            ITEM
            % (
                key(chances[start : start + 18], made),
                stamp,
                "out" if number % 2 else "in",
                "card" if card else "strip",
                number * 7919 % 2**24,
                "null" if card else f'"{number:011d}"',
                f"36.{number % 9}",
                "refuse" if refused else "pass",
                "status_yellow" if refused else "green",
            )
        )
    return found


def requests(path: str, token: str, size: int, count: int) -> list[bytes]:
    """Whole HTTP requests of `size` passages each."""
    items = passages(size * count)
    found = []
    for start in range(0, len(items), size):
        body = "[" + ",".join(items[start : start + size]) + "]"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append((head + body).encode())
    return found


@dataclass
class Told:
    """What one process of phones has to tell: passages stored, each request's seconds, its own processor time."""

    stored: int = 0
    began: float = 0.0
    ended: float = 0.0
    processor: float = 0.0
    took: list[float] = field(default_factory=list)


class _Phone:
    """A connection that is kept; sends the next request when the last is answered."""

    def __init__(self, port: int, waiting: list[bytes]) -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = waiting
        self.got = b""
        self.started = 0.0

    def send(self) -> bool:
        if not self.waiting:
            return False
        self.got = b""
        self.started = time.perf_counter()
        self.socket.sendall(self.waiting.pop())
        return True

    def answer(self) -> bytes | None:
        """The whole answer, or None while a part of it is missing."""
        part = self.socket.recv(262_144)
        if not part:
            raise SystemExit("the server hung up")
        self.got += part
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        lower = head.lower()
        length = int(lower.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise SystemExit(f"{head[:200]!r} {body[:400]!r}")
        return body


def _process(port: int, jobs: list[tuple[str, str, int, int]], seconds: float, ready: Barrier, out: Any) -> None:
    phones = [_Phone(port, requests(*job)) for job in jobs]
    told = Told()
    ready.wait()
    waits = select.epoll()
    by_number = {phone.socket.fileno(): phone for phone in phones}
    processor, told.began = time.process_time(), time.perf_counter()
    for phone in phones:
        phone.send()
        waits.register(phone.socket, select.EPOLLIN)
    open_ones, ends = len(phones), told.began + seconds
    while open_ones:
        for number, _event in waits.poll():
            phone = by_number[number]
            body = phone.answer()
            if body is None:
                continue
            now = time.perf_counter()
            told.took.append(now - phone.started)
            told.stored += body.count(b'"stored"')
            if now > ends or not phone.send():
                waits.unregister(phone.socket)
                open_ones -= 1
    told.ended, told.processor = time.perf_counter(), time.process_time() - processor
    out.put(told)


def _careful(out: Any, *arguments: Any) -> None:
    try:
        _process(*arguments, out)
    except BaseException as error:
        out.put(str(error) or repr(error))


def send(
    targets: list[tuple[str, str]], port: int, size: int, seconds: float, phones: int, most: int
) -> tuple[float, list[float], float]:
    """Send from `phones` connections of two processes until `seconds` are over or each has sent its share of `most`
    requests; answers passages stored a second, the seconds of each request, and the senders' processor seconds."""
    processes = min(2, phones)
    share = most // phones + 1
    jobs = [(*targets[n % len(targets)], size, share) for n in range(phones)]
    context = multiprocessing.get_context("fork")
    ready, out = context.Barrier(processes), context.Queue()
    running = [
        context.Process(target=_careful, args=(out, port, jobs[n::processes], seconds, ready)) for n in range(processes)
    ]
    for process in running:
        process.start()
    told = []
    for _ in running:
        told.append(out.get(timeout=seconds * 4 + 60))
        if isinstance(told[-1], str):
            for process in running:
                process.kill()
            raise SystemExit(told[-1])
    for process in running:
        process.join()
    # Monotonic clocks of one machine agree between processes.
    whole = max(one.ended for one in told) - min(one.began for one in told)
    took = [second for one in told for second in one.took]
    return sum(one.stored for one in told) / whole, took, sum(one.processor for one in told)


def told(name: str, rate: float, took: list[float], unit: str = "passages/s") -> None:
    """One line of the report."""
    p99 = statistics.quantiles(took, n=100)[98] * 1000
    print(f"{name:<46}{rate:>10,.0f} {unit:<11} median {statistics.median(took) * 1000:6.1f} ms  p99 {p99:6.1f} ms")
