"""The web server's process: `python -m shouwang.site.web` runs granian with its workers. Started by `shouwang up`."""

import gc
import os
from collections.abc import Callable
from typing import Any

from shouwang.site import children, environment, logs

# Each thread holds a connection to the database, of which the embedded server has 60, also for the worker and commands.
# In one worker more than sixteen bring no more passages a second (docs/performance.md).
CONNECTIONS, MOST, LEAST = 40, 16, 4
# Granian's own lines go the way of all others, instead of a format and a channel of their own.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {name: {"handlers": [], "level": "INFO", "propagate": True} for name in ("_granian", "granian.access")},
}


def application() -> Callable[..., Any]:
    """The WSGI application, loaded in a worker, which goes when the server's process goes."""
    children.die_with_parent(int(os.environ["SHOUWANG_WEB_PID"]))
    from shouwang.site import wsgi
    from shouwang.site.feed_door import FeedDoor

    # What is loaded now stays for good: the collector of garbage need not look through it again and again.
    gc.collect()
    gc.freeze()
    return FeedDoor(wsgi.application, environment.load().data_dir / "feed")


def threads(workers: int) -> int:
    """How many threads each of so many workers has."""
    return max(LEAST, min(MOST, CONNECTIONS // workers))


def main() -> None:
    """Serve until told to stop."""
    children.die_with_up()
    settings = environment.load()
    logs.configure(settings.log_format, settings.log_level)
    os.environ["SHOUWANG_WEB_PID"] = str(os.getpid())
    # Imported here: the workers need none of it, and a wrong setting should be told before a third of a second passes.
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "shouwang.site.web:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=threads(settings.workers),
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=4,
        log_dictconfig=LOGGING,
    ).serve()


if __name__ == "__main__":
    main()
