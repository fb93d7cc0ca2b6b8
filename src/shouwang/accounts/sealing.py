"""Sealing what second factors keep in the database, so that a copy of the database alone signs nobody in.

The key comes from Django's SECRET_KEY; after that is changed, the old one stays in SECRET_KEY_FALLBACKS until everybody
has signed in again.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from shouwang.refusal import Refusal

PURPOSE = b"shouwang accounts second factor"


def _ring() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key.encode()))) for key in keys])


def _derived(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret)


def seal(text: str) -> str:
    """The text as it may lie in the database."""
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises Refusal when it was sealed under a secret that is no longer known."""
    try:
        return _ring().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Refusal("accounts.second_factor_unreadable", status=409) from error
