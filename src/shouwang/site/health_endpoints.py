"""`/healthz` and `/readyz`: what a supervisor or a load balancer asks. No figures, no names, no sign-in."""

import time
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shouwang import access

WORKER_SILENT_SECONDS = 30
FEED_LATE_SECONDS = 30
"""The feed's head is written every eight seconds; gates show a banner after two minutes."""

log = structlog.get_logger("shouwang.ready")

# Tables do not go back while the program runs, and reading the plan of migrations takes 50 ms.
_migrated = False


@access.public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; the database is not asked, so its failure restarts nobody."""
    return JsonResponse({"alive": True})


@access.public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when work can be done, otherwise 503; the body says which of database, tables and worker is missing.

    A status feed that stands still is named in `degraded` and leaves it at 200: pages work, and what gates send can be
    taken in, which a balancer that took this server away would end.
    """
    state = {"database": False, "tables": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        state["database"] = True
        state["tables"] = _tables_are_current()
        state["worker"] = state["tables"] and _worker_is_heard()
    except Error as error:
        log.warning("not ready", reason=type(error).__name__)
        connection.close()
    fine = all(state.values())
    feed = feed_age() <= FEED_LATE_SECONDS
    if not feed:
        log.warning("the status feed stands still")
    told = {"ready": fine, **state, "feed": feed, "degraded": [] if feed else ["feed"]}
    return JsonResponse(told, status=200 if fine else 503)


def feed_age() -> float:
    """Seconds since the writer of the status feed gave its last sign of life; infinite when it never did."""
    try:
        # By the file system's clock, since the city's own may be moved.
        return max(0.0, time.time() - (Path(settings.FEED_DIR) / "store" / "head").stat().st_mtime)
    except OSError:
        return float("inf")


def _tables_are_current() -> bool:
    """Whether every migration that this program knows has been applied."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _worker_is_heard() -> bool:
    """Whether a job worker has given a sign of life lately, by the database's clock."""
    heard = "select 1 from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s)"
    with connection.cursor() as cursor:
        cursor.execute(heard, [WORKER_SILENT_SECONDS])
        return cursor.fetchone() is not None


healthz.asked_by_machines = True
readyz.asked_by_machines = True
