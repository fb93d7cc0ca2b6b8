"""Signing in with all that belongs to it, as a person does it: password, app, codes, passkeys, locks, sessions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import Eyes, window

from shouwang.accounts.models import Account
from shouwang.accounts.tests import one_time
from shouwang.areas.models import Area
from shouwang.command.models import Post

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long dull sentence 42"
NAME = "wang-fang"
LATER = pytest.mark.slow
BOTH = [
    ("zh", "phone"),
    ("en", "desk"),
    pytest.param("zh", "desk", marks=LATER),
    pytest.param("en", "phone", marks=LATER),
]
"""Both languages and both sizes with every change; the other two pairings in `make test-all`."""


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account() -> Account:
    """An account of somebody posted twice: as officer of a community and as observer of its district."""
    made = Account.objects.create_user(NAME, password=PASSWORD, display_name="W. F.")
    rows = [("4201", "city", ""), ("420102", "district", "4201/"), ("420102001", "street", "4201/420102/")]
    for code, level, above in [*rows, ("420102001001", "community", "4201/420102/420102001/")]:
        parent = Area.objects.filter(path=above).first()
        Area.objects.create(code=code, path=f"{above}{code}/", level=level, name=code, parent=parent)
    for role, code in [("community_officer", "420102001001"), ("observer", "420102")]:
        area = Area.objects.get(code=code)
        Post.objects.create(
            account=made, role=role, area=area, area_path=area.path, from_day=date(2020, 1, 1), granted_by="test"
        )
    return made


@pytest.fixture
def site(live_server: Any) -> str:
    """The running site, by a name: a passkey belongs to a name, never to a number."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


def sign_in(page: Page, site: str, password: str = PASSWORD, after: str = "/me/") -> None:
    page.goto(f"{site}/accounts/login/?next={after}")
    page.locator("#id_login").fill(NAME)
    page.locator("#id_password").fill(password)
    page.locator("main form button.btn-primary").click()


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/logout/")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def prove_oneself(page: Page) -> None:
    expect(page).to_have_url(re.compile("/accounts/reauthenticate/"))
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()


def set_up_app(page: Page, site: str) -> str:
    """Through the pages, from one's own account to the recovery codes; answers the secret that the page showed."""
    page.goto(f"{site}/accounts/2fa/totp/activate/")
    prove_oneself(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("#id_code").fill(one_time.code(secret))
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile("/recovery-codes/"))
    return secret


@pytest.fixture
def desk(browser: Browser, shots: Path) -> Iterator[Eyes]:
    """A window in English on a desk."""
    with window(browser, shots, "en") as eyes:
        yield eyes


