"""What every answer carries and no form accepts: headers, cookies, tokens, where one goes on to, errors, logs."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from two_districts import World
from walking import addresses, by_name, client_of, table, url

from shouwang.accounts.models import Account
from shouwang.site import logs

PASSWORD = "a long dull sentence 42"
EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    " //evil.example/",
]


@pytest.fixture
def account(db: None, settings: Any) -> Account:
    """Somebody with a password and no post."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Account.objects.create_user("anna", password=PASSWORD)


@pytest.mark.django_db
class TestHeaders:
    """On every page of every room, and on pages of errors."""

    def test_on_every_page(self, world: World) -> None:
        """Nothing inline, no guessing of types, no frame, no address told to others, no copy kept of personal pages."""
        identity = by_name("city_officer")
        for address in addresses():
            answer = client_of(identity, world).get(url(address, world.east, world, identity))
            policy = answer["Content-Security-Policy"]
            assert "default-src 'self'" in policy, address.name
            # The decoder of the guard's app is WebAssembly: that and nothing else, on its own address alone.
            allowed = " 'wasm-unsafe-eval'" if address.name == "gates:app" else "\0"
            assert "unsafe" not in policy.replace(allowed, ""), address.name
            assert "frame-ancestors 'none'" in policy, address.name
            assert answer["X-Content-Type-Options"] == "nosniff", address.name
            assert answer["X-Frame-Options"] == "DENY", address.name
            assert answer["Referrer-Policy"] == "same-origin", address.name
            assert "public" not in answer.get("Cache-Control", ""), address.name
            if answer.status_code == 200 and "anybody" not in table()[address.name].get:
                kept_out_of_caches = {"no-store", "no-cache"} & set(re.findall(r"[\w-]+", answer["Cache-Control"]))
                assert "private" in answer["Cache-Control"], address.name
                assert kept_out_of_caches, address.name

    @pytest.mark.parametrize(
        "page", ["/people/", "/people/person/EAST-P1/", "/today/", "/health/person/EAST-P1/record/"]
    )
    def test_people_are_never_stored(self, world: World, page: str) -> None:
        """A page with people's data is not kept on the device at all."""
        answer = client_of(by_name("community_officer"), world).get(page)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]

    def test_on_pages_of_errors(self, world: World) -> None:
        """A refusal and a missing page carry them as well."""
        for page in ("/me/jobs/", "/no/such/page/"):
            answer = client_of(by_name("gate_guard"), world).get(page)
            assert answer.status_code in {403, 404}
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert answer["X-Content-Type-Options"] == "nosniff"

    def test_no_page_needs_more_than_the_policy_allows(self, world: World) -> None:
        """No script in the page, no style attribute, no handler attribute, nothing fetched from elsewhere."""
        identity = by_name("city_officer")
        for address in addresses():
            answer = client_of(identity, world).get(url(address, world.east, world, identity))
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                continue
            text = (b"".join(answer) if answer.streaming else answer.content).decode()
            inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
            assert inline == [], address.name
            assert re.findall(r"<style|<[^>]+\sstyle=|<[^>]+\son\w+=", text) == [], address.name
            assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+', text) == [], address.name


PRODUCTION = """
import json, django
from django.conf import settings
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "DEBUG",
         "SESSION_COOKIE_SAMESITE", "SECOND_FACTOR_REQUIRED", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
         "SECURE_HSTS_SECONDS"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def test_production_is_strict(tmp_path: Path) -> None:
    """In production cookies travel over https only, and a second factor is demanded, whatever else is set."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("SHOUWANG_")}
    given |= {
        "SHOUWANG_MODE": "production",
        "SHOUWANG_SECRET_KEY": "x" * 60,
        "SHOUWANG_ALLOWED_HOSTS": "shouwang.example.org",
        "SHOUWANG_KEY_RING_FILE": str(tmp_path / "ring.json"),
        "SHOUWANG_CODE_KEYS": str(tmp_path / "code-keys"),
        "SHOUWANG_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shouwang.site.settings",
    }
    run = subprocess.run([sys.executable, "-c", PRODUCTION], env=given, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "DEBUG": False,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECOND_FACTOR_REQUIRED": True,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "SECURE_HSTS_SECONDS": 31536000,
    }


def test_cookies_are_out_of_reach_of_scripts(account: Account) -> None:
    """Session and token: HttpOnly, SameSite=Lax; the session is a new one after signing in."""
    client = Client()
    client.get("/accounts/login/")
    before = client.session.session_key
    client.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name
    assert client.session.session_key != before


PHONES = "gates:api:"
"""Addresses for the phones at the gates, which know neither cookies nor forms."""


@pytest.mark.django_db
def test_no_form_is_taken_without_its_token(world: World) -> None:
    """A POST without the token is refused on every address, before anything is looked at."""
    for name in ("city_officer", "administrator"):
        identity = by_name(name)
        for address in addresses():
            client = client_of(identity, world, enforce_csrf_checks=True)
            answer = client.post(url(address, world.east, world, identity), {})
            if address.name.startswith(PHONES) and address.name != f"{PHONES}openapi-json":
                # Phones bring a token of their own; a session of the browser opens nothing there.
                assert answer.status_code in {400, 401, 405, 422}, address.name
                continue
            assert answer.status_code == 403, address.name
            assert b"The form is too old" in answer.content, address.name


