"""From a template to PDF by WeasyPrint: our own fonts and style sheets, nothing asked of the network."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shouwang.refusal import Refusal


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Render a template that extends `ui/print_base.html` to PDF bytes.

    Static files are read from where they stand; any other address in the page raises, so that a document can neither
    leak what it holds nor wait for the network. More than about 200 pages belong in a background task. Raises Refusal
    (503) when the machine lacks the libraries that set type.
    """
    page = render_to_string(template, {**context, "printing": True})
    try:
        from weasyprint import HTML

        return HTML(string=page, base_url="http://paper.invalid/", url_fetcher=_fetch()).write_pdf()
    except OSError as error:
        raise Refusal("ui.paper_not_ready", status=503, missing=str(error).splitlines()[0]) from error


def _fetch() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        """Answers static addresses from the finders and refuses everything else but data: addresses."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = unquote(urlsplit(url).path)
            prefix = "/" + settings.STATIC_URL.strip("/") + "/"
            found = finders.find(path.removeprefix(prefix)) if path.startswith(prefix) else None
            if not found:
                raise ValueError(f"a printed page may only use its own static files, not {url}")
            kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
            return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})

    return OwnFilesOnly(fail_on_errors=True)
