"""Accounts with a password, and browsers in which they sign in through the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    # pytest reads this file before Django knows its models.
    from shouwang.accounts.models import Account

PASSWORD = "a long dull sentence 42"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Hashing that is slow on purpose would make these tests slow for none."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account(db: None) -> Account:
    """Somebody who may sign in and holds no post."""
    from shouwang.accounts.models import Account

    return Account.objects.create_user("anna", password=PASSWORD, display_name="安娜")


@pytest.fixture
def sign_in() -> Callable[..., Any]:
    """Send the sign-in form: (client, name, password, next) -> response."""

    def send(client: Client, name: str = "anna", password: str = PASSWORD, **given: str) -> Any:
        return client.post("/accounts/login/", {"login": name, "password": password, **given})

    return send


@pytest.fixture
def with_app(account: Account) -> str:
    """Give the account an authenticator app and recovery codes; answers the app's secret."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    RecoveryCodes.activate(account)
    return secret
