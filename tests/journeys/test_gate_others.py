"""Visitors, vehicles, deliveries, look-ups, and somebody with a fever: the other ways through a gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gate_world import ID_NUMBERS, World, built, phone_in_hand
from playwright.sync_api import Browser, Page, expect

from shouwang.command.policy import Stage
from shouwang.gates import permitting
from shouwang.gates.models import Incident, Lookup
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path)


def other(page: Page, place: int) -> None:
    """The n-th of: visitor, vehicle, delivery, courier, look-up."""
    page.locator(".tabs button").nth(2).click()
    page.locator(".tiles button").nth(place).click()


def test_a_visitor_and_a_vehicle_show_a_code(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The visitor gives number and host, the driver the plate; both are asked for a code, and then it is as ever."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        phone.look("home")
        page.locator(".tabs button").nth(2).click()
        phone.look("others")
        other(page, 0)
        page.locator("form input").nth(0).fill("138001")
        page.locator("form .primary").click()
        expect(page.locator(".trouble")).not_to_be_empty()
        page.locator("form input").nth(0).fill("13800138000")
        page.locator("form input").nth(1).fill("3-1-201")
        page.locator("form input").nth(2).fill("探亲")
        phone.look("visitor-form")
        page.locator("form .primary").click()
        phone.verdict("pass", "musts_left")
        phone.look("visitor")
        page.locator(".must .primary").click()
        phone.scan(world.strip(55))
        phone.verdict("pass", "musts_left")
        phone.through()
        page.locator(".done button").click()
        other(page, 1)
        page.locator("form input").nth(0).fill("鄂A 12345")
        phone.look("vehicle-form")
        page.locator("form .primary").click()
        page.locator(".must .primary").click()
        phone.scan(world.strip(56))
        phone.through()
        phone.unsent(0)
    visitor, vehicle = world.stored()
    assert (visitor.kind, visitor.verdict, visitor.idx) == ("visitor", "pass", 55)
    assert (vehicle.kind, vehicle.verdict, vehicle.idx) == ("vehicle", "pass", 56)
    assert "13800138000" not in str(vars(visitor))


@pytest.mark.slow
def test_a_visitor_without_a_permit_is_asked_for(
    browser: Browser, live_server: Any, shots: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a closed compound the guard asks the office, somebody there approves, and the verdict turns by itself."""
    world = built(settings, monkeypatch, tmp_path, Stage.STRICT_CLOSURE)
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        other(page, 0)
        page.locator("form input").nth(0).fill("13800138000")
        page.locator("form input").nth(1).fill("3-1-201")
        page.locator("form .primary").click()
        phone.verdict("refuse", "no_permit")
        page.get_by_role("button", name="请办公室批准来访").click()
        expect(page.locator(".banner")).to_contain_text("已报办公室")
        phone.look("office-asked")
        asked = permitting.permits_in(world.gate.area_path).get()
        assert (asked.kind, asked.state, asked.host_id) == ("visitor", "asked", world.lines[1][4])
        assert "13800138000" not in str(vars(asked))
        permitting.step(asked.pk, "approved", by=Actor.operator(), why="the household expects her")
        # The phone asks for the answer every ten seconds.
        expect(page.locator(".verdict[data-verdict=pass]")).to_be_visible(timeout=30_000)


