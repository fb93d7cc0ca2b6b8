"""A real `shouwang up` for tests: started, asked, hurt and stopped from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

START_SECONDS = 90.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition; fail, saying what was waited for, when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.1)


class Up:
    """One `shouwang up` on a data folder; its output goes to `log`."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.log = data_dir / "up.log"
        given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SHOUWANG_DATA_DIR")}
        command = [sys.executable, "-c", "from shouwang.site.cli import main; main()", "up"]
        command += ["--data", str(data_dir), "--port", str(port)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, env=given, stdout=out, stderr=out, start_new_session=True)

    def wait_ready(self) -> None:
        """Until /readyz says so."""
        until(lambda: self.ready() or self.process.poll() is not None, START_SECONDS, f"ready\n{self.said()[-3000:]}")
        assert self.process.poll() is None, self.said()[-3000:]

    def ready(self) -> bool:
        """Whether pages, database and worker are there."""
        return self.get("/readyz")[0] == 200

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and JSON of a page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except OSError:
            return 0, {}

    def said(self) -> str:
        """Everything it printed so far."""
        return self.log.read_text(errors="replace")

    def child(self, name: str) -> psutil.Process:
        """Its child process for 'web' or 'worker'."""
        found = [
            each for each in psutil.Process(self.process.pid).children() if f"shouwang.site.{name}" in each.cmdline()
        ]
        assert len(found) == 1, (name, found)
        return found[0]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send a signal, wait for the end; answers how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - started

    def listens(self) -> bool:
        """Whether anybody listens on the port."""
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", self.port)) == 0
