"""`shouwang up`: the whole of Shouwang in one process tree, kept alive until it is told to stop."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog

from shouwang import clock
from shouwang.site import logs, postgres
from shouwang.site.advice import Advice
from shouwang.site.children import Child
from shouwang.site.environment import Environment

SIGN_INS_FILE, INVITATION_FILE = "demo-signins.json", "demo-gate.json"
LOOK_SECONDS = 0.2
READY_SECONDS = 60.0
STOP_SECONDS = 7.0  # for the children; the database takes well under three more
HOPELESS_DEATHS = 4  # before the first answer: something is wrong that trying again does not mend

# In a process of its own, whose environment says which database: ours stays small and free of connections.
MIGRATE_COMMAND = [
    sys.executable,
    "-c",
    "import django; django.setup(); from shouwang.site.migrating import migrate_when_needed as go; go()",
]

log = structlog.get_logger("shouwang.up")


def serve(settings: Environment, *, migrate: bool = True) -> None:
    """Start everything, print where it is, keep it alive, and end it cleanly on Ctrl-C or SIGTERM.

    `migrate=False` for a caller who has just done so. Raises `Advice` when it cannot start at all.
    """
    logs.configure(settings.log_format, settings.log_level)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _only_one(settings.data_dir), _told_to_stop() as stop_signal:
        _check_port(settings)
        if settings.clock and not clock.is_moved():
            clock.move_to(datetime.fromisoformat(settings.clock))
        embedded = _is_embedded(settings)
        # A caller may have the embedded server running already; we hold on to it ourselves for as long as we serve.
        ready = postgres.provide(settings.model_copy(update={"database_url": None}) if embedded else settings)
        family = _family(ready)
        try:
            if migrate:
                _migrate(family[0].environment, stop_signal)
            for child in family:
                child.start()
            _wait_until_ready(ready, family, stop_signal)
            if not stop_signal:
                _print_address(ready)
            while not stop_signal:
                time.sleep(LOOK_SECONDS)
                _look_after(ready, family, embedded=embedded)
        finally:
            _stop(family)
            if embedded:
                postgres.release(settings.data_dir)
    log.info("ended", by=signal.Signals(stop_signal[0]).name if stop_signal else "error")


def _is_embedded(settings: Environment) -> bool:
    return settings.database_url in (None, postgres.url(settings.data_dir))


def _family(settings: Environment) -> list[Child]:
    """The web server, the job worker and the status feed, with everything they need to know in their environment."""
    counts = settings.data_dir / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(mode=0o700)
    given = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "shouwang.site.settings"),
        "DATABASE_URL": settings.database_url or "",
        "SHOUWANG_DATA_DIR": str(settings.data_dir),
        "SHOUWANG_HOST": settings.host,
        "SHOUWANG_PORT": str(settings.port),
        "PROMETHEUS_MULTIPROC_DIR": str(counts),
        "PYTHONUNBUFFERED": "1",
    }
    signs = {"feed": settings.data_dir / "feed" / "store" / "head"}
    return [
        Child(name, [sys.executable, "-m", f"shouwang.site.{name}"], given, sign_of_life=signs.get(name))
        for name in ("web", "worker", "feed")
    ]


def is_up(data_dir: Path) -> bool:
    """Whether a `shouwang up` is at work on this data folder."""
    try:
        with (data_dir / "up.lock").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Two process trees on one data folder would do every job twice."""
    with (data_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            raise Advice(
                f"Shouwang is already up on {data_dir} (process {pid}).",
                f"Stop it first, or give this one a folder of its own.\n  type:     kill {pid}",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """A list that is empty until Ctrl-C, SIGTERM or a closed terminal arrives. Further ones change nothing."""
    came: list[int] = []
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda came_number, _frame: came.append(came_number)) for number in watched}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_port(settings: Environment) -> None:
    """Raises `Advice` when the port cannot be listened on."""
    deadline = time.monotonic() + 2  # children of a killed `up` need a moment to be gone
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
            return
        except OSError as error:
            if time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
                continue
            raise Advice(
                f"Shouwang cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}.",
                "Stop the program that holds the port, or take another one.\n"
                f"  type:     shouwang up --port {min(settings.port + 1, 65535)}",
            ) from error


