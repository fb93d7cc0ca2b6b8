"""Live parts of a page: polled by htmx, answered with an ETag, so that an unchanged board costs a few bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string

STOP_POLLING = 286
"""The status by which htmx ends a poll after taking in the answer."""


@dataclass(frozen=True)
class Progress:
    """Long work as a page shows it. `total` None means that nobody knows yet.

    `state` is waiting, running, done or failed. `url` is the fragment to poll.
    `next_url` is where to go when the work is done.
    """

    label: str
    done: int
    total: int | None
    state: str = "running"
    url: str = ""
    at: datetime | None = None
    detail: str = ""
    next_url: str = ""
    next_label: str = ""
    every: int = 2

    @property
    def live(self) -> bool:
        """Whether the page should ask again."""
        return self.state in {"waiting", "running"}


def fragment(request: HttpRequest, template: str, context: Mapping[str, Any], *, live: bool = True) -> HttpResponse:
    """Render a fragment with an ETag; 304 when the browser has the same one; no longer `live` ends htmx's polling.

    It depends on who asks and in which language, hence `private` and `Vary`.
    """
    body = render_to_string(template, dict(context), request=request)
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:24]}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == etag and live:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, status=200 if live or not request.headers.get("HX-Request") else STOP_POLLING)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie, Accept-Language, HX-Request"
    return response


def progress(request: HttpRequest, work: Progress) -> HttpResponse:
    """The answer to a progress poll."""
    return fragment(request, "ui/progress.html", {"progress": work}, live=work.live)