def test_each_of_a_vehicle_shows_a_code(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Three in a car: a phone, a card of another list, one of the roster. Nobody passes before the last was seen; the
    same code twice counts once; a red passenger stops the car, and is named by place."""

    def drives(plate: str) -> None:
        other(page, 1)
        page.locator("form input").nth(0).fill(plate)
        page.locator("form input").nth(1).fill("3")
        page.locator("form .primary").click()

    def shows(code: str) -> None:
        page.locator(".must .primary").click()
        phone.scan(code)

    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        drives("鄂A12345")
        shows(world.strip(world.idx(0)))
        expect(phone.verdict("pass", "musts_left")).to_contain_text("第 2 人，共 3 人")
        phone.look("vehicle-second")
        shows(world.strip(world.idx(0)))
        expect(page.locator(".hint")).to_contain_text("已有人出示过")
        phone.scan(world.card(5))
        phone.verdict("pass", "musts_left")
        page.get_by_role("button", name="在名册中找到此人").click()
        page.locator("input[type=search]").fill("3-1-301")
        page.locator("button.line").click()
        phone.verdict("pass", "musts_left")
        phone.tick("identity")
        phone.tick("mask")
        for tenths in (362, 363, 364):
            phone.temperature(tenths)
        expect(page.locator(".verdict.done")).to_be_visible()
        phone.next()
        drives("鄂A99999")
        shows(world.strip(world.idx(0)))
        shows(world.strip(7_000_001))
        expect(phone.verdict("refuse", "red").locator(".sentence")).to_contain_text("第2位")
        phone.look("vehicle-red")
        phone.stopped()
        phone.unsent(0)
    rows = world.stored()
    # The three are recorded in one moment, so their keys may stand in any order.
    assert {(row.list, row.idx, float(row.temperature)) for row in rows[:3]} == {
        (world.day, world.idx(0), 36.2), (world.cards, 5, 36.3), (world.day, world.idx(2), 36.4),
    }  # fmt: skip
    assert {row.detail["plate"] for row in rows[:3]} == {"鄂A12345"}
    assert {(row.idx, row.reason) for row in rows[3:]} == {(world.idx(0), "red"), (7_000_001, "red")}


def test_a_delivery_is_recorded_with_its_company(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """The company is told; the decision says what is still to be shown."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        other(page, 2)
        page.locator("form input").nth(0).fill("中百仓储")
        page.locator("form .primary").click()
        phone.verdict("pass", "musts_left")
        phone.look("delivery")
        page.locator(".must .primary").click()
        phone.scan(world.strip(57))
        phone.through()
        phone.unsent(0)
    (row,) = world.stored()
    assert (row.kind, row.verdict) == ("delivery", "pass")


def test_a_look_up_that_finds_nobody_says_what_to_do(
    browser: Browser, live_server: Any, shots: Path, world: World
) -> None:
    """A number that is none is not sent; one that nobody has is answered in words."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        other(page, 4)
        page.locator("form input").nth(0).fill("42010")
        page.locator("form .primary").click()
        expect(page.locator(".trouble")).not_to_be_empty()
        page.locator("form input").nth(0).fill("420102199001011234")
        page.locator("form .primary").click()
        expect(page.locator(".trouble")).to_contain_text("没有查到")
        phone.look("look-up")


def test_a_resident_is_looked_up_by_id_number(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Found: colour and masked name, never the number; then the musts as ever. Without network it says so."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        page = phone.page
        other(page, 4)
        page.locator("form input").nth(0).fill(ID_NUMBERS[2].lower())
        page.route("**/lookup", lambda route: route.abort())
        page.locator("form .primary").click()
        expect(page.locator(".trouble")).to_contain_text("需要网络")
        page.unroute("**/lookup")
        page.locator("form .primary").click()
        shown = phone.verdict("pass", "musts_left")
        expect(shown).to_contain_text("张")
        expect(shown).to_contain_text("绿码")
        assert ID_NUMBERS[2] not in page.content()
        phone.through()
        phone.unsent(0)
    (row,) = world.stored()
    assert (row.kind, row.row, row.idx) == ("lookup", world.lines[2][0], world.idx(2))
    assert Lookup.objects.get().found


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_a_fever_waits_is_held_called_and_handed_over(
    browser: Browser, live_server: Any, shots: Path, world: World, language: str
) -> None:
    """37.6 at first: five minutes apart, through a reload; 37.5 again: held, the community called, handed over."""
    with phone_in_hand(browser, live_server.url, shots, language) as phone:
        page = phone.page
        phone.ready(world)
        page.clock.install()
        phone.scan(world.strip(world.idx(1)))
        phone.verdict("pass", "musts_left")
        phone.tick("identity")
        phone.tick("mask")
        phone.temperature(376)
        phone.verdict("hold", "fever_wait")
        phone.look("fever-first")
        page.locator(".musts > .primary").click()
        expect(page.locator(".clock")).to_be_visible()
        phone.look("fever-wait")
        page.reload()
        page.locator(".held button").click()
        page.locator("button.name").click()
        expect(page.locator(".clock")).to_be_visible()
        page.clock.fast_forward("05:02")
        page.locator(".musts > .primary").click()
        phone.look("fever-second")
        phone.temperature(375)
        phone.verdict("hold", "fever")
        page.locator(".musts > .primary").click()
        phone.look("fever-hold")
        page.locator(".musts > .primary").click()
        expect(page.locator(".steps li")).to_have_count(3)
        page.reload()
        page.locator(".held button").click()
        page.locator("button.name").click()
        expect(page.locator(".steps li")).to_have_count(3)
        page.locator(".musts > .primary").click()
        expect(page.locator(".camera")).to_be_visible()
        page.clock.fast_forward("00:10")
        phone.unsent(0)
    (row,) = world.stored()
    assert (row.verdict, row.reason, float(row.temperature), float(row.second_temperature)) == (
        "hold",
        "fever",
        37.6,
        37.5,
    )
    steps = Incident.objects.filter(passage=row.id).order_by("at", "received_at")
    assert {one.step for one in steps} == {"first_reading", "second_reading", "held", "called", "transferred"}