def _migrate(environment: dict[str, str], stop_signal: list[int]) -> None:
    """Bring the tables up to date. Raises `Advice` when that fails."""
    started = time.monotonic()
    done = subprocess.run(MIGRATE_COMMAND, env=environment, check=False)
    if done.returncode != 0 and not stop_signal:
        raise Advice("The tables could not be brought up to date; the reason stands above.")
    log.info("tables are up to date", seconds=round(time.monotonic() - started, 1))


def _look_after(settings: Environment, family: list[Child], *, embedded: bool) -> None:
    """One look at everything: what died is started again."""
    if embedded and not postgres.is_running(settings.data_dir):
        log.error("died", child="postgresql")
        try:
            postgres.ensure_running(settings.data_dir)
            log.info("started", child="postgresql")
        except Advice as advice:
            log.error("postgresql does not start", reason=advice.text)
            time.sleep(2)
    for child in family:
        child.watch()


def _probe(settings: Environment, path: str) -> bool:
    """Whether the web server answers 200 at a path of its own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # nosec B104 - compared only
    # Asked by a name that the site answers to: in production that may leave out the loopback address.
    named = next((name.lstrip(".") for name in settings.allowed_hosts if name != "*"), host)
    request = urllib.request.Request(f"http://{host}:{settings.port}{path}", headers={"Host": named})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # nosec B310 - the address is our own
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait_until_ready(settings: Environment, family: list[Child], stop_signal: list[int]) -> None:
    """Until pages, database and worker answer. Raises `Advice` when a child dies again and again instead."""
    deadline = time.monotonic() + READY_SECONDS
    while not stop_signal and not _probe(settings, "/readyz"):
        _look_after(settings, family, embedded=_is_embedded(settings))
        hopeless = [child.name for child in family if child.deaths >= HOPELESS_DEATHS]
        if hopeless:
            raise Advice(f"The process '{hopeless[0]}' ends as soon as it is started; the reason stands above.")
        if time.monotonic() > deadline:
            log.warning("not ready yet; going on", seconds=READY_SECONDS)
            return
        time.sleep(LOOK_SECONDS)


def _print_address(settings: Environment) -> None:
    """Where it is, and, in a demonstration, who can sign in."""
    name = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else settings.host  # nosec B104
    lines = ["", f"  Shouwang 守望 is up:  http://{name}:{settings.port}/"]
    sign_ins = settings.data_dir / SIGN_INS_FILE
    if sign_ins.exists():
        lines += ["", "  Demonstration city. Sign in as:"]
        rows = json.loads(sign_ins.read_text(encoding="utf-8"))
        lines += [f"    {row['username']:<20} {row['password']:<20} {row.get('role', '')}" for row in rows]
    gate = settings.data_dir / INVITATION_FILE
    if gate.exists():
        told = json.loads(gate.read_text(encoding="utf-8"))
        lines += [
            "",
            f"  Be a guard: open http://{name}:{settings.port}/gate/ and type the code, then the PIN of the guard.",
        ]
        lines += [f"    {told['gate_name']}  {told['code']}  PIN {told['pin']} ({told['guard']})"]
        lines += [f"    The code works once; the next one: http://{name}:{settings.port}/gates/{told['gate']}/enrol/"]
    lines += ["", "  Ctrl-C ends it.", ""]
    print("\n".join(lines), flush=True)


def _stop(family: list[Child]) -> None:
    """End the children: all are asked at once, and whoever has not gone in time is made to."""
    deadline = time.monotonic() + STOP_SECONDS
    for child in family:
        child.ask_to_stop()
    for child in family:
        child.wait_stopped(deadline)
