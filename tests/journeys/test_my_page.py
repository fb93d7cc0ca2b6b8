"""A resident's own page in a real browser, on a small phone: signing in, agreeing, the code, no network, leaving."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import Eyes, window

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.command.rules import Role, Scope
from shouwang.health.actions import record_event
from shouwang.journal.actions import Actor
from shouwang.residents import consent, own_access
from shouwang.residents.actions import register
from shouwang.residents.models import Household, Person, Relation

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.operator()
LANGUAGES = ["zh", "en"]


@pytest.fixture
def scope(settings: Any, tmp_path: Path) -> Scope:
    """The officer of the only community of a small tree."""
    settings.KEY_RING_FILE = tmp_path / "ring.json"
    above = None
    for code, level in [
        ("4201", "city"), ("420102", "district"), ("420102001", "street"), ("C1", "community"), ("X1", "compound"),
    ]:  # fmt: skip
        path = f"{above.path if above else ''}{code}/"
        name = "江汉花园" if code == "X1" else code
        above = Area.objects.create(code=code, path=path, parent=above, level=level, name=name)
    home = Area.objects.get(code="C1")
    return Scope(7, "wang", 1, Role.COMMUNITY_OFFICER, home.pk, home.code, home.name, home.path, home.level)


@pytest.fixture
def family(scope: Scope) -> dict[str, Person]:
    """A woman under observation, her child, and her husband who agreed to be shown."""
    found = {}
    for ref, name, born in [("A1", "王小兰", "1980-05-01"), ("A2", "李强", "1979-01-01"), ("A3", "李明", "2018-01-01")]:
        given = {"person": ref, "name": name, "birth_date": born, "compound_code": "X1", "phone": "13812345678"}
        found[ref] = register({**given, "phone": given["phone"] if ref == "A1" else ""}, scope=scope, by=BY)
    compound = Area.objects.get(code="X1")
    home = Household.objects.create(ref="H1", area=compound, area_path=compound.path)
    Person.objects.filter(ref__in=found).update(household=home)
    Relation.objects.create(person=found["A3"], guardian=found["A1"], kind="guardian", by="test")
    consent.say(
        found["A2"], "household", True, by_person=found["A2"], version=consent.current_version(), language="zh", by=BY
    )
    record_event(found["A1"].pk, "close_contact", clock.now() - timedelta(days=3), by=BY, source="community")
    record_event(found["A1"].pk, "temperature", clock.now() - timedelta(hours=3), by=BY, note="36.6")
    return found


def small(eyes: Eyes) -> Page:
    """The same window on a small phone of 360 points."""
    eyes.page.set_viewport_size({"width": 360, "height": 740})
    return eyes.page


def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def sign_in(page: Page, site: str, scope: Scope) -> None:
    """With the link of an invitation's QR, then agreeing."""
    code = own_access.invite("A1", scope=scope, by=BY)
    page.goto(f"{site}/my/sign-in/#code={code}")
    expect(page.locator("[name=code]")).to_have_value(code)
    assert page.url.endswith("/my/sign-in/")
    page.locator("[data-invitation] button").click()
    expect(page).to_have_url(re.compile("/my/consent/$"))


