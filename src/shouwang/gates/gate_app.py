"""Serves the guard's app at /gate/: files that the build put beside this module, under a policy of their own.

The app knows nobody by itself: whoever opens it sees a phone that is not set up. What it learns it learns with the
token of an enrolled phone.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from shouwang import access

FOLDER = Path(__file__).parent / "app"
POLICY = "; ".join(
    [
        "default-src 'self'",
        # The decoder of QR codes is WebAssembly; nothing inline, nothing from elsewhere, no eval.
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: mediastream:",
        "worker-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
HASHED = re.compile(r"-[0-9a-f]{10}\.\w+$")
NAMED = re.compile(r"[A-Za-z0-9_-]+(\.[a-z]+)+")


@access.public
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The one page of the app; everything else it does itself."""
    return _file("index.html")


@access.public
@require_safe
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the app. Those with a hash in their name never change; the others are asked for again each time."""
    return _file(name)


def _file(name: str) -> HttpResponseBase:
    path = FOLDER / name
    if not NAMED.fullmatch(name) or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=KINDS.get(path.suffix, "application/octet-stream"))
    response["Cache-Control"] = "public, max-age=31536000, immutable" if HASHED.search(name) else "no-cache"
    response["Content-Security-Policy"] = POLICY
    response["Service-Worker-Allowed"] = "/gate/"
    return response
