"""How Shouwang uses allauth: accounts are made by officers, never by self sign-up; secrets are sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from shouwang.accounts import sealing
from shouwang.refusal import Refusal


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; after signing in one lands on the page of one's post."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: whoever gives somebody a post makes the account too."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first page, which leads on to the one of the post in use."""
        return "/"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The peer's address; a proxy in front is trusted only in production, where it sets the header itself."""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if settings.SECURE_PROXY_SSL_HEADER and forwarded:
            return forwarded.split(",")[-1].strip()
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Somebody knows the password of an account that was closed. Raises Refusal, which becomes a page."""
        raise Refusal("accounts.closed", status=403)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is mailed: accounts have no address."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names and secrets of second factors."""

    def encrypt(self, text: str) -> str:
        """What is stored of a secret."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A stored secret again; Refusal when it cannot be read."""
        return sealing.unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who the passkey is for, as the device shows it: the product, at this host."""
        return {**super().get_public_key_credential_rp_entity(), "name": gettext("Shouwang outbreak control")}
