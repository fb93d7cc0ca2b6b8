"""Processes that `shouwang up` keeps alive: started, watched, restarted when they die, and never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

PARENT_VARIABLE = "SHOUWANG_UP_PID"
PR_SET_PDEATHSIG = 1
BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0  # alive for this long, a child's earlier deaths are forgotten
HANGS_SECONDS = 90.0  # without a sign of life for this long, a child that gives them is ended and started again

log = structlog.get_logger("shouwang.up")


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent (process number `parent`) is gone, however that ended.

    SIGKILL, because nothing in a web or job process is worth saving: what was committed is in the database, and a
    polite ending could keep the port busy for as long as a slow request takes.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before the kernel was told.
        os._exit(1)


def die_with_up() -> None:
    """`die_with_parent` for a process that `Child` started; does nothing for one started by hand."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent:
        die_with_parent(int(parent))


class Child:
    """One process to be kept alive: `command` run with `environment`, in a process group of its own.

    A group of its own keeps Ctrl-C in the terminal from reaching it before `up` can end things in order.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: dict[str, str], *, sign_of_life: Path | None = None
    ) -> None:
        """`sign_of_life`: a file that the process writes again and again for as long as it does its work."""
        self.name = name
        self.sign_of_life = sign_of_life
        self.command = list(command)
        self.environment = {**environment, PARENT_VARIABLE: str(os.getpid())}
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.start_at = 0.0

    def start(self) -> None:
        """Start the process now."""
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True)
        self.started_at = time.monotonic()
        log.info("started", child=self.name, pid=self.process.pid)

    def watch(self) -> None:
        """Notice a death, and start the process again when its time has come. Called a few times a second."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                if self.deaths and now - self.started_at > STEADY_SECONDS:
                    self.deaths = 0
                if self._hangs(now):
                    log.error("hangs", child=self.name, silent_seconds=HANGS_SECONDS)
                    self._end_group()
                return
            self._end_group()
            wait = BACK_OFF_SECONDS[min(self.deaths, len(BACK_OFF_SECONDS) - 1)]
            self.deaths += 1
            self.start_at = now + wait
            self.process = None
            log.error("died", child=self.name, how=how_it_ended(code), again_in_seconds=wait, deaths=self.deaths)
        elif now >= self.start_at:
            self.start()

    def _hangs(self, now: float) -> bool:
        """Whether the process runs and has given no sign of life for too long."""
        if self.sign_of_life is None or now - self.started_at < HANGS_SECONDS:
            return False
        try:
            # By the file system's clock, since the city's own may be moved.
            return time.time() - self.sign_of_life.stat().st_mtime > HANGS_SECONDS
        except OSError:
            return True

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it is at and to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_stopped(self, deadline: float) -> bool:
        """Wait for the end until `deadline` (monotonic seconds), then force it. Returns whether it ended by itself."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
            willing = True
        except subprocess.TimeoutExpired:
            willing = False
        self._end_group()
        self.process.wait()
        log.info("stopped", child=self.name, forced=not willing)
        self.process = None
        return willing

    def _end_group(self) -> None:
        """Whatever the process had started itself goes with it."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


def how_it_ended(code: int) -> str:
    """A return code of `subprocess` in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
