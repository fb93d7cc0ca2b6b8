"""Hands out the status feed's files before Django is asked: for installations without nginx in front (operations.md).

A poll costs one open file and no session, database or template. Snapshots and deltas never change under their names;
`head` and `trust` do, and are asked for again each time with their ETag.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from email.utils import formatdate
from pathlib import Path
from typing import Any

ADDRESS = re.compile(
    r"/feed/v1/(?P<place>[A-Za-z0-9_-]{22}/(?:(?P<changing>head|trust)|\d{1,7}/\d{1,15}(?:\.snapshot|-\d{1,15}\.delta)))\Z"
)
CHANGING, FOREVER = "no-cache", "public, max-age=86400, immutable"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FeedDoor:
    """A WSGI application around another: addresses of the feed are answered here, all others there."""

    def __init__(self, application: Application, folder: Path) -> None:
        self.application = application
        self.folder = folder / "v1"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/feed/"):
            return self.application(environ, start_response)
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _plain(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        found = ADDRESS.match(path)
        if found is None:
            return _plain(start_response, "404 Not Found", [])
        try:
            with (self.folder / found["place"]).open("rb") as file:
                status = os.fstat(file.fileno())
                etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
                headers = [
                    ("Cache-Control", CHANGING if found["changing"] else FOREVER),
                    ("ETag", etag),
                    ("Last-Modified", formatdate(status.st_mtime, usegmt=True)),
                    ("X-Content-Type-Options", "nosniff"),
                ]
                if environ.get("HTTP_IF_NONE_MATCH") == etag:
                    start_response("304 Not Modified", headers)
                    return []
                headers += [("Content-Type", "application/cose"), ("Content-Length", str(status.st_size))]
                start_response("200 OK", headers)
                return [b"" if environ["REQUEST_METHOD"] == "HEAD" else file.read()]
        except (FileNotFoundError, NotADirectoryError):
            return _plain(start_response, "404 Not Found", [])


def _plain(start_response: Callable[..., Any], status: str, headers: list[tuple[str, str]]) -> Iterable[bytes]:
    body = status.encode()
    fixed = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response(status, headers + fixed)
    return [body]