@pytest.mark.parametrize(("language", "size"), BOTH)
def test_from_first_sign_in_to_second_factor(
    browser: Browser, shots: Path, site: str, account: Account, language: str, size: str
) -> None:
    """Every page on the way, with a wrong password, a wrong code, the real code, and signing in with both steps."""
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        page.goto(f"{site}/me/")
        expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/me/"))
        expect(page.locator("#id_login")).to_be_focused()
        eyes.look("01-sign-in")
        sign_in(page, site, "wrong")
        expect(page.locator(".sw-error-summary")).to_be_focused()
        eyes.look("02-wrong-password")
        sign_in(page, site)
        expect(page).to_have_url(f"{site}/me/")
        eyes.look("03-account")
        page.goto(f"{site}/accounts/2fa/")
        eyes.look("04-second-factor")
        page.goto(f"{site}/accounts/2fa/totp/activate/")
        eyes.look("05-prove-oneself")
        prove_oneself(page)
        secret = page.locator("#authenticator_secret").input_value()
        expect(page.locator("img.sw-qr")).to_be_visible()
        assert page.locator("img.sw-qr").evaluate("image => image.complete && image.naturalWidth > 0")
        eyes.look("06-app")
        page.locator("#id_code").fill(one_time.wrong(secret))
        page.locator("main form button.btn-primary").click()
        eyes.look("07-wrong-code")
        assert page.locator("#authenticator_secret").input_value() == secret
        page.locator("#id_code").fill(one_time.code(secret))
        page.locator("main form button.btn-primary").click()
        expect(page.locator(".sw-codes li")).to_have_count(10)
        eyes.look("08-recovery-codes")
        recovery = page.locator(".sw-codes li").first.inner_text()
        for name, address in [
            ("09-second-factor-in-use", "/accounts/2fa/"),
            ("10-new-codes", "/accounts/2fa/recovery-codes/generate/"),
            ("11-stop-app", "/accounts/2fa/totp/deactivate/"),
            ("12-no-keys", "/accounts/2fa/webauthn/"),
            ("13-add-key", "/accounts/2fa/webauthn/add/"),
            ("14-password", "/accounts/password/"),
            ("15-sessions", "/accounts/sessions/"),
            ("16-prove-by-code", "/accounts/2fa/reauthenticate/"),
            ("17-sign-out", "/accounts/logout/"),
        ]:
            page.goto(site + address)
            eyes.look(name)
        sign_out(page, site)
        eyes.look("18-signed-out")
        sign_in(page, site)
        expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
        eyes.look("19-second-step")
        page.locator("#id_code").fill(recovery)
        page.locator("main form button.btn-primary").first.click()
        expect(page).to_have_url(f"{site}/me/")


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), pytest.param("en", "desk", marks=LATER)])
def test_the_page_of_a_locked_account(
    browser: Browser, shots: Path, site: str, account: Account, language: str, size: str
) -> None:
    """The fifth failure shows why and when; back at the form, the right password is still refused."""
    with window(browser, shots, language, size) as eyes:
        for _ in range(5):
            sign_in(eyes.page, site, "wrong")
        expect(eyes.page.locator("main")).to_contain_text("请 15 分钟后再试" if language == "zh" else "in 15 minutes")
        eyes.look("20-locked", {"accounts", "locked"})
        eyes.page.locator("main a.btn").click()
        expect(eyes.page.locator("#id_login")).to_be_visible()
        sign_in(eyes.page, site)
        expect(eyes.page.locator("main")).to_contain_text("accounts.locked")


AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(eyes: Eyes) -> tuple[Any, str]:
    """Give the browser a device that holds passkeys and always agrees."""
    devtools = eyes.context.new_cdp_session(eyes.page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, added["authenticatorId"]


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), pytest.param("en", "desk", marks=LATER)])
def test_a_passkey_from_adding_to_removing(
    browser: Browser, shots: Path, site: str, account: Account, language: str, size: str
) -> None:
    """Added, renamed, used to sign in without a name or a password, a failure is told on the page, removed."""
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        devtools, device = plug_in(eyes)
        sign_in(page, site)
        page.goto(f"{site}/accounts/2fa/webauthn/add/")
        prove_oneself(page)
        page.locator("#id_name").fill("A1")
        page.locator("#id_passwordless").check()
        page.locator("#mfa_webauthn_add").click()
        expect(page).to_have_url(re.compile("/recovery-codes/"))
        page.goto(f"{site}/accounts/2fa/webauthn/")
        expect(page.locator("tbody th")).to_have_text("A1")
        eyes.look("21-keys")
        page.locator("tbody a").first.click()
        eyes.look("22-rename-key")
        page.locator("#id_name").fill("A2")
        page.locator("main form button.btn-primary").click()
        expect(page.locator("tbody th")).to_have_text("A2")

        sign_out(page, site)
        page.locator("#passkey_login").click()
        expect(page).not_to_have_url(re.compile("/accounts/login/"))
        page.goto(f"{site}/me/")
        expect(page).to_have_url(f"{site}/me/")

        sign_out(page, site)
        devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        page.locator("#passkey_login").click()
        expect(page.locator("[data-passkey-trouble]")).to_be_visible()
        eyes.look("23-passkey-refused")
        devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})

        sign_in(page, site)
        expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
        page.locator("#mfa_webauthn_authenticate").click()
        expect(page).to_have_url(f"{site}/me/")
        page.goto(f"{site}/accounts/2fa/webauthn/")
        page.locator("tbody a").last.click()
        if "reauthenticate" in page.url:
            eyes.look("24-prove-by-key")
            prove_oneself(page)
        eyes.look("25-remove-key")
        page.locator("main form button.btn-danger").click()
        expect(page.locator("tbody th")).to_have_count(0)


