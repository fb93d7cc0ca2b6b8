"""How Shouwang uses allauth: accounts are made by officers, never by self sign-up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; after signing in one lands on the page of one's post."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The peer's address; a proxy in front is trusted only in production, where it sets the header itself."""
        from django.conf import settings

        forwarded = request.headers.get("X-Forwarded-For", "")
        if settings.SECURE_PROXY_SSL_HEADER and forwarded:
            return forwarded.split(",")[-1].strip()
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is mailed: accounts have no address."""
