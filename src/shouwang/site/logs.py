"""What the program says about its work: one line an event, for eyes or for collectors, with no personal data in it.

A request is logged by the name of its page, never by its address: addresses carry search words and people's numbers.
"""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")
# A mainland mobile number or ID number that slipped into a message. Area codes have 6, 9, 12 or 15 digits and stay.
PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
# PostgreSQL puts the row that offends into these lines of its errors.
ROW_DETAIL = re.compile(r"^(\s*(?:DETAIL|CONTEXT):).*$", re.MULTILINE)
# These name addresses and accounts, or say once more what the line of the request already says.
QUIET = {
    "weasyprint": "ERROR",
    "fontTools": "ERROR",
    "matplotlib": "ERROR",
    "django.request": "ERROR",
    "django.security.DisallowedHost": "CRITICAL",
    "procrastinate": "WARNING",
    "axes": "ERROR",
    "fido2": "WARNING",
}


def scrubbed(text: str) -> str:
    """The text without rows of the database and without numbers that belong to people."""
    return PERSONAL_NUMBER.sub("[number]", ROW_DETAIL.sub(r"\1 [left out]", text))


def _scrub(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if line.get("logger") == "django.request":
        # "Internal Server Error: /people/person/…": the line of the request names the page, by the same number.
        line["event"] = str(line.get("event", "")).partition(":")[0]
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = scrubbed(value)
    return line


def configure(log_format: str = "pretty", level: str = "info") -> None:
    """Send all logging of this process to standard error: `log_format` is 'json' (a line an object) or 'pretty'."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _scrub, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler, *(each for each in root.handlers if not isinstance(each, logging.StreamHandler))]
    root.setLevel(level.upper())
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


class RequestLog:
    """Middleware: gives every request an id, repeats it in the answer, and logs one line when it is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("shouwang.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; a proxy's `X-Request-ID` is kept when it looks like one."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        page = (match.view_name or "unnamed") if match else "no such page"
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        level = logging.WARNING if response.status_code >= 500 else logging.INFO
        if match and getattr(match.func, "asked_by_machines", False) and response.status_code == 200:
            # Every few seconds: these lines would bury all others.
            level = logging.DEBUG
        self.log.log(level, "request", method=request.method, page=page, status=response.status_code, ms=milliseconds)
        response["X-Request-ID"] = request_id
        return response