def agree(page: Page) -> None:
    """Agree to the text in force."""
    page.locator("button[name=given]").first.click()
    expect(page).to_have_url(re.compile("/my/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_paper_to_code(
    browser: Browser, live_server: Any, shots: Path, scope: Scope, family: dict[str, Person], language: str
) -> None:
    """An invitation, the consent, one's own code with its reason, the child's and the husband's, in large letters."""
    site = str(live_server.url).replace("127.0.0.1", "localhost")
    with window(browser, shots, language, "phone") as eyes:
        page = small(eyes)
        page.goto(f"{site}/my/")
        expect(page).to_have_url(re.compile("/my/sign-in/$"))
        eyes.look("my-sign-in")
        fits(page)
        sign_in(page, site, scope)
        eyes.look("my-consent", {"I"})
        fits(page)
        agree(page)
        expect(page.locator("h2").first).to_contain_text("*小兰")
        assert page.locator("[data-codes]").count() == 4
        assert page.locator("[data-begins]:visible").count() == 4
        expect(page.locator(".sw-pill").first).to_be_visible()
        words = page.locator("main").inner_text()
        assert "王" not in words.replace("*", "")
        assert "13812345678" not in words
        page.locator("summary").first.click()
        look(eyes, "my-page")
        fits(page)
        page.locator("footer form button").click()
        assert "my-large" in (page.locator("body").get_attribute("class") or "")
        look(eyes, "my-page-large")
        fits(page)
        page.emulate_media(color_scheme="dark")
        look(eyes, "my-page-dark")


def look(eyes: Eyes, name: str) -> None:
    """As `Eyes.look`, with the masked Chinese names and places that an English page holds too."""
    eyes.page.evaluate(
        """() => { for (const each of document.querySelectorAll('main *')) for (const node of each.childNodes)
        if (node.nodeType === 3) node.data = node.data.replace(/\\*小兰|\\*强|\\*明|王\\*\\*|江汉花园/g, '**'); }"""
    )
    eyes.look(name, {"generic"})


def test_without_network(
    browser: Browser, live_server: Any, shots: Path, scope: Scope, family: dict[str, Person]
) -> None:
    """The page opens with no network and shows the code of the hour, hours later too; signing out wipes it."""
    site = str(live_server.url).replace("127.0.0.1", "localhost")
    with window(browser, shots, "zh", "phone") as eyes:
        page = small(eyes)
        sign_in(page, site, scope)
        agree(page)
        expect(page.locator("[data-storage]")).to_be_visible()
        eyes.context.set_offline(True)
        page.reload()
        expect(page.locator("[data-begins]:visible")).to_have_count(4)
        first = page.locator("[data-begins]:visible").first.get_attribute("data-begins")
        assert page.evaluate("getComputedStyle(document.querySelector('.my-codes')).textAlign") == "center"
        page.screenshot(path=shots / "my-offline.png")
        page.clock.install(time=clock.now() + timedelta(hours=9))
        page.reload()
        expect(page.locator("[data-begins]:visible")).to_have_count(4)
        assert page.locator("[data-begins]:visible").first.get_attribute("data-begins") != first
        expect(page.locator("[data-kept]")).to_be_visible()
        page.clock.set_system_time(clock.now() + timedelta(hours=30))
        page.reload()
        expect(page.locator("[data-begins]:visible")).to_have_count(0)
        expect(page.locator("[data-run-out]").first).to_be_visible()
        # With the network the page fetches itself anew; whoever goes elsewhere before that is done is in its way.
        with page.expect_event("load"):
            eyes.context.set_offline(False)
        page.goto(f"{site}/my/account/")
        page.locator("main button.btn-primary").click()
        expect(page).to_have_url(re.compile("/my/sign-in/$"))
        assert (
            page.evaluate("caches.keys().then((names) => names.filter((n) => n.startsWith('shouwang-my')).length)") == 0
        )


def test_without_script(
    browser: Browser, live_server: Any, shots: Path, scope: Scope, family: dict[str, Person]
) -> None:
    """Code, colour, reason and what would change it are there without a line of script."""
    site = str(live_server.url).replace("127.0.0.1", "localhost")
    with window(browser, shots, "zh", "phone", java_script_enabled=False) as eyes:
        page = eyes.page
        code = own_access.invite("A1", scope=scope, by=BY)
        page.goto(f"{site}/my/")
        page.locator("[name=code]").fill(own_access.written(code))
        page.locator("[data-invitation] button").click()
        agree(page)
        assert page.locator("[data-begins]:visible").count() == 4
        expect(page.locator(".my-facts").first).to_be_visible()
