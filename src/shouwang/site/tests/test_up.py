"""`shouwang up` for real: started, hurt, stopped, and started again."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from shouwang.site import postgres
from shouwang.site.tests.running_up import Up, free_port, until


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder of its own, with the sign-ins of a demonstration in it."""
    folder = Path(tempfile.mkdtemp(prefix="shouwang-up-"))
    (folder / "demo-signins.json").write_text('[{"username": "demo-city", "password": "pw-of-demo", "role": "city"}]')
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture
def up(data_dir: Path) -> Iterator[Up]:
    """A running platform."""
    running = Up(data_dir, free_port())
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()


def commit_a_row(data_dir: Path) -> None:
    """Something committed, to be found again."""
    with psycopg.connect(postgres.url(data_dir)) as connection:
        connection.execute("create table kept as select 42 as answer")


def committed_row(data_dir: Path) -> object:
    """The row of `commit_a_row`."""
    with psycopg.connect(postgres.url(data_dir)) as connection:
        return connection.execute("select answer from kept").fetchone()


def test_up_survives_the_death_of_its_children_and_ends_cleanly(up: Up, data_dir: Path) -> None:
    """kill -9 of web server, worker, feed and PostgreSQL: all come back, nothing committed is lost; SIGTERM ends it."""
    until(lambda: "is up:" in up.said(), 10, "address printed")
    assert f"http://localhost:{up.port}/" in up.said()
    assert "demo-city" in up.said()
    assert "pw-of-demo" in up.said()
    commit_a_row(data_dir)
    for name in ("web", "worker", "feed"):
        victim = up.child(name)
        victim.send_signal(signal.SIGKILL)
        psutil.wait_procs([victim], timeout=5)
    server = postgres.postmaster(data_dir)
    assert server is not None
    server.send_signal(signal.SIGKILL)
    until(lambda: up.said().count(" died ") >= 4, 20, f"four deaths noticed\n{up.said()[-2000:]}")
    until(up.ready, 60, f"ready again\n{up.said()[-2000:]}")
    assert committed_row(data_dir) == (42,)
    assert up.stop(signal.SIGTERM) < 10
    assert up.process.returncode == 0
    assert not up.listens()
    assert not postgres.is_running(data_dir)
    assert up.said().rstrip().endswith("by=SIGTERM")


@pytest.mark.slow
def test_up_killed_leaves_nobody_on_its_port_and_comes_back(up: Up, data_dir: Path) -> None:
    """kill -9 of `up` itself: the port is free at once, committed rows are there, the next `up` takes over."""
    commit_a_row(data_dir)
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert len(family) >= 4  # web, its two workers, the job worker
    up.process.kill()
    up.process.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []
    assert not up.listens()
    again = Up(data_dir, up.port)
    try:
        again.wait_ready()
        assert committed_row(data_dir) == (42,)
        assert again.stop(signal.SIGINT) < 10
    finally:
        if again.process.poll() is None:
            again.process.kill()
    assert again.process.returncode == 0


@pytest.mark.slow
def test_a_killed_web_worker_is_replaced(up: Up) -> None:
    """kill -9 of one of the two processes that answer: the other goes on, and soon there are two again."""
    web = up.child("web")
    victim = web.children()[0]
    victim.send_signal(signal.SIGKILL)
    until(
        lambda: len([each for each in web.children() if each.status() != psutil.STATUS_ZOMBIE]) == 2, 30, "two workers"
    )
    until(up.ready, 20, "ready")


@pytest.mark.slow
def test_a_second_up_is_turned_away(up: Up, data_dir: Path) -> None:
    """On the same folder, or on the same port, a second one ends at once with words; the first goes on."""
    same_folder = Up(data_dir, free_port())
    assert same_folder.process.wait(timeout=30) == 1
    assert f"already up on {data_dir} (process {up.process.pid})" in up.said()
    elsewhere = Path(tempfile.mkdtemp(prefix="shouwang-up-"))
    try:
        same_port = Up(elsewhere, up.port)
        assert same_port.process.wait(timeout=30) == 1
        assert f"cannot listen on 127.0.0.1, port {up.port}" in same_port.said()
        assert f"shouwang up --port {up.port + 1}" in same_port.said()
    finally:
        postgres.stop(elsewhere)
        shutil.rmtree(elsewhere)
    assert up.ready()
