"""No network, a wrong clock, a feed that stands still, an emptied storage, a new version: nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gate_world import GREEN, GUARDS, RED, World, built, phone_in_hand
from playwright.sync_api import Browser, Route, expect

from shouwang import clock
from shouwang.gates import actions, gate_app
from shouwang.gates.models import Device, ShiftEvent
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path)


def test_a_whole_shift_without_network(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Opened, scanned, handed over and left with the network cut; afterwards everything arrives, once and in order."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.ready(world)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.unsent(0)
        phone.context.set_offline(True)
        page.reload()
        for person in range(4):
            phone.scan(world.strip(world.idx(person)))
            phone.verdict("pass", "musts_left")
            phone.through()
            phone.next()
        phone.scan(world.strip(7_000_001))
        phone.verdict("refuse", "red")
        phone.stopped()
        phone.unsent(5)
        page.locator(".tabs button").nth(3).click()
        expect(page.get_by_role("button", name="下班")).to_be_disabled()
        phone.look("duty")
        page.locator(".stack > .primary").click()
        phone.check_in(GUARDS[1])
        page.get_by_role("button", name="下班").first.click()
        expect(page.locator(".guard")).to_have_count(1)
        page.reload()
        phone.look("offline")
        phone.unsent(7)
        phone.context.set_offline(False)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        phone.unsent(0)
    rows = world.stored()
    assert [row.reason for row in rows] == ["green"] * 4 + ["red"]
    assert [row.row for row in rows[:4]] == [line[0] for line in world.lines]
    kinds = list(
        ShiftEvent.objects.filter(gate=world.gate).order_by("at", "received_at").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["check_in", "check_in", "hand_over"]


def test_a_lost_reply_is_stored_once(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The office has taken the batch, its answer is lost: the phone sends again, and there is one row."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        phone.unsent(0)
        phone.page.route("**/passages", lose)
        phone.scan(world.strip(world.idx(0)))
        phone.through()
        phone.next()
        phone.unsent(0)
    assert len(lost) == 1
    assert len(world.stored()) == 1


def test_a_clock_ten_minutes_off(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The phone is ten minutes fast: codes are judged, and passages dated, by the signed clock."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.page.clock.install(time=clock.now() + timedelta(minutes=10))
        phone.ready(world)
        phone.scan(world.strip(world.idx(0), age=30))
        phone.verdict("pass", "musts_left")
        phone.through()
        phone.unsent(0)
    (row,) = world.stored()
    assert abs(row.offset_ms + 600_000) < 20_000
    assert abs((clock.now() - row.at).total_seconds()) < 120


def test_a_feed_of_twenty_minutes_ago(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The publisher has stopped: a young code passes with a banner, an older one is checked, and neither is red."""
    world.feed.tell(seconds_ago=1200)
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.open()
        phone.enrol(world.code())
        phone.check_in()
        expect(phone.page.locator(".feed.bad")).to_contain_text("20")
        phone.scan(world.strip(world.idx(0), age=600))
        shown = phone.verdict("pass", "musts_left")
        expect(shown.locator(".banner")).to_have_count(1)
        phone.look("feed-old")
        phone.through()
        phone.next()
        phone.scan(world.strip(world.idx(0), age=2 * 3600))
        phone.verdict("check", "strip_too_old")
        phone.look("check")


def test_red_then_green_then_red_again(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """A change comes by delta; after a restart it still holds; a delta that is lost is made good by a snapshot."""
    import gate_feed

    idx = 77_777
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        for status, verdict in [(RED, "refuse"), (GREEN, "pass"), (RED, "refuse")]:
            world.feed.change(world.day, idx, status)
            if status == GREEN:
                gate_feed.FILES = {name: told for name, told in gate_feed.FILES.items() if not name.endswith(".delta")}
            # The list is kept once a minute; a phone that was closed in between fetches what it missed when it opens.
            kind = "snapshot" if status == GREEN else "delta"
            with phone.page.expect_response(lambda told, kind=kind: told.url.endswith(kind) and told.ok):
                phone.page.reload()
            phone.page.wait_for_timeout(1500)
            phone.scan(world.strip(idx, age=30))
            phone.verdict(verdict)
            phone.page.locator(".musts > .primary, .musts > .quiet").first.click()


def test_emptied_storage_is_not_ready(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The system clears the phone under the open app: it says so by itself, and judges no code."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        session = phone.context.new_cdp_session(phone.page)
        session.send("Storage.clearDataForOrigin", {"origin": live_server.url, "storageTypes": "indexeddb"})
        expect(phone.page.locator("h1")).to_have_text("手机未就绪")
        expect(phone.page.locator(".verdict")).to_have_count(0)
        phone.look("not-ready")


def test_a_revoked_phone_forgets_all_but_its_records(
    browser: Browser, live_server: Any, shots: Path, world: World
) -> None:
    """Roster, token and lists go; what is unsent stays, and goes out once the phone is enrolled again."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.ready(world)
        phone.unsent(0)
        page.route("**/passages", lambda route: route.abort())
        phone.scan(world.strip(world.idx(0)))
        phone.through()
        phone.next()
        phone.unsent(1)
        actions.revoke(Device.objects.get(gate=world.gate).pk, why="lost", by=Actor.operator())
        page.reload()
        expect(page.locator("h1")).to_have_text("办公室已停用本机")
        phone.look("revoked")
        kept = page.evaluate(
            """() => new Promise(done => { const asked = indexedDB.open("shouwang-gate"); asked.onsuccess = () => {
            const keys = asked.result.transaction("kept").objectStore("kept").getAllKeys();
            keys.onsuccess = () => done(keys.result); }; })"""
        )
        assert {"enrolment", "roster", "policy", "trust"} & set(kept) == set()
        page.unroute("**/passages")
        phone.enrol(world.code())
        phone.unsent(0)
    assert len(world.stored()) == 1


def test_a_new_version_loses_nothing(
    browser: Browser, live_server: Any, shots: Path, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer build takes over while passages wait to be sent: they are still there, and go out."""
    newer = tmp_path / "newer"
    subprocess.run(
        [shutil.which("node") or "node", "build.mjs"], cwd=ROOT / "gate-app", check=True, capture_output=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "GATE_APP_TARGET": str(newer), "GATE_APP_LABEL": "newer"},
    )  # fmt: skip
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.ready(world)
        phone.unsent(0)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        page.route("**/passages", lambda route: route.abort())
        for person in range(3):
            phone.scan(world.strip(world.idx(person)))
            phone.through()
            phone.next()
        phone.unsent(3)
        monkeypatch.setattr(gate_app, "FOLDER", newer)
        page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
        expect(page.locator("button.update")).to_be_visible(timeout=15_000)
        phone.look("update")
        page.locator("button.update").click()
        expect(page.locator("html[data-build=newer]")).to_have_count(1, timeout=15_000)
        phone.unsent(3)
        page.unroute("**/passages")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        phone.unsent(0)
    assert len(world.stored()) == 3
