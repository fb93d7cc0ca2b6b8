"""A phone before the real server and the real publisher: enrolled by the office's QR, and what befalls them there."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import gate_camera
import psycopg
import pytest
from django.db import connection
from gate_world import Phone, World, built, phone_in_hand
from live_site import Site, database_url, served, wait_for
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.gates.models import Device, Passage, PassageCount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "a long dull sentence 42"


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path)


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[Site]:
    """The whole process tree."""
    folder = tmp_path / "data"
    folder.mkdir()
    with served(folder) as found:
        yield found


def officer(browser: Browser, site: Site) -> Page:
    """Somebody of the community's office, signed in at a desk."""
    account = Account.objects.create_user("office", password=PASSWORD, display_name="周洁")
    community = Area.objects.get(code="C1")
    Post.objects.create(
        account=account, role=Role.COMMUNITY_OFFICER, area=community, area_path=community.path,
        from_day=date(2020, 1, 1), granted_by="test",
    )  # fmt: skip
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{site.url}/accounts/login/")
    page.locator("#id_login").fill("office")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page


def list_files(phone: Phone) -> list[str]:
    """The kinds of list files that this phone takes from now on, as they come."""
    taken: list[str] = []
    phone.page.on(
        "response", lambda got: taken.append(got.url.rpartition(".")[2]) if got.ok and _is_list(got.url) else 0
    )
    return taken


def _is_list(url: str) -> bool:
    return url.endswith((".delta", ".snapshot"))


def closed_and_opened(phone: Phone, taken: list[str], want: str) -> None:
    """The guard opens the app again; it takes what it missed."""
    count = len(taken)
    phone.page.reload()
    wait_for(lambda: phone.page.wait_for_timeout(50) or want in taken[count:] or None)


def test_a_phone_is_enrolled_by_the_offices_qr_and_revoked_there(
    browser: Browser, site: Site, shots: Path, world: World
) -> None:
    """The code on the office's page goes through the phone's camera; it works once; revoked, the phone forgets."""
    office = officer(browser, site)
    office.goto(f"{site.url}/gates/{world.gate.pk}/enrol/")
    office.locator("#id_device_name").fill("东门一号")
    office.locator("main form button.btn-primary").click()
    code = office.locator("svg.sw-qr").screenshot()
    gate_camera.show_picture(Image.open(io.BytesIO(code)))
    with phone_in_hand(browser, site.url, shots) as phone, phone_in_hand(browser, site.url, shots) as second:
        for one in (phone, second):
            one.open()
            one.page.locator("form.card > button").first.click()
        expect(phone.page.locator("button.name").first).to_be_visible(timeout=60_000)
        expect(second.page.locator(".trouble")).not_to_be_empty(timeout=60_000)
        assert Device.objects.filter(gate=world.gate).count() == 1
        phone.check_in()
        expect(phone.page.locator(".feed.good")).to_be_visible(timeout=30_000)
        gate_camera.show(None)
        phone.scan(world.strip(world.idx(0)))
        phone.verdict("pass", "musts_left")
        phone.through()
        phone.next()
        phone.unsent(0)
        office.goto(f"{site.url}/gates/{world.gate.pk}/")
        expect(office.locator("main")).to_contain_text("东门一号")
        office.locator("table a[href*='/revoke/']").click()
        office.locator("main form [name=reason]").fill("手机在市场丢失")
        office.locator("main form button[type=submit]").first.click()
        phone.page.reload()
        expect(phone.page.locator("h1")).to_have_text("办公室已停用本机")
        expect(phone.page.locator(".tabs")).to_be_hidden()
    office.context.close()
    assert [row.reason for row in world.stored()] == ["green"]


def test_red_then_green_then_red_by_delta_snapshot_and_a_restarted_publisher(
    browser: Browser, site: Site, shots: Path, world: World
) -> None:
    """A resident is confirmed, found to be healthy, confirmed again; the publisher is killed in between."""
    person, idx = world.lines[2][0], world.idx(2)
    with phone_in_hand(browser, site.url, shots) as phone:
        phone.ready(world)
        taken = list_files(phone)

        def shows(verdict: str, reason: str) -> None:
            phone.scan(world.strip(idx, age=30))
            phone.verdict(verdict, reason)
            phone.page.locator(".musts > .primary, .musts > .quiet").first.click()
            expect(phone.page.locator(".camera, .clock, .steps").first).to_be_visible()
            if phone.page.locator(".steps").count():
                phone.page.locator(".musts > .quiet").click()

        shows("pass", "musts_left")
        first = site.record(person, "confirmed", told_on=world.day)
        wait_for(lambda: phone.page.wait_for_timeout(100) or "delta" in taken or None)
        shows("hold", "red_hold")
        # A delta that does not come: the phone takes the snapshot instead.
        phone.page.route("**/*.delta", lambda route: route.abort())
        site.record(person, "excluded", ends=first, told_on=world.day)
        closed_and_opened(phone, taken, "snapshot")
        phone.page.unroute("**/*.delta")
        shows("pass", "musts_left")
        before, (old,) = site.sequence(world.day), site.pids("feed")
        site.signal("feed")
        (new,) = wait_for(lambda: [pid for pid in site.pids("feed") if pid != old] or None)
        assert new != old
        site.record(person, "confirmed", told_on=world.day)
        assert site.sequence(world.day) > before
        closed_and_opened(phone, taken, "delta")
        shows("hold", "red_hold")


