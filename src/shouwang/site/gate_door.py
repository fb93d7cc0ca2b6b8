"""The quick door for passages: what a gate sends goes to gates.taking without passing through the site's middleware.

A batch of fifty costs Django's middleware, sessions and views more than storing it. What they do for a phone is done
here: the token is looked up by the statement that stores, a failure is logged and answered in words, requests are
counted. Everything else, and whatever this door does not know, goes the ordinary way.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection

from shouwang.gates import taking
from shouwang.gates.api_words import refused_body
from shouwang.refusal import Refusal
from shouwang.site.gathering import Gathering
from shouwang.site.metrics import LATENCY, REQUESTS

PATH = re.compile(r"/api/v1/gates/([0-9]{1,18})/passages/?")
PAGE = "gates:api:passages"
JSON = ("Content-Type", "application/json")
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
log = structlog.get_logger("shouwang.gate_door")
_latency = LATENCY.labels(PAGE)
_counted = {group: REQUESTS.labels(PAGE, "POST", f"{group}xx") for group in (2, 4, 5)}


def beside(ordinary: Application) -> Application:
    """The application that answers passages by itself and leaves the rest to `ordinary`."""

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            found = PATH.fullmatch(environ["PATH_INFO"])
            if found is not None:
                return _answer(environ, start_response, found[1])
        return ordinary(environ, start_response)

    return application


def _answer(environ: dict[str, Any], start_response: StartResponse, gate: str) -> list[bytes]:
    began = time.perf_counter()
    status, body = _taken(environ, gate)
    headers = [JSON, ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    _counted[status // 100].inc()
    _latency.observe(time.perf_counter() - began)
    return [body]


def _taken(environ: dict[str, Any], gate: str) -> tuple[int, bytes]:
    token = taking.bearer(environ.get("HTTP_AUTHORIZATION", ""))
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > taking.LARGEST_BODY:
            raise Refusal("gates.too_large", status=413, most=taking.LARGEST_BATCH)
        body = environ["wsgi.input"].read(length) if length else b""
        outcome = _gathering.take(taking.read_batch(token, gate, body))
        if isinstance(outcome, Exception):
            raise outcome
        return 200, taking.written_answers(outcome)
    except Refusal as refusal:
        return refusal.status, json.dumps(refused_body(refusal), ensure_ascii=False).encode()
    except (ValueError, UnicodeDecodeError):
        return 400, b"{}"
    except Exception:
        log.exception("passages.failed")
        connection.close()
        return 503, b'{"code": "unavailable"}'


def _stored(batches: list[taking.Batch]) -> list[taking.Outcome]:
    """Once more when the database was restarted in between: the same keys are stored once, however often they come."""
    outcomes = taking.take_together(batches)
    if not any(isinstance(one, LOST) for one in outcomes):
        return outcomes
    connection.close()
    return [again for batch in batches for again in taking.take_together([batch])]


LOST = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""What a connection says that was lost, and a transaction that was chosen to give way."""
_gathering = Gathering(_stored)
