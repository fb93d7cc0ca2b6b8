"""Who stands at the gate: hand-over, an empty gate, a PIN that is guessed, a broken thermometer, a lost phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gate_world import GUARDS, PIN, World, built, phone_in_hand
from playwright.sync_api import Browser, expect

from shouwang import clock
from shouwang.gates import queries
from shouwang.gates.models import Device, Gate, ShiftEvent

pytestmark = pytest.mark.django_db(transaction=True)
ARRIVING, LEAVING = "接班人签到", "下班"


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path)


def unattended(at: datetime) -> bool:
    """Whether the office is alarmed at a moment."""
    return queries.unattended(Gate.objects.all(), at).exists()


def test_nobody_goes_before_somebody_has_come(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Without a guard the gate is on the board after ten minutes; with one it is not, nor after a proper hand-over."""
    soon = timedelta(minutes=11)
    assert unattended(clock.now() + soon)
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.ready(world)
        phone.unsent(0)
        assert not unattended(clock.now() + soon)
        phone.tab(3)
        expect(page.get_by_role("button", name=LEAVING)).to_be_disabled()
        page.get_by_role("button", name=ARRIVING).click()
        phone.check_in(GUARDS[1])
        expect(page.locator(".guard")).to_have_count(2)
        phone.look("hand-over")
        page.locator(".guard", has_text=GUARDS[0]).get_by_role("button", name=LEAVING).click()
        expect(page.locator(".guard")).to_have_count(1)
        expect(page.locator(".bar .where")).to_contain_text(GUARDS[1])
        phone.unsent(0)
    kinds = ShiftEvent.objects.order_by("at", "received_at").values_list("kind", "guard__display_name")
    assert list(kinds) == [("check_in", GUARDS[0]), ("check_in", GUARDS[1]), ("hand_over", GUARDS[0])]
    assert not unattended(clock.now() + timedelta(hours=1))


@pytest.mark.slow
def test_a_guard_who_walked_off_is_missed(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """After half an hour untouched the phone asks; a touch answers. Unanswered for ten minutes the office hears of it,
    and the phone asks who is there."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        page.clock.install(time=clock.now())
        phone.ready(world)
        asks = page.get_by_role("dialog")
        page.clock.fast_forward("29:00")
        expect(asks).to_have_count(0)
        page.clock.fast_forward("01:05")
        expect(asks).to_be_visible()
        phone.look("still-there")
        page.get_by_role("button", name="我在岗").click()
        expect(asks).to_have_count(0)
        page.clock.fast_forward("30:05")
        expect(asks).to_be_visible()
        page.clock.fast_forward("09:00")
        expect(asks).to_be_visible()
        page.clock.fast_forward("01:05")
        expect(page.locator("button.name").first).to_be_visible()
        expect(asks).to_have_count(0)
        phone.unsent(0)
        came, missed = ShiftEvent.objects.order_by("at")
        assert (came.kind, missed.kind, missed.guard_id) == ("check_in", "unattended", came.guard_id)
        assert unattended(missed.at + timedelta(minutes=11))
        phone.check_in()
        expect(page.locator(".camera")).to_be_visible()
        phone.unsent(0)
    assert [one.kind for one in ShiftEvent.objects.order_by("received_at")] == ["check_in", "unattended", "check_in"]


def test_a_pin_is_not_guessed(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """After five wrong ones it waits, whether the guard goes back or closes the app in between."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.open()
        phone.enrol(world.code())

        def types(pin: str) -> None:
            for digit in pin:
                page.locator(".keypad button", has_text=digit).click()

        page.locator("button.name", has_text=GUARDS[0]).click()
        for _try in range(3):
            types("111112")
            expect(page.locator(".trouble")).to_have_text("口令不对")
            expect(page.locator(".dots")).to_have_text("○○○○○○")
        page.reload()
        page.locator("button.name", has_text=GUARDS[0]).click()
        for _try in range(2):
            types("111112")
            expect(page.locator(".trouble")).to_have_text("口令不对")
            expect(page.locator(".dots")).to_have_text("○○○○○○")
        page.get_by_role("button", name="返回").click()
        page.locator("button.name", has_text=GUARDS[0]).click()
        types(PIN)
        expect(page.locator(".trouble")).to_contain_text("试错太多")
        expect(page.locator(".camera")).to_have_count(0)


@pytest.mark.slow
def test_a_broken_thermometer_lets_nobody_slip_through(
    browser: Browser, live_server: Any, shots: Path, world: World
) -> None:
    """The office hears of it; who was not measured is to be checked, never passed; measured elsewhere they go on."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        phone.ready(world)
        phone.scan(world.strip(world.idx(0)))
        phone.verdict("pass", "musts_left")
        expect(page.locator(".cannot")).to_have_count(0)
        page.locator(".musts > .quiet").click()
        phone.tab(3)
        page.get_by_role("button", name="体温计坏了").click()
        expect(page.get_by_role("button", name="体温计已换好")).to_be_visible()
        page.reload()
        for person in (0, 1):
            phone.scan(world.strip(world.idx(person)))
            phone.verdict("pass", "musts_left")
            phone.tick("identity")
            phone.tick("mask")
            page.locator(".cannot").click()
            phone.verdict("check", "not_measured")
            phone.look("not-measured")
            if person == 0:
                phone.stopped()
            else:
                phone.temperature(364)
                expect(page.locator(".verdict.done")).to_be_visible()
                phone.next()
        phone.tab(3)
        page.get_by_role("button", name="体温计已换好").click()
        phone.tab(0)
        phone.scan(world.strip(world.idx(2)))
        phone.verdict("pass", "musts_left")
        expect(page.locator(".cannot")).to_have_count(0)
        phone.unsent(0)
    assert [(row.verdict, row.reason) for row in world.stored()] == [("check", "not_measured"), ("pass", "green")]
    assert ShiftEvent.objects.filter(kind="thermometer_broken").count() == 1


@pytest.mark.slow
def test_a_lost_phone_is_reported_by_the_other(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The report stops the lost one, which forgets at its next word what it was told; the other goes on."""
    with (
        phone_in_hand(browser, live_server.url, shots) as phone,
        phone_in_hand(browser, live_server.url, shots) as lost,
    ):
        phone.ready(world)
        lost.ready(world)
        phone.tab(3)
        phone.page.locator("summary", has_text="手机丢失").click()
        phone.look("phone-lost")
        phone.page.locator(".through button").click()
        phone.unsent(0)
        lost.page.reload()
        expect(lost.page.locator("h1")).to_have_text("办公室已停用本机")
        phone.page.reload()
        phone.scan(world.strip(world.idx(0)))
        phone.verdict("pass", "musts_left")
    assert ShiftEvent.objects.filter(kind="phone_lost").count() == 1
    assert [device.revoked_at is None for device in Device.objects.order_by("pk")] == [True, False]
