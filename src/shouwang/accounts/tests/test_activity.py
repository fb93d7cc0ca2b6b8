"""A session is noted when it is new, when its browser is another, and otherwise once a minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shouwang.accounts import activity
from shouwang.accounts.models import Account

pytestmark = pytest.mark.django_db


def _statements(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/me/").status_code == 200
    return [one["sql"] for one in seen if "usersessions" in one["sql"]]


def test_a_page_within_a_minute_writes_nothing(
    account: Account, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page after sign-in notes the session; the next ones do not ask for it; after a minute it is noted."""
    browser = Client()
    sign_in(browser)
    _statements(browser)
    before = UserSession.objects.get(user=account).last_seen_at
    assert _statements(browser) == []
    began = activity.time.monotonic()
    monkeypatch.setattr(activity.time, "monotonic", lambda: began + activity.MINUTE + 1)
    assert any(sql.startswith("UPDATE") for sql in _statements(browser))
    assert UserSession.objects.get(user=account).last_seen_at > before - timedelta(seconds=1)


def test_another_browser_with_the_same_session_is_noted_at_once(account: Account, sign_in: Callable[..., Any]) -> None:
    """A stolen cookie shows on the list of sessions with its first page."""
    browser = Client()
    sign_in(browser)
    _statements(browser)
    browser.defaults["HTTP_USER_AGENT"] = "Another/1.0"
    assert _statements(browser)
    assert UserSession.objects.get(user=account).user_agent == "Another/1.0"
