"""The embedded PostgreSQL: started once, shared, survived, and stopped by the last who leaves."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from shouwang.site import postgres

ASK = """
import sys
from pathlib import Path
from shouwang.site import postgres
found = postgres.ensure_running(Path(sys.argv[1]), fast=True)
print(found.started_by_us, postgres.postmaster(Path(sys.argv[1])).pid, flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A folder with a stopped cluster in it: copying one is ten times faster than making one."""
    folder = Path(tempfile.mkdtemp(prefix="shouwang-postgres-"))
    postgres.ensure_running(folder, fast=True, stop_at_exit=False)
    postgres.stop(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def empty_dir() -> Iterator[Path]:
    """A folder of its own; whatever runs on it is stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="shouwang-postgres-"))
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(template: Path, empty_dir: Path) -> Path:
    """A folder of its own with a stopped cluster in it."""
    subprocess.run(["cp", "-a", str(postgres.cluster(template)), str(empty_dir)], check=True)
    return empty_dir


def other_process(data_dir: Path) -> "subprocess.Popen[str]":
    """A process that uses the server until its standard input is closed."""
    command = [sys.executable, "-c", ASK, str(data_dir)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: "subprocess.Popen[str]") -> list[str]:
    """The first line of a process, in words."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_started_once_and_stopped_by_release(empty_dir: Path) -> None:
    """The first call starts it, the second finds it, the release of the only user stops it."""
    first = postgres.ensure_running(empty_dir, fast=True)
    assert first.started_by_us
    with psycopg.connect(first.url) as connection:
        row = connection.execute("select current_user, current_setting('listen_addresses'), '守' > 'a'").fetchone()
    assert row == ("shouwang", "", True)
    assert not postgres.ensure_running(empty_dir, fast=True).started_by_us
    assert postgres.release(empty_dir)
    assert not postgres.is_running(empty_dir)


def test_nobody_else_may_read_the_files(empty_dir: Path) -> None:
    """Cluster and socket lie in folders of one account; a trusting socket must be behind a closed door."""
    postgres.ensure_running(empty_dir, fast=True)
    for folder in (postgres.cluster(empty_dir), postgres.socket_dir(empty_dir)):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_several_processes_at_once_get_one_server(empty_dir: Path) -> None:
    """Of four that start at the same moment on an empty folder, one starts the server and all use it."""
    others = [other_process(empty_dir) for _ in range(4)]
    answers = [said(process) for process in others]
    assert [answer[0] for answer in answers].count("True") == 1
    assert len({answer[1] for answer in answers}) == 1
    for process in others[:-1]:
        process.communicate("\n")
        assert postgres.is_running(empty_dir)
    others[-1].communicate("\n")
    assert not postgres.is_running(empty_dir)


def test_a_foreign_client_keeps_it_running(data_dir: Path) -> None:
    """A psql or a notebook that is connected is not cut off when the last program of ours ends."""
    user = other_process(data_dir)
    said(user)
    with psycopg.connect(postgres.url(data_dir)):
        user.communicate("\n")
        assert postgres.is_running(data_dir)


def test_what_was_committed_survives_kill_9(data_dir: Path) -> None:
    """Server killed hard, its pid file left behind: the next call starts it again, with the row in it."""
    with psycopg.connect(postgres.ensure_running(data_dir).url) as connection:
        connection.execute("create table kept as select 42 as answer")
    server = postgres.postmaster(data_dir)
    assert server is not None
    server.send_signal(signal.SIGKILL)
    psutil.wait_procs([server], timeout=5)
    assert (postgres.cluster(data_dir) / "postmaster.pid").exists()
    again = postgres.ensure_running(data_dir)
    assert again.started_by_us
    with psycopg.connect(again.url) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_reused_process_number_is_not_the_server(data_dir: Path) -> None:
    """After a restart of the machine, the number in the pid file may be anybody's, even our own."""
    postgres.ensure_running(data_dir, fast=True)
    pid_file = postgres.cluster(data_dir) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop(data_dir)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not postgres.is_running(data_dir)
    assert postgres.ensure_running(data_dir, fast=True).started_by_us


def test_an_orphan_is_adopted(data_dir: Path) -> None:
    """The program that started the server is killed: the server lives on, and the next program takes it over."""
    starter = other_process(data_dir)
    pid = said(starter)[1]
    starter.kill()
    starter.wait()
    assert postgres.is_running(data_dir)
    assert postgres.is_abandoned(data_dir)
    heir = other_process(data_dir)
    assert said(heir) == ["False", pid]
    heir.communicate("\n")
    assert not postgres.is_running(data_dir)


def test_a_making_that_was_killed_is_begun_anew(empty_dir: Path) -> None:
    """Half a cluster is never taken for a whole one."""
    half = empty_dir / "postgres.new"
    (half / "base").mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert postgres.ensure_running(empty_dir, fast=True).started_by_us
    assert not half.exists()


def test_a_deep_folder_gets_a_short_socket(empty_dir: Path) -> None:
    """Socket paths end at 107 bytes; data folders do not. Names in Chinese and with commas are folders too."""
    deep = empty_dir / ("守望," + "x" * 60) / ("y" * 60)
    database = postgres.ensure_running(deep, fast=True)
    try:
        with psycopg.connect(database.url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        folder = postgres.socket_dir(deep)
        assert len(os.fsencode(folder)) < 60
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.stop(deep)
        shutil.rmtree(postgres.socket_dir(deep), ignore_errors=True)


def test_a_query_at_work_does_not_stop_the_stopping(data_dir: Path) -> None:
    """`stop` does not wait for somebody's endless query."""
    with psycopg.connect(postgres.ensure_running(data_dir, fast=True).url) as connection:
        connection.execute("begin")
        started = time.monotonic()
        postgres.stop(data_dir)
        assert time.monotonic() - started < 5
        assert not postgres.is_running(data_dir)
        connection.close()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("runuser"), reason="only root can become somebody else")
def test_it_works_for_an_ordinary_user(empty_dir: Path) -> None:
    """Without root, the server runs as the user, who owns its files."""
    shutil.chown(empty_dir, "nobody")
    become = ["runuser", "-u", "nobody", "--", "env", "PYTHONPATH=" + ":".join(filter(None, sys.path))]
    # Our own interpreter may lie where ordinary users may not go; Debian's of the same version will do as well.
    candidates = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    able = [
        each
        for each in candidates
        if subprocess.run([*become, each, "-c", "import psycopg"], check=False).returncode == 0
    ]
    if not able:
        pytest.skip("no Python here that an ordinary user may run")
    command = [*become, able[0], "-c", ASK, str(empty_dir / "mine")]
    done = subprocess.run(command, input="\n", capture_output=True, text=True, check=False, cwd="/")
    assert done.stdout.startswith("True "), done.stderr
    assert postgres.cluster(empty_dir / "mine").owner() == "nobody"
