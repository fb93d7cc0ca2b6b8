"""The whole of Shouwang as `shouwang up` starts it, on the test's own database and keys: server, worker, feed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from shouwang import clock
from shouwang.codes import code_keys, cose, feed_documents
from shouwang.codes.feed_documents import Head
from shouwang.codes.feed_files import put_file
from shouwang.health import actions as health
from shouwang.journal.actions import Actor

READY_SECONDS = 180.0
PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")


def wait_for(ask: Callable[[], Found | None]) -> Found:
    """What an answer becomes, asked a few times a second until there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := ask()) is None:
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


@dataclass
class Site:
    """A process tree, its address, and what a test does to it."""

    up: subprocess.Popen[bytes]
    url: str
    folder: Path

    def pids(self, part: str) -> list[int]:
        """The processes of a part of the tree: web, worker or feed."""
        family = {self.up.pid: b""}
        for number in sorted(int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()):
            try:
                above = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
                words = Path(f"/proc/{number}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if above == self.up.pid:
                family[number] = words
            elif above in family:
                family[number] = family[above]
        return [number for number, words in family.items() if f"shouwang.site.{part}\0".encode() in words]

    def signal(self, part: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to all processes of a part; by default they are gone in that moment."""
        found = self.pids(part)
        assert found, f"no process of {part}"
        for pid in found:
            os.kill(pid, number)

    def head(self) -> Head:
        """What the publisher said last, by its own file."""
        signer = code_keys.signer("status")
        key = cose.Key(signer.private.public_key(), signer.alg, "status")
        return feed_documents.read_head(self._head_file().read_bytes(), lambda _kid: key)

    def sequence(self, list_number: int) -> int:
        """How far a list has come."""
        return next(one.sequence for one in self.head().stands if one.list == list_number)

    def record(self, person: int, kind: str, **more: Any) -> str:
        """Record something of a resident's health; it is decided as ever. Answers its reference when it was told."""
        number = more.pop("told_on")
        before = self.sequence(number)
        ref = health.record_event(person, kind, by=Actor.operator(), source="test", **more)
        wait_for(lambda: self.sequence(number) > before or None)
        return ref

    def antedate(self, seconds: int) -> None:
        """Leave the files as a publisher leaves them that ended some time ago; it is to be stopped by then."""
        head = Head(int(clock.now().timestamp()) - seconds, self.head().stands)
        put_file(self._head_file(), feed_documents.make_head(code_keys.signer("status"), head))

    def _head_file(self) -> Path:
        return self.folder / "feed" / "store" / "head"


def database_url() -> str:
    """Of the test's own database."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """`shouwang up` beside the test, with its database, its keys and its residents."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SHOUWANG_")},
        "DATABASE_URL": database_url(),
        "SHOUWANG_KEY_RING_FILE": str(settings.KEY_RING_FILE),
        "SHOUWANG_CODE_KEYS": str(settings.CODE_KEYS_DIR),
        "SHOUWANG_WORKERS": "1",
    }
    command = [str(Path(sys.executable).with_name("shouwang")), "up", "--data", str(folder), "--port", str(port)]
    with (folder.parent / "up.log").open("wb") as log:
        up = subprocess.Popen(command, env=given, stdout=log, stderr=log)
        site = Site(up, f"http://127.0.0.1:{port}", folder)
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not (answers(f"{site.url}/readyz") and site._head_file().exists()):
                assert up.poll() is None, (folder.parent / "up.log").read_text("utf-8")[-3000:]
                assert time.monotonic() < deadline, "it was never ready"
                time.sleep(0.2)
            yield site
        finally:
            for pid in site.pids("feed"):
                os.kill(pid, signal.SIGCONT)
            up.send_signal(signal.SIGINT)
            up.wait(timeout=60)


def answers(address: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
