"""Sessions are listed and ended; an account that is closed or given a new password is out at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shouwang.accounts import actions
from shouwang.accounts.devices import device
from shouwang.accounts.models import Account
from shouwang.accounts.tests.conftest import PASSWORD
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Any]
BY = Actor.operator("test")
PHONE = (
    "Mozilla/5.0 (Linux; Android 13; ALN-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/114.0 "
    "Mobile Safari/537.36 MicroMessenger/8.0"
)


@pytest.fixture
def two(account: Account, sign_in: SignIn) -> tuple[Client, Client]:
    """The account in two browsers, the second on a phone."""
    first, second = Client(headers={"accept-language": "en"}), Client(headers={"user-agent": PHONE})
    sign_in(first)
    sign_in(second)
    assert second.get("/me/").status_code == 200
    return first, second


def test_the_other_session_is_ended(two: tuple[Client, Client]) -> None:
    """Both are on the list; after ending the others, the second browser is out and the first stays."""
    first, second = two
    page = first.get("/accounts/sessions/").content.decode()
    assert "微信 · Android" in page
    assert "This browser" in page
    first.post("/accounts/sessions/")
    assert second.get("/me/").status_code == 302
    assert first.get("/me/").status_code == 200
    assert "Only this browser" in first.get("/accounts/sessions/").content.decode()


def test_a_new_password_ends_the_others(two: tuple[Client, Client]) -> None:
    """Changing the password keeps the browser in which it was changed and no other."""
    first, second = two
    new = "another dull sentence 43"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert first.post("/accounts/password/", given).status_code == 302
    assert first.get("/me/").status_code == 200
    assert second.get("/me/").status_code == 302


@pytest.mark.parametrize("deed", ["deactivate", "set_password"])
def test_an_officer_ends_them_all(account: Account, two: tuple[Client, Client], deed: str) -> None:
    """Closing an account, or giving it a password because somebody forgot theirs, ends every session."""
    if deed == "deactivate":
        actions.deactivate(account, by=BY, why="left the service")
    else:
        actions.set_password(account, "yet another sentence 44", by=BY, why="forgot it")
    assert [client.get("/me/").status_code for client in two] == [302, 302]


def test_a_closed_account_cannot_come_back(account: Account, sign_in: SignIn) -> None:
    """Not with the right password either, which is answered with whom to ask."""
    actions.deactivate(account, by=BY, why="left the service")
    client = Client(headers={"accept-language": "zh-hans"})
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "已经停用" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_nobody_signs_up() -> None:
    """There is no page on which to make oneself an account or reset a password."""
    for address in ("signup/", "password/reset/", "email/", "2fa/webauthn/signup/"):
        assert Client().get(f"/accounts/{address}").status_code == 404


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8", "Unknown program"),
    ],
)
def test_devices_are_named(agent: str, words: str, settings: Any) -> None:
    """A person knows their browser by its name and system, not by a line of versions."""
    from django.utils import translation

    with translation.override("en"):
        assert device(agent) == words