def test_a_publisher_that_stopped_twenty_minutes_ago(browser: Browser, site: Site, shots: Path, world: World) -> None:
    """A young code passes with a banner, an older one is checked, none is red; once it goes on, all is as before."""
    site.signal("feed", signal.SIGSTOP)
    site.antedate(1200)
    with phone_in_hand(browser, site.url, shots) as phone:
        phone.open()
        phone.enrol(world.code())
        phone.check_in()
        expect(phone.page.locator(".feed.bad")).to_contain_text("20")
        phone.scan(world.strip(world.idx(0), age=600))
        expect(phone.verdict("pass", "musts_left").locator(".banner")).to_have_count(1)
        phone.through()
        phone.next()
        phone.scan(world.strip(world.idx(1), age=2 * 3600))
        phone.verdict("check", "strip_too_old")
        phone.stopped()
        site.signal("feed", signal.SIGCONT)
        expect(phone.page.locator(".feed.good")).to_be_visible(timeout=30_000)
        phone.scan(world.strip(world.idx(1), age=2 * 3600))
        expect(phone.verdict("pass", "musts_left").locator(".banner")).to_have_count(0)


def board_says_unsent(office: Page, site: Site, world: World) -> str:
    """What the office's board shows of the phone."""
    office.goto(f"{site.url}/gates/{world.gate.pk}/")
    return office.locator("tr", has_text="门岗一号机").locator("td").nth(3).inner_text().strip()


def test_the_board_shows_what_a_phone_has_not_sent(browser: Browser, site: Site, shots: Path, world: World) -> None:
    """Three passages that do not get through are three on the board within a few seconds, and none soon after."""
    office = officer(browser, site)
    with phone_in_hand(browser, site.url, shots) as phone:
        phone.ready(world)
        phone.unsent(0)
        phone.page.route("**/passages", lambda route: route.abort())
        for person in range(3):
            phone.scan(world.strip(world.idx(person)))
            phone.through()
            phone.next()
        phone.unsent(3)

        def shows(count: str) -> bool:
            phone.page.wait_for_timeout(500)
            return board_says_unsent(office, site, world) == count

        wait_for(lambda: shows("3") or None)
        device = Device.objects.get(gate=world.gate)
        assert (device.feed_sequence, device.app_version) == (site.sequence(world.day), phone.build())
        phone.page.unroute("**/passages")
        wait_for(lambda: shows("0") or None)
    office.context.close()
    assert len(world.stored()) == 3


def test_a_server_killed_in_the_middle_of_a_batch(browser: Browser, site: Site, shots: Path, world: World) -> None:
    """The batch is in the database's hands when every process of the server is killed: the phone hears nothing, sends
    again to the one that `up` starts, and the office has each passage once."""
    with phone_in_hand(browser, site.url, shots) as phone, elsewhere() as other:
        phone.ready(world)
        phone.unsent(0)
        phone.page.route("**/passages", lambda route: route.abort())
        for person in range(4):
            phone.scan(world.strip(world.idx(person)))
            phone.through()
            phone.next()
        phone.unsent(4)
        other.execute("begin")
        other.execute("lock table gates_passage in exclusive mode")
        phone.page.unroute("**/passages")
        unanswered: list[str] = []
        phone.page.on("requestfailed", lambda asked: unanswered.append(asked.url.rpartition("/")[2]))
        wait_for(lambda: phone.page.wait_for_timeout(50) or waits())
        before = set(site.pids("web"))
        site.signal("web")
        other.execute("commit")
        wait_for(lambda: Passage.objects.count() == 4 or None)
        assert before & set(site.pids("web")) == set()
        expect(phone.page.locator("#unsent")).to_have_attribute("data-unsent", "0", timeout=60_000)
        assert "passages" in unanswered
    rows = world.stored()
    assert [(row.row, row.reason) for row in rows] == [(line[0], "green") for line in world.lines]
    assert sum(PassageCount.objects.filter(gate_id=world.gate.pk).values_list("count", flat=True)) == 4


@contextmanager
def elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """Another connection to the test's database."""
    with psycopg.connect(database_url(), autocommit=True) as found:
        yield found


def waits() -> bool | None:
    """Whether a statement about passages waits for the table."""
    asked = "select 1 from pg_locks where not granted and relation = 'gates_passage'::regclass"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchone() is not None or None
