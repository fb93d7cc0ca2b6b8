"""A unit on the ladder: its page, the desks' lists, a checklist without network, the certificate."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from seeing import window

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.certification import actions, queries, the_day
from shouwang.certification.facts import last_moment
from shouwang.certification.models import AssessmentPhoto, Objection, StepRow
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.journal.actions import Actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "a long dull sentence 42"
LATIN = {"district", "wuhan", "certification", "generic", "always", "PDF", "JPEG"}
SYSTEM = Actor.system("1")


@pytest.fixture(autouse=True)
def _quick_sign_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def city() -> dict[str, Area]:
    """A compound that waits for its assessment, another declared, and the officer of their district."""
    made: dict[str, Area] = {}
    tree = [("4201", "city", ""), ("420102", "district", "4201"), ("420102001", "street", "420102"),
            ("420102001001", "community", "420102001"), ("9001", "compound", "420102001001"),
            ("9002", "compound", "420102001001")]  # fmt: skip
    for code, level, parent in tree:
        above = made.get(parent)
        path = f"{above.path if above else ''}{code}/"
        made[code] = Area.objects.create(code=code, path=path, level=level, name=code, parent=above)
    account = Account.objects.create_user("district", password=PASSWORD, display_name="1")
    place = made["420102"]
    Post.objects.create(
        account=account, role=Role.DISTRICT_OFFICER, area=place, area_path=place.path, from_day=clock.today(),
        granted_by="1",
    )  # fmt: skip
    with clock.frozen(datetime.combine(clock.today() - timedelta(days=1), time(9), tzinfo=clock.ZONE)):
        for code in ("9001", "9002"):
            actions.declare(code, by=SYSTEM)
        actions.review("9001", True, by=SYSTEM)
        the_day.run(clock.today(), by=SYSTEM)
    return made


def a_photograph() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "grey").save(out, "JPEG")
    return {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk"), ("zh", "desk"), ("en", "phone")])
def test_an_assessment_survives_the_loss_of_the_network(
    browser: Browser, live_server: Any, shots: Path, city: dict[str, Area], language: str, size: str
) -> None:
    """From the list to the checklist; the network goes, the page is opened again without it, the network returns, and
    the assessment is taken in once, with its photograph; then public notice from the unit's own page.
    """
    with window(browser, shots, language, size) as eyes:
        page = eyes.page
        page.goto(f"{live_server.url}/certification/")
        page.locator("[name=login]").fill("district")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button.btn-primary").first.click()
        expect(page.locator("table").first).to_be_visible()
        eyes.look("certification-units", LATIN)
        page.goto(f"{live_server.url}/certification/unit/9001/")
        eyes.look("certification-unit", LATIN)
        page.goto(f"{live_server.url}/certification/queue/first_review/")
        eyes.look("certification-queue-empty", LATIN)
        page.goto(f"{live_server.url}/certification/queue/assessment/")
        eyes.look("certification-queue", LATIN)
        page.get_by_role("link", name="9001").last.click()
        expect(page.locator("fieldset")).to_have_count(6)
        eyes.look("certification-assess", LATIN)
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        page.reload()
        expect(page.locator("fieldset")).to_have_count(6)
        eyes.context.set_offline(True)
        for radio in page.locator("input[type=radio][value=passed]").all():
            radio.check()
        for field in page.locator("fieldset textarea").all():
            field.fill("1")
        page.locator("[name=photo-closure]").set_input_files(a_photograph())
        expect(page.locator("[data-photo-of=photo-closure]")).to_be_visible()
        page.reload()
        expect(page.locator("input[type=radio][value=passed]:checked")).to_have_count(6)
        page.locator("main form button[type=submit]").click()
        state = page.locator("[data-assessment-state]")
        waiting = state.get_attribute("data-waiting")
        assert waiting
        expect(state).to_have_text(waiting)
        eyes.complaints.clear()
        eyes.look("certification-assess-waiting", LATIN)
        assert not StepRow.objects.filter(step="assessment").exists()
        eyes.context.set_offline(False)
        page.wait_for_url("**/certification/unit/9001/", timeout=30000)
        eyes.complaints.clear()
        assert StepRow.objects.filter(step="assessment").count() == 1
        assert AssessmentPhoto.objects.count() == 1
        eyes.look("certification-unit-assessed", LATIN)
        assert str(queries.standing(city["9001"].pk).state) == "assessed"  # type: ignore[union-attr]
    actions.publish("9001", by=SYSTEM)
    with window(browser, shots, language, size) as eyes:
        eyes.page.goto(f"{live_server.url}/certified/notice/")
        eyes.look("notice-board", LATIN)
        eyes.page.locator("main table a").first.click()
        eyes.page.locator("#said").fill("1 2 3 4")
        eyes.look("objection", LATIN)
        eyes.page.wait_for_timeout(3_200)
        eyes.page.locator("main form button[type=submit]").click()
        expect(eyes.page.locator("main [role=status]")).to_be_visible()
        eyes.look("objection-taken", LATIN)
    actions.decide_objection(Objection.objects.get().pk, False, why="seen closed", by=SYSTEM)
    begun = clock.today()
    for day in (begun + timedelta(days=ahead) for ahead in range(8)):
        with clock.frozen(last_moment(day)):
            the_day.run(day, by=SYSTEM)
    with clock.frozen(clock.now() + timedelta(days=8)), window(browser, shots, language, size) as eyes:
        eyes.page.goto(f"{live_server.url}/certified/check/9001/")
        eyes.look("certificate-check", LATIN)
        for name, address in (("certified", ""), ("certified-notice", "notice/")):
            eyes.page.goto(f"{live_server.url}/certified/{address}")
            eyes.look(name, {*LATIN, "CSV", "JSON"})
        eyes.page.goto(f"{live_server.url}/rounds/")
        eyes.look("rounds", {*LATIN, "CSV", "JSON"})
        eyes.page.locator("main h2 a").first.click()
        eyes.look("round", LATIN)
        eyes.page.goto(f"{live_server.url}/ranking/")
        eyes.look("ranking", LATIN | {"certified", "ranking"})
