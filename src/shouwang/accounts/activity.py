"""When a session was last seen: written down once a minute, not with every page."""

from __future__ import annotations

import time

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.http import HttpRequest, HttpResponse

MINUTE = 60.0
REMEMBERED = 5000
"""Sessions whose last moment a worker remembers; one that falls out is written down once more."""


class SessionActivity(UserSessionsMiddleware):  # type: ignore[misc]
    """Notes a session when it is new, when its address or browser is another, and otherwise once a minute.

    Noting it with every page made each page a write, and four statements in twenty.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, noting the session where it is due."""
        mark = (
            request.session.session_key or "",
            request.META.get("REMOTE_ADDR", ""),
            request.headers.get("X-Forwarded-For", ""),
            request.headers.get("User-Agent", ""),
        )
        now = time.monotonic()
        if now - _noted.get(mark, -MINUTE) < MINUTE:
            answered: HttpResponse = self.get_response(request)
            return answered
        while len(_noted) >= REMEMBERED:
            _noted.pop(next(iter(_noted)), None)
        _noted.pop(mark, None)
        answered = super().__call__(request)
        if request.user.is_authenticated:
            _noted[mark] = now
        return answered


_noted: dict[tuple[str, str, str, str], float] = {}
