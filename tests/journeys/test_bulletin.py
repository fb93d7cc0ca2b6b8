"""The screens of every level, the bulletin, the facts behind a figure, the catalogue: both languages, both widths."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from seeing import Eyes, window

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area, ClosureStatus
from shouwang.bulletins.tests import town
from shouwang.command.models import Post
from shouwang.command.policy import Role

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long dull sentence 42"
DAY = date(2020, 2, 20)
BY_COMPOUND = date(2022, 7, 10)
LATER = pytest.mark.slow
BOTH = [
    ("zh", "phone"),
    ("en", "desk"),
    pytest.param("zh", "desk", marks=LATER),
    pytest.param("en", "phone", marks=LATER),
]
"""Both languages and both sizes with every change; the other two pairings in `make test-all`."""
LATIN = {"JSON", "PDF", "CSV", "wuhan", "risk", "generic", "ranking", "always", "prc"}
"""Names of formats and of policies, the same in both languages."""


@pytest.fixture(autouse=True)
def _quick_sign_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are called by numbers, which are foreign in no language."""
    numbered = {"X1": "9001", "X2": "9002", "X3": "9003", "X4": "9004"}
    tree = [(numbered.get(code, code), *rest) for code, *rest in town.TREE]
    monkeypatch.setattr(town, "TREE", tree)


@pytest.fixture
def city() -> dict[str, Area]:
    """A city counted on two days of 2020, and on one under the rule by compound."""
    places = town.plant()
    account = Account.objects.create_user("city", password=PASSWORD, display_name="1")
    root = places["4201"]
    Post.objects.create(
        account=account, role=Role.CITY_OFFICER, area=root, area_path=root.path, from_day=DAY, granted_by="1"
    )
    for person in town.house(places["9001"], "1", "2", household="1"):
        town.tell(person, "confirmed", DAY)
    (wrong,) = town.house(places["9004"], "3")
    mistake = town.tell(wrong, "confirmed", DAY - timedelta(days=1))
    town.run(DAY - timedelta(days=1))
    town.tell(wrong, "excluded", DAY, ends=mistake)
    ClosureStatus.objects.create(
        area=places["9001"], area_path=places["9001"].path, state="closed", since=town.at(DAY, 9), why="1", by="1"
    )
    town.run(DAY)
    town.tell(*town.house(places["9003"], "4"), "asymptomatic", BY_COMPOUND)
    town.run(BY_COMPOUND)
    return places


def sign_in(eyes: Eyes, site: str, after: str) -> None:
    eyes.page.goto(f"{site}/accounts/login/?next={after}")
    eyes.page.locator("#id_login").fill("city")
    eyes.page.locator("#id_password").fill(PASSWORD)
    eyes.page.locator("main form button.btn-primary").click()


def codes_on(eyes: Eyes) -> set[str]:
    """Names of measures and records on a page, which are set apart as code and are the same in both languages."""
    return set(re.findall(r"[A-Za-z]{2,}", " ".join(eyes.page.locator("main code").all_inner_texts())))


@pytest.mark.slow
@pytest.mark.parametrize(("language", "size"), BOTH)
def test_from_the_city_down_to_a_fact(
    browser: Browser, shots: Path, live_server: Any, city: dict[str, Area], language: str, size: str
) -> None:
    """City, district, street, community, compound, each by the link on the page before; then a figure's facts."""
    site = str(live_server.url)
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        sign_in(eyes, site, f"/screen/4201/?day={DAY}")
        expect(page.locator("h1")).to_have_text("4201")
        eyes.look("20-city", LATIN)
        for number, (level, code) in enumerate(
            [("district", "420102"), ("street", "420102001"), ("community", "420102001001"), ("compound", "9001")]
        ):
            page.locator("main table").get_by_role("link", name=code, exact=True).last.click()
            expect(page.locator("h1")).to_have_text(code)
            expect(page).to_have_url(re.compile(f"day={DAY}"))
            eyes.look(f"2{number + 1}-{level}", LATIN)
        page.locator(".sw-figure a[href*='/cases_new/']").click()
        expect(page).to_have_url(re.compile(f"/figures/cases_new/9001/{DAY}/"))
        expect(page.locator("tbody tr")).to_have_count(2)
        eyes.look("25-facts", LATIN | codes_on(eyes))
        page.goto(f"{site}/figures/died_new/9001/{DAY}/")
        eyes.look("26-no-facts", LATIN | codes_on(eyes))


@pytest.mark.parametrize(("language", "size"), BOTH)
def test_the_bulletin_and_what_is_counted(
    browser: Browser, shots: Path, live_server: Any, city: dict[str, Area], language: str, size: str
) -> None:
    """The bulletin with a correction and the day before it; the rule by compound; a day not counted; the catalogue."""
    site = str(live_server.url)
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        sign_in(eyes, site, f"/bulletin/4201/?day={DAY}")
        expect(page.locator(".sw-note-warning li")).to_have_count(1)
        eyes.look("30-bulletin", LATIN)
        page.locator(".sw-tabs a").first.click()
        expect(page).to_have_url(re.compile("day=2020-02-19"))
        page.goto(f"{site}/bulletin/4201/?day={BY_COMPOUND}")
        eyes.look("31-bulletin-by-compound", LATIN)
        for code in ("4201", "9003", "9002"):
            page.goto(f"{site}/screen/{code}/?day={BY_COMPOUND}")
            eyes.look(f"32-risk-{code}", LATIN)
        page.goto(f"{site}/screen/4201/?day=2020-02-11")
        eyes.look("33-not-counted", LATIN)
        page.goto(f"{site}/figures/")
        eyes.look("34-catalogue", LATIN | codes_on(eyes))


def test_the_night_looks_like_the_day(browser: Browser, shots: Path, live_server: Any, city: dict[str, Area]) -> None:
    """Dark colours have the contrast of the light ones, on the densest pages."""
    with window(browser, shots, "zh", "desk", color_scheme="dark") as eyes:
        sign_in(eyes, str(live_server.url), f"/screen/4201/?day={DAY}")
        eyes.look("40-city-dark", LATIN)
        eyes.page.goto(f"{live_server.url}/bulletin/4201/?day={BY_COMPOUND}")
        eyes.look("41-bulletin-dark", LATIN)


def test_without_script_everything_is_there(
    browser: Browser, shots: Path, live_server: Any, city: dict[str, Area]
) -> None:
    """The curve's numbers, the ranking, the other day by the form."""
    with window(browser, shots, "en", "desk", java_script_enabled=False) as eyes:
        page = eyes.page
        sign_in(eyes, str(live_server.url), f"/screen/4201/?day={DAY}")
        expect(page.locator(".sw-chart-table tbody tr").last).to_contain_text("20 Feb")
        page.locator("#day").fill("2020-02-19")
        page.locator(".sw-filters button").click()
        expect(page).to_have_url(re.compile("day=2020-02-19"))
        assert not clock.is_moved()
