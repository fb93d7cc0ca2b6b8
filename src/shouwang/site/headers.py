"""Security headers that Django does not set by itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)
"""Nothing inline, no eval, nothing from elsewhere. Pictures may be in the page: the QR code of a second factor is."""

PERMISSIONS = "camera=(self), geolocation=(), microphone=(), publickey-credentials-get=(self)"


class ContentSecurityPolicy:
    """Adds the content security policy, and keeps pages made for one person out of every cache and history."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; what a view has set itself stands."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            # The next person at a shared computer must not find it by the back button.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
