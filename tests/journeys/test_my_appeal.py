"""An appeal from the resident's phone to the corrected record, a permission to pass, and cards, in a real browser."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from seeing import Eyes, window
from test_my_page import agree, family, fits, look, scope, sign_in, small

from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.codes import queries
from shouwang.command.models import Post
from shouwang.command.rules import Scope
from shouwang.residents.models import Person

__all__ = ["family", "scope"]
pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def officer(eyes: Eyes, site: str, name: str, role: str, code: str) -> None:
    """The same window, signed in as an officer of a unit."""
    account = Account.objects.create_user(name, password="x", display_name=name)
    area = Area.objects.get(code=code)
    Post.objects.create(
        account=account, role=role, area=area, area_path=area.path, from_day=date(2020, 1, 1), granted_by="test"
    )
    client = Client()
    client.force_login(account, BACKEND)
    eyes.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_from_the_phone_to_the_record(
    browser: Browser, live_server: Any, shots: Path, scope: Scope, family: dict[str, Person], language: str
) -> None:
    """Raised on the phone with its clock, reviewed, upheld by withdrawing the record; the code follows of itself."""
    site = str(live_server.url).replace("127.0.0.1", "localhost")
    person = family["A1"]
    with (
        window(browser, shots, language, "phone") as phone,
        window(browser, shots, language, "desk") as desk,
        window(browser, shots, language, "desk") as above,
    ):
        page = small(phone)
        sign_in(page, site, scope)
        agree(page)
        page.locator("a.btn[href*='/my/appeal/A1/']").click()
        page.locator("#said").fill("那天我不在那里 / was not there" if language == "zh" else "I was not there that day")
        page.locator("main form button").click()
        expect(page.locator(".my-valid")).to_contain_text("47")
        look(phone, "my-appeal") if language == "en" else None
        fits(page)

        officer(desk, site, "li", "community_officer", "C1")
        desk.page.goto(f"{site}/appeals/")
        look(desk, "appeals") if language == "en" else None
        desk.page.locator("h2 a").first.click()
        desk.page.locator("#why").fill(
            "At home all week, two neighbours say so" if language == "en" else "邻居证明在家"
        )
        desk.page.locator("button[value=review]").click()
        expect(desk.page.locator("button[value=review]")).to_have_count(0)

        officer(above, site, "zhao", "district_officer", "420102")
        above.page.goto(f"{site}/appeals/")
        above.page.locator("h2 a").first.click()
        # The last line is the oldest record: the contact.
        above.page.locator("input[name=withdraw]").last.check()
        above.page.locator("#why-right").fill("Another person's contact" if language == "en" else "不是此人的接触")
        look(above, "appeal-decision") if language == "en" else None
        above.page.locator("button[value=uphold]").click()
        expect(above.page.locator("button[value=uphold]")).to_have_count(0)
        assert queries.colour_of(person.pk, person.area_path).decision.colour == "green"

        page.goto(f"{site}/my/")
        expect(page.locator(".my-colour .sw-pill").first).to_have_class(re.compile("green"))


def test_permission_and_card(
    browser: Browser, live_server: Any, shots: Path, scope: Scope, family: dict[str, Person]
) -> None:
    """Asked for by the community, granted by the district, seen on the phone; a card is made and replaced."""
    site = str(live_server.url).replace("127.0.0.1", "localhost")
    with (
        window(browser, shots, "en", "phone") as phone,
        window(browser, shots, "en", "desk") as desk,
        window(browser, shots, "en", "desk") as above,
    ):
        officer(desk, site, "li", "community_officer", "C1")
        desk.page.goto(f"{site}/exceptions/person/A1/")
        desk.page.locator("#reason").select_option("medical")
        look(desk, "exception-asked")
        desk.page.locator("main form .btn-primary").click()
        expect(desk.page).to_have_url(re.compile("/exceptions/office/"))
        address = desk.page.url
        desk.page.locator("button[value=grant]").click()
        expect(desk.page.locator(".sw-refusal")).to_be_visible()

        officer(above, site, "zhao", "district_officer", "420102")
        above.page.goto(address)
        above.page.locator("button[value=grant]").click()
        expect(above.page.locator("button[value=end]")).to_be_visible()
        above.page.goto(f"{site}/exceptions/")
        look(above, "exception-counts")

        desk.page.goto(f"{site}/cards/person/A1/")
        desk.page.locator("button[value=issue]").click()
        expect(desk.page.locator("button[value=replace]")).to_be_visible()
        look(desk, "cards")
        desk.page.locator("input[name=reason]").fill("lost on the bus")
        desk.page.locator("button[value=replace]").click()
        expect(desk.page.locator("button[value=replace]")).to_have_count(1)

        page = small(phone)
        sign_in(page, site, scope)
        agree(page)
        expect(page.locator("main")).to_contain_text("treatment that cannot wait")
        look(phone, "my-page-exception")
        page.goto(f"{site}/my/paper/")
        expect(page.locator(".my-card")).to_have_count(1)
        look(phone, "my-paper")
        fits(page)
