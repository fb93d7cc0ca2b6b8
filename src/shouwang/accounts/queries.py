"""Reading accounts."""

from __future__ import annotations

from typing import Any

from shouwang.accounts.models import Account
from shouwang.refusal import Refusal

__all__ = ["Account", "by_username", "has_second_factor"]


def by_username(username: str) -> Account:
    """The account with this name. Raises Refusal when there is none."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise Refusal("accounts.no_such_account", field="username", username=username)
    return account


def has_second_factor(account: Any) -> bool:
    """Whether the account has a second factor in use (one-time codes or a passkey)."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(account, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))
