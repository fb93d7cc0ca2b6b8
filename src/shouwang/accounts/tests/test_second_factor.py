"""The second factor: set up with a real code, asked for at sign-in, sealed in the database, demanded in production."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client, TestCase, override_settings

from shouwang.accounts import sealing
from shouwang.accounts.models import Account
from shouwang.accounts.queries import has_second_factor
from shouwang.accounts.tests import one_time
from shouwang.accounts.tests.conftest import PASSWORD
from shouwang.areas.models import Area
from shouwang.command.models import Post
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.site.commands.accounts import account as cli

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Any]
STEP = "/accounts/2fa/authenticate/"


@pytest.fixture
def post(account: Account) -> Post:
    """The account is administrator of the city."""
    city = Area.objects.create(code="4201", path="4201/", level="city", name="City")
    return Post.objects.create(
        account=account, role="administrator", area=city, area_path=city.path, from_day=date(2020, 1, 1), granted_by="t"
    )


def set_up(client: Client) -> str:
    """Prove oneself, scan, type the code; answers the secret."""
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', page)[1]
    refused = client.post("/accounts/2fa/totp/activate/", {"code": one_time.wrong(secret)})
    assert refused.status_code == 200
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = client.post("/accounts/2fa/totp/activate/", {"code": one_time.code(secret)})
    assert done.status_code == 302
    return secret


def test_an_app_is_set_up_and_then_asked_for(account: Account, sign_in: SignIn) -> None:
    """After setting up, the password alone does not sign in; the code does, once."""
    client = Client()
    sign_in(client)
    secret = set_up(client)
    client.post("/accounts/logout/")
    cache.clear()
    assert sign_in(client)["Location"] == STEP
    assert client.get("/me/").status_code == 302
    code = one_time.code(secret)
    assert client.post(STEP, {"code": code}).status_code == 302
    assert client.get("/me/").status_code == 200
    second = Client()
    sign_in(second)
    assert second.post(STEP, {"code": code}).status_code == 200
    assert second.get("/me/").status_code == 302


def test_a_recovery_code_works_once(account: Account, sign_in: SignIn, with_app: str) -> None:
    """It stands in for the app one time."""
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    outcomes = []
    for _ in range(2):
        client = Client()
        sign_in(client)
        client.post(STEP, {"code": code})
        outcomes.append(client.get("/me/").status_code)
    assert outcomes == [200, 302]


def test_secrets_are_sealed(account: Account, with_app: str) -> None:
    """Neither the app's secret nor the seed of the codes lies in the database as it is."""
    stored = " ".join(str(row) for row in Authenticator.objects.values_list("data", flat=True))
    assert with_app not in stored
    assert sealing.unseal(Authenticator.objects.get(type="totp").data["secret"]) == with_app


def test_a_changed_secret_key(account: Account, with_app: str, settings: Any) -> None:
    """With the old key among the fallbacks everything is read; without it the reason is told."""
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[old]):
        assert sealing.unseal(sealed) == with_app
    with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[]):
        with pytest.raises(Refusal) as refused:
            sealing.unseal(sealed)
        assert refused.value.code == "accounts.second_factor_unreadable"


def test_production_demands_it(account: Account, post: Post, sign_in: SignIn) -> None:
    """Without a second factor one's own account is all there is; setting one up opens the rest at once."""
    client = Client(headers={"accept-language": "zh-hans"})
    sign_in(client)
    pages = ["/command/posts/", "/command/stage/", "/me/journal/", "/me/jobs/"]
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        assert {client.get(page)["Location"] for page in pages} == {"/accounts/2fa/"}
        assert client.post("/command/stage/", {})["Location"] == "/accounts/2fa/"
        part = client.get(pages[0], headers={"HX-Request": "true"})
        assert part["HX-Redirect"] == "/accounts/2fa/"
        machine = client.get(pages[0], headers={"Accept": "application/json"})
        assert machine.status_code == 403
        assert machine.json()["code"] == "accounts.second_factor_needed"
        assert "要求第二重验证" in client.get("/accounts/2fa/").content.decode()
        assert client.get("/me/").status_code == 200
        set_up(client)
        assert [client.get(page).status_code for page in pages] == [200] * 4


def test_recovery_codes_alone_are_no_second_factor(account: Account, with_app: str) -> None:
    """Codes on paper stand in for a factor; they are none."""
    assert has_second_factor(account)
    Authenticator.objects.filter(type="totp").delete()
    assert not has_second_factor(account)


def test_taking_it_off_takes_the_codes_along(account: Account, sign_in: SignIn) -> None:
    """After the app is taken off nothing remains, and each step stands in the journal."""
    client = Client()
    sign_in(client)
    set_up(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    deeds = list(Entry.objects.order_by("seq").values_list("deed", "detail__type"))
    assert ("accounts.sign_in", None) in deeds
    assert ("accounts.add_second_factor", "totp") in deeds
    assert ("accounts.remove_second_factor", "totp") in deeds
    assert ("accounts.remove_second_factor", "recovery_codes") in deeds


def test_an_operator_takes_it_off_for_who_lost_it(account: Account, sign_in: SignIn, with_app: str) -> None:
    """App and codes go, sessions end, the reason stays; afterwards the password alone signs in again."""
    client = Client()
    sign_in(client)
    client.post(STEP, {"code": one_time.code(with_app)})
    assert client.get("/me/").status_code == 200
    run = CliRunner().invoke(cli, ["second-factor", "anna", "--why", "lost her phone"])
    assert run.exit_code == 0, run.output
    assert not Authenticator.objects.exists()
    assert client.get("/me/").status_code == 302
    assert sign_in(Client())["Location"] == "/"
    entry = Entry.objects.get(deed="accounts.take_off_second_factor")
    assert (entry.why, entry.detail["types"]) == ("lost her phone", ["recovery_codes", "totp"])