@pytest.mark.parametrize("evil", EVIL)
class TestGoingOn:
    """`next` leads on within the site and nowhere else."""

    def own(self, answer: HttpResponse) -> bool:
        """Whether a redirect stays: to an address of this site, by a path that no browser reads as a host."""
        return re.match(r"/(?![/\\])", answer["Location"]) is not None and "evil" not in answer["Location"]

    def test_after_signing_in(self, account: Account, evil: str) -> None:
        """From the address or from the form."""
        given = {"login": "anna", "password": PASSWORD}
        assert self.own(Client().post("/accounts/login/", {**given, "next": evil}))
        assert self.own(Client().post("/accounts/login/", given, query_params={"next": evil}))

    def test_when_signed_in(self, account: Account, evil: str) -> None:
        """Signing in again, proving oneself, switching language or post, signing out."""
        client = Client()
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        assert self.own(client.get("/accounts/login/", {"next": evil}))
        again = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": evil})
        assert self.own(again)
        for address in ("/language/", "/command/post/", "/accounts/logout/"):
            assert self.own(client.post(address, {"language": "en", "next": evil})), address


@pytest.mark.django_db
def test_an_address_that_looks_like_another_host() -> None:
    """Asking for //evil.example/ leads to the sign-in page or nowhere, and after signing in not to evil.example."""
    answer = Client().get("//evil.example/people/")
    assert answer.status_code in {302, 404}
    assert not answer.get("Location", "/").startswith("//")


def _broken(request: HttpRequest, ref: str) -> HttpResponse:
    raise ValueError(f"could not greet 13812345678 in {ref!r}"[:29])


class WithBroken:
    """The site's addresses with a view that always fails."""

    from shouwang.site import urls

    urlpatterns = [path("broken/<str:ref>/", _broken), path("", include(urls))]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
class TestErrorPages:
    """Each says what happened and what to do, in the language of the reader, and shows nothing of the inside."""

    def shown(self, answer: HttpResponse, language: str, status: int) -> str:
        """The text of an error page, held to what every error page owes."""
        text = answer.content.decode()
        assert answer.status_code == status
        assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in text
        main = re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")])
        assert ("下一步" if language == "zh-hans" else "What to do next") in main
        assert not re.search("Traceback|ValueError|site-packages|DEBUG", text)
        if language == "zh-hans":
            assert set(re.findall(r"[A-Za-z]{4,}", main)) <= {"command", "closed", "page", "outside", "area"}
        return main

    def test_of_each_kind(self, world: World, language: str) -> None:
        """Closed, not there, without token, not readable, our fault."""
        asking = {"accept-language": language}
        guard = client_of(by_name("gate_guard"), world)
        self.shown(guard.get("/me/jobs/", headers=asking), language, 403)
        self.shown(guard.get("/no/such/page/", headers=asking), language, 404)
        strict = client_of(by_name("gate_guard"), world, enforce_csrf_checks=True)
        self.shown(strict.post("/command/post/", headers=asking), language, 403)
        with override_settings(ROOT_URLCONF=WithBroken):
            admin = client_of(by_name("administrator"), world)
            self.shown(admin.get("/broken/x/", headers=asking), language, 500)

    def test_when_even_the_page_cannot_be_made(self, world: World, language: str, monkeypatch: Any) -> None:
        """Then a plain one in both languages comes instead of nothing."""

        def fail(*_args: object, **_kwargs: object) -> None:
            raise RuntimeError("no database")

        admin = client_of(by_name("administrator"), world)
        monkeypatch.setattr("shouwang.site.shell._phase", fail)
        with override_settings(ROOT_URLCONF=WithBroken):
            answer = admin.get("/broken/x/", headers={"accept-language": language})
        assert answer.status_code == 500
        text = answer.content.decode()
        assert "系统出错" in text
        assert "Something went wrong here" in text


@pytest.fixture
def json_logs() -> Iterator[io.StringIO]:
    """What the log says, written as in production. Not by way of standard error, which belongs to pytest meanwhile."""
    root, said = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    logs.configure("json")
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(said)
    yield said
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.django_db
def test_logs_tell_nothing_about_people(world: World, account: Account, json_logs: io.StringIO) -> None:
    """Signing in badly, searching, opening and revealing a person, and a fault: no name, number or reference."""
    Client().post("/accounts/login/", {"login": "secret-name", "password": "secret-word"})
    for _ in range(6):
        Client().post("/accounts/login/", {"login": "anna", "password": "secret-word"})
    officer = client_of(by_name("community_officer"), world)
    officer.post("/people/", {"name": "东门子"})
    officer.post("/people/", {"phone": "13812345678"})
    officer.get("/people/person/EAST-P1/")
    officer.get("/people/?dwelling=secret-room")
    officer.post("/people/person/EAST-P1/reveal/", {"field": "name", "reason": "care", "note": "secret-note"})
    with override_settings(ROOT_URLCONF=WithBroken):
        client_of(by_name("administrator"), world).get("/broken/EAST-P1/")
    said = json_logs.getvalue()
    assert '"page": "residents:person"' in said
    assert '"page": "account_login"' in said
    assert "ValueError" in said
    for secret in ("secret", "anna", "东门", "13812345678", "EAST-P1", "127.0.0.1"):
        assert secret not in said, secret
