"""Five failures lock an account for a quarter of an hour: passwords and codes together, for all workers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.db.models import F
from django.test import Client

from shouwang.accounts.models import Account
from shouwang.accounts.tests import one_time
from shouwang.accounts.tests.conftest import PASSWORD
from shouwang.journal.models import Entry

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Any]


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_the_fifth_failure_locks(account: Account, sign_in: SignIn) -> None:
    """Four failures leave the form open; the fifth locks: even the right password is refused, with the time."""
    client = Client(headers={"accept-language": "zh-hans"})
    for _ in range(4):
        assert sign_in(client, password="wrong").status_code == 200
    locked = sign_in(client, password="wrong")
    assert locked.status_code == 429
    page = locked.content.decode()
    assert "请 15 分钟后再试" in page
    assert locked["Retry-After"] == "900"
    assert sign_in(client).status_code == 429
    assert not is_in(client)


def test_right_before_the_fifth_forgets(account: Account, sign_in: SignIn) -> None:
    """Signing in ends the count."""
    for _ in range(2):
        client = Client()
        for _ in range(4):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        assert is_in(client)


@pytest.mark.parametrize("names", [["anna", "Anna", "ANNA", " anna", "anNa"]])
def test_spelling_does_not_help(account: Account, sign_in: SignIn, names: list[str]) -> None:
    """The name is compared without regard to capitals and blanks, by the lock as by the sign-in."""
    client = Client()
    for name in names:
        sign_in(client, name=name, password="wrong")
    assert sign_in(client, name="aNNa").status_code == 429


def test_names_that_nobody_has_are_answered_the_same(sign_in: SignIn) -> None:
    """The form does not tell which names exist: not by its words, nor by never locking."""
    client = Client()
    answers = [sign_in(client, name="nobody", password="wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]


def test_the_others_stay_open(account: Account, sign_in: SignIn) -> None:
    """Another account at the same address, and the same account elsewhere, are not locked."""
    Account.objects.create_user("bo", password=PASSWORD)
    for _ in range(5):
        sign_in(Client(), password="wrong")
    assert sign_in(Client(), name="bo").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.9.8.7")).status_code == 302


def test_a_lock_ends_and_is_not_prolonged(account: Account, sign_in: SignIn) -> None:
    """Knocking during the lock does not lengthen it; after a quarter of an hour the right password opens."""
    client = Client(headers={"accept-language": "en"})
    for _ in range(5):
        sign_in(client, password="wrong")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=10, seconds=5))
    again = sign_in(client, password="wrong")
    assert again.status_code == 429
    assert "Try again in 5 minutes" in again.content.decode()
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=5))
    assert sign_in(client).status_code == 302


def test_wrong_codes_count_too(account: Account, sign_in: SignIn, with_app: str) -> None:
    """Two wrong passwords and three wrong codes are five; the right code then opens no more, nor does a new start."""
    client = Client()
    for _ in range(2):
        sign_in(client, password="wrong")
    assert sign_in(client)["Location"] == "/accounts/2fa/authenticate/"
    bad = {"code": one_time.wrong(with_app)}
    statuses = [client.post("/accounts/2fa/authenticate/", bad).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.post("/accounts/2fa/authenticate/", {"code": one_time.code(with_app)}).status_code == 429
    assert sign_in(Client()).status_code == 429
    assert not is_in(client)


def test_the_journal_says_it_once(account: Account, sign_in: SignIn) -> None:
    """One entry a lock, about the account, without its name or address; further knocking adds nothing."""
    for _ in range(8):
        sign_in(Client(), password="wrong")
    (entry,) = Entry.objects.filter(deed="accounts.lock")
    assert entry.on == f"accounts.Account:{account.pk}"
    assert "anna" not in f"{entry.detail}{entry.why}"


def test_what_was_typed_is_not_kept(account: Account, sign_in: SignIn) -> None:
    """The table of failures holds the name and the address, not the password or the form."""
    sign_in(Client(), password="correct horse battery")
    attempt = AccessAttempt.objects.get()
    assert attempt.username == "anna"
    assert "horse" not in f"{attempt.post_data}{attempt.get_data}"


WORKER = """
import sys, django
django.setup()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from django.test import Client
client = Client(headers={"host": "localhost"})
given = {"login": "anna", "password": "wrong"}
print([client.post("/accounts/login/", given).status_code for _ in range(int(sys.argv[2]))])
"""


@pytest.mark.django_db(transaction=True)
def test_workers_count_together(account: Account, sign_in: SignIn) -> None:
    """Three failures in one process and two in another lock the account in both: the count is in the database."""

    def worker(failures: int) -> str:
        name = connection.settings_dict["NAME"]
        command = [sys.executable, "-c", WORKER, str(name), str(failures)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert worker(3) == "[200, 200, 200]"
    assert worker(2) == "[200, 429]"
    assert sign_in(Client()).status_code == 429
