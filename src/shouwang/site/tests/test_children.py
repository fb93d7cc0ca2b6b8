"""Processes that are kept alive, and go when they should."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from shouwang.site import children

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]
# A parent that starts a child and waits; the child asks the kernel to go with its parent.
FAMILY = """
import os, subprocess, sys, time
child = "import os; from shouwang.site import children; children.die_with_parent(int(os.environ['P'])); print(os.getpid(), flush=True); import time; time.sleep(60)"
subprocess.Popen([sys.executable, "-c", child], env={**os.environ, "P": str(os.getpid())})
time.sleep(60)
"""  # noqa: E501


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_killed_child_is_started_again() -> None:
    """After kill -9, a new process with a new number runs."""
    child = children.Child("sleeper", SLEEP, dict(os.environ))
    child.start()
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: child.watch() or (child.process is not None and child.process.pid != first))
    assert child.deaths == 1
    child.ask_to_stop()
    assert child.wait_stopped(time.monotonic() + 5)


def test_one_that_hangs_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs and writes its file no more; one that has just begun, or writes it, is left alone."""
    monkeypatch.setattr(children, "HANGS_SECONDS", 0.4)
    sign = tmp_path / "head"
    child = children.Child("writer", SLEEP, dict(os.environ), sign_of_life=sign)
    child.start()
    assert child.process is not None
    first = child.process.pid
    for _ in range(12):
        sign.touch()
        child.watch()
        time.sleep(0.05)
    assert child.process is not None
    assert (child.process.pid, child.deaths) == (first, 0)
    until(lambda: child.watch() or (child.process is not None and child.process.pid != first))
    assert child.deaths == 1
    child.ask_to_stop()
    assert child.wait_stopped(time.monotonic() + 5)


def test_one_that_keeps_dying_is_started_more_and_more_slowly() -> None:
    """A child that ends at once does not keep the machine busy: the waits grow."""
    child = children.Child("dier", [sys.executable, "-c", "import sys; sys.exit(3)"], dict(os.environ))
    waits = []
    for _ in range(4):
        child.start()
        assert child.process is not None
        child.process.wait()
        child.watch()
        waits.append(child.start_at - time.monotonic())
        assert child.process is None
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(children.BACK_OFF_SECONDS[3], abs=0.1)


def test_one_that_does_not_listen_is_made_to_go() -> None:
    """SIGTERM ignored: at the deadline it is killed, and the caller is told that it was."""
    child = children.Child("deaf", DEAF, dict(os.environ))
    child.start()
    time.sleep(0.5)
    child.ask_to_stop()
    started = time.monotonic()
    assert not child.wait_stopped(started + 0.5)
    assert time.monotonic() - started < 3


def test_what_a_child_started_goes_with_it() -> None:
    """A dead child's own children do not stay behind with its port."""
    code = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"  # noqa: E501
    child = children.Child("parent", [sys.executable, "-c", code], dict(os.environ))
    child.start()
    assert child.process is not None
    until(lambda: len(psutil.Process(child.process.pid).children()) == 1)
    grandchild = psutil.Process(child.process.pid).children()[0]
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    child.watch()
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux is asked")
def test_children_go_with_a_killed_parent() -> None:
    """kill -9 of the parent: the child is gone too, without having been told by anybody of ours."""
    parent = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