def test_another_session_is_ended(browser: Browser, shots: Path, site: str, account: Account, desk: Eyes) -> None:
    """Somebody sees the browser they left open elsewhere, ends it, and it is out at its next click."""
    with window(browser, shots, "zh", "phone") as elsewhere:
        sign_in(elsewhere.page, site)
        expect(elsewhere.page).to_have_url(f"{site}/me/")
        sign_in(desk.page, site)
        desk.page.goto(f"{site}/accounts/sessions/")
        expect(desk.page.locator("tbody tr")).to_have_count(2)
        desk.look("26-two-sessions")
        desk.page.locator("main form button.btn-danger").click()
        expect(desk.page.locator("tbody tr")).to_have_count(1)
        elsewhere.page.reload()
        expect(elsewhere.page).to_have_url(re.compile("/accounts/login/"))


def test_after_signing_out_the_back_button_shows_nothing(site: str, account: Account, desk: Eyes) -> None:
    """On a shared computer the page before is gone with the session."""
    sign_in(desk.page, site)
    expect(desk.page).to_have_url(f"{site}/me/")
    sign_out(desk.page, site)
    desk.page.go_back()
    desk.page.go_back()
    expect(desk.page).to_have_url(re.compile("/accounts/login/"))
    expect(desk.page.locator(".sw-signed-in")).to_have_count(0)


def test_the_language_switch_keeps_the_page(site: str, account: Account, desk: Eyes) -> None:
    """Each language is named in itself and leads to the same address, with its query."""
    sign_in(desk.page, site)
    desk.page.goto(f"{site}/accounts/password/?next=/me/")
    desk.page.get_by_role("button", name="中文").click()
    expect(desk.page).to_have_url(f"{site}/accounts/password/?next=/me/")
    expect(desk.page.locator("h1")).to_have_text("修改密码")
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.locator("h1")).to_have_text("Change the password")


def test_another_post_shows_other_things(site: str, account: Account, desk: Eyes) -> None:
    """Switching changes the area, the navigation and what is closed; it lasts for this session only."""
    sign_in(desk.page, site)
    people = desk.page.locator("#nav a[href='/people/']")
    expect(people).to_have_count(0)
    desk.page.locator(".sw-topbar details.sw-drop summary").first.click()
    desk.page.locator("button[name=post]", has_text="420102001001").click()
    desk.page.goto(f"{site}/me/")
    expect(people).to_have_count(1)
    assert desk.page.goto(f"{site}/people/").status == 200
    sign_out(desk.page, site)
    sign_in(desk.page, site)
    assert desk.page.goto(f"{site}/people/").status == 403


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), pytest.param("en", "desk", marks=LATER)])
def test_without_script(browser: Browser, shots: Path, site: str, account: Account, language: str, size: str) -> None:
    """Password and app need no JavaScript; a passkey, which does, is not offered."""
    with window(browser, shots, language, size, java_script_enabled=False) as eyes:
        page = eyes.page
        page.goto(f"{site}/accounts/login/")
        expect(page.locator("#passkey_login")).to_be_hidden()
        sign_in(page, site)
        secret = set_up_app(page, site)
        sign_out(page, site)
        sign_in(page, site)
        # A code is good once and for half a minute: wait for the next one, as a person does.
        page.wait_for_timeout(1000 * (one_time.STEP_SECONDS - time.time() % one_time.STEP_SECONDS) + 500)
        page.locator("#id_code").fill(one_time.code(secret))
        page.locator("main form button.btn-primary").first.click()
        expect(page).to_have_url(f"{site}/me/")
