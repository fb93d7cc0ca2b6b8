"""The second factor's addresses, as allauth has them, with a declaration on each."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.mfa.urls import urlpatterns as mfa_urlpatterns
from django.urls import URLPattern, URLResolver

from shouwang import access

BEFORE_SIGN_IN = {"mfa_authenticate", "mfa_login_webauthn", "mfa_trust"}
"""Steps of signing in: nobody is signed in yet when they open."""


def _declare(patterns: Sequence[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _declare(pattern.url_patterns)
        elif pattern.name in BEFORE_SIGN_IN:
            access.public(pattern.callback)
        else:
            access.signed_in(pattern.callback)


_declare(mfa_urlpatterns)

__all__ = ["mfa_urlpatterns"]
