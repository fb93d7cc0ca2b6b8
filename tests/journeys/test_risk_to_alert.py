"""Risk, clusters, spread and public alerts: both languages and widths, axe clean, declared by the keyboard."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from seeing import Eyes, window

from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.bulletins.tests import town
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.residents.sealing import sealer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "a long dull sentence 42"
DAY = date(2020, 2, 20)
LATIN = {
    "city",
    "wuhan",
    "risk",
    "generic",
    "reproduction",
    "always",
    "prc",
    "Cori",
    "Nishiura",
    "CAP",
    "shouwang",
    "xml",
}


@pytest.fixture(autouse=True)
def _quick_sign_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> dict[str, Area]:
    """A city with an outbreak of five weeks in one compound, one family in it, counted on one day."""
    numbered = {"X1": "9001", "X2": "9002", "X3": "9003", "X4": "9004"}
    monkeypatch.setattr(town, "TREE", [(numbered.get(code, code), *rest) for code, *rest in town.TREE])
    places = town.plant()
    root = places["4201"]
    account = Account.objects.create_user("city", password=PASSWORD, display_name="1")
    Post.objects.create(
        account=account, role=Role.CITY_OFFICER, area=root, area_path=root.path, from_day=DAY, granted_by="1"
    )
    number = 100
    for ago in range(34, -1, -1):
        for _case in range(1 + (34 - ago) // 8):
            number += 1
            (person,) = town.house(
                places["9001"], str(number), household="7" if number < 103 else "", building=str(number % 9), unit="1"
            )
            person.name_sealed = sealer().seal("name", person.ref, "123")
            person.id_number_sealed = person.phone_sealed = None
            person.save()
            delay = number % 6
            town.tell(person, "symptom", DAY - timedelta(days=ago))
            if delay <= ago:
                town.tell(person, "confirmed", DAY - timedelta(days=ago - delay))
    town.run(DAY)
    return places


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk"), ("zh", "desk"), ("en", "phone")])
def test_risk_is_seen_opened_declared_and_told(
    browser: Browser, live_server: Any, shots: Path, city: dict[str, Area], language: str, size: str
) -> None:
    """From the page of risk to a district's facts, declared with the keyboard, and read by anybody as an alert."""
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        _sign_in(eyes, live_server.url, f"/risk/?day={DAY}")
        eyes.look("risk", LATIN)
        for name, address in (("clusters", "/clusters/"), ("spread", "/spread/4201/"), ("empty", "/spread/420104/")):
            page.goto(f"{live_server.url}{address}?day={DAY}")
            eyes.look(name, LATIN)
        page.goto(f"{live_server.url}/risk/420102/?day={DAY}")
        eyes.look("proposal", LATIN)
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.set_viewport_size({"width": 1280 if size == "desk" else 390, "height": 844})
        page.locator("main form[method=post] button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".sw-messages, [role=status]").first).to_be_visible()
        eyes.look("declared", LATIN)
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/alerts/")
        expect(page.locator("main li")).to_have_count(1)
        eyes.look("alerts", LATIN)


def _sign_in(eyes: Eyes, site: str, after: str) -> None:
    eyes.page.goto(f"{site}/accounts/login/?next={after}")
    eyes.page.locator("#id_login").fill("city")
    eyes.page.locator("#id_password").fill(PASSWORD)
    eyes.page.locator("main form button.btn-primary").click()
