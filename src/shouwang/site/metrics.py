"""Figures about the program for Prometheus: requests, jobs, the journal. Counts and times; nothing about anybody.

The web server runs several processes. Each writes its counts to files in PROMETHEUS_MULTIPROC_DIR, which `shouwang up`
sets before they start; the process that is asked adds them all up. What the database knows is asked when scraped.
"""

import ipaddress
import os
import secrets
import time
from collections.abc import Callable, Iterable

import prometheus_client
from django.apps import apps
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shouwang import access
from shouwang.site import environment
from shouwang.site.health_endpoints import feed_age

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

REQUESTS = Counter("shouwang_requests", "Requests answered.", ["page", "method", "status"])
LATENCY = Histogram("shouwang_request_seconds", "Time to answer a request.", ["page"], buckets=SECONDS)


class RequestMetrics:
    """Middleware: counts and times every request by the name of its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request. Names that a caller can make up (unknown addresses and methods) are counted as one."""
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        page = (match.view_name or "unnamed") if match else "no such page"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(page, method, f"{response.status_code // 100}xx").inc()
        LATENCY.labels(page).observe(time.perf_counter() - started)
        return response


class DatabaseFigures(Collector):
    """What the database knows at the moment of asking."""

    def collect(self) -> Iterable[Metric]:
        """`shouwang_database_up` always; the rest only when it is 1."""
        size: int | None = None
        try:
            with connection.cursor() as cursor:
                cursor.execute("select pg_database_size(current_database())")
                size = cursor.fetchone()[0]
                cursor.execute("select status::text, count(*) from procrastinate_jobs group by 1")
                jobs = cursor.fetchall()
            length = _journal_length()
        except DatabaseError:
            # Half a second after the server went, or before its tables were made: said by what is missing below.
            connection.close()
            yield GaugeMetricFamily("shouwang_database_up", "Whether the database answers.", value=size is not None)
            return
        yield GaugeMetricFamily("shouwang_database_up", "Whether the database answers.", value=1)
        yield GaugeMetricFamily("shouwang_database_bytes", "Size of the database.", value=size)
        states = GaugeMetricFamily("shouwang_jobs", "Jobs in the queue, by state.", labels=["state"])
        for state, count in jobs:
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily("shouwang_journal_entries", "Entries in the journal of deeds.", value=length)
        yield GaugeMetricFamily("shouwang_feed_age_seconds", "Since the status feed was written.", value=feed_age())


def _journal_length() -> int:
    """The number of the last entry: entries are numbered from 1 without gaps, and counting millions takes seconds."""
    entry = apps.get_model("journal", "Entry")
    last = entry._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(last or 0)


def _may_read(request: HttpRequest) -> bool:
    """Whoever shows the token; without a token set, a program on this very machine (and not through a proxy)."""
    token = environment.load().metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback and "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers


@access.public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics` in Prometheus's text format; 403 to callers from elsewhere without the token."""
    if not _may_read(request):
        return HttpResponse("metrics: from this machine, or with the token of SHOUWANG_METRICS_TOKEN\n", status=403)
    registry = CollectorRegistry()
    registry.register(DatabaseFigures())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
        counted = b""
    else:
        counted = generate_latest(prometheus_client.REGISTRY)
    return HttpResponse(generate_latest(registry) + counted, content_type=prometheus_client.CONTENT_TYPE_LATEST)


metrics.asked_by_machines = True
