"""Out of a closed compound: by permits, their hours and uses, by barred dwellings, by one of a household at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gate_world import Phone, World, built, phone_in_hand
from playwright.sync_api import Browser, expect

from shouwang import clock
from shouwang.command.policy import Stage
from shouwang.gates import papers, permitting
from shouwang.gates.permitting import Wanted
from shouwang.journal.actions import Actor
from shouwang.residents.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.operator()


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path, Stage.STRICT_CLOSURE)


def permit(world: World, person: int, kind: str, purpose: str = "", **more: Any) -> None:
    """Asked for and approved by the office."""
    now = clock.now()
    wanted = Wanted(kind, now - timedelta(hours=1), now + timedelta(days=2), "as a test", purpose=purpose, **more)
    asked = permitting.ask("X1", replace(wanted, person_id=world.lines[person][0]), by=BY)
    permitting.step(asked.pk, "approved", by=BY)


def goes(phone: Phone, world: World, person: int, direction: str, verdict: str, reason: str) -> None:
    """Somebody comes to the gate, and is let through or stopped; in either case recorded."""
    phone.way(direction)
    phone.scan(world.strip(world.idx(person)))
    phone.verdict(verdict, reason)
    if verdict == "pass":
        phone.through()
        phone.next()
    elif verdict == "refuse":
        phone.stopped()
    else:
        phone.page.locator(".musts > .primary").click()
        for _step in ("called", "transferred"):
            phone.page.locator(".musts > .primary").click()
        expect(phone.page.locator(".camera")).to_be_visible()


def test_out_by_permit_its_hours_and_its_uses(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Nobody goes without; duty goes as often as it likes, one errand once, a window only in its hours."""
    later = (clock.now().astimezone(clock.ZONE) + timedelta(hours=3)).hour
    permit(world, 1, "special_duty", "medical")
    permit(world, 2, "one_off", "medical")
    permit(world, 3, "special_duty", "medical", windows=[[later * 60, later * 60 + 59, []]])
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        goes(phone, world, 0, "out", "refuse", "duty_only")
        goes(phone, world, 1, "out", "pass", "musts_left")
        goes(phone, world, 1, "in", "pass", "musts_left")
        goes(phone, world, 1, "out", "pass", "musts_left")
        goes(phone, world, 2, "out", "pass", "musts_left")
        goes(phone, world, 2, "in", "pass", "musts_left")
        # Used up also for a page that was closed in between.
        phone.page.reload()
        goes(phone, world, 2, "out", "refuse", "permit_used")
        phone.way("out")
        phone.scan(world.strip(world.idx(3)))
        expect(phone.verdict("refuse", "permit_hours").locator(".sentence")).to_contain_text(f"{later:02d}:00")
        phone.look("permit-hours")
        phone.stopped()
        phone.unsent(0)
    assert [row.reason for row in world.stored()] == [
        "duty_only", "green", "green", "green", "green", "green", "permit_used", "permit_hours",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_barred_dwelling_is_not_left_and_its_people_are_not_left_outside(
    browser: Browser, live_server: Any, shots: Path, world: World
) -> None:
    """A permit does not open a barred flat; whoever comes home to one is held apart, and the community called."""
    permit(world, 1, "special_duty", "medical")
    permitting.confine("X1", by=BY, why="a case in the flat", dwelling="3-1-201")
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        goes(phone, world, 1, "out", "refuse", "dwelling_barred")
        goes(phone, world, 1, "in", "hold", "dwelling_barred")
        phone.unsent(0)
    assert [(row.direction, row.reason) for row in world.stored()] == [
        ("out", "dwelling_barred"), ("in", "dwelling_barred"),
    ]  # fmt: skip


@pytest.mark.slow
def test_one_of_a_household_at_a_time_and_a_day(
    browser: Browser, live_server: Any, shots: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of a compound where one of a household goes out a day: the second is told when, also after a reload."""
    first, second = (Person.objects.get(pk=world.lines[number][0]) for number in (0, 1))
    Person.objects.filter(pk=second.pk).update(household=first.household)
    compose = papers.KINDS["policy"].compose

    def quota(gate: Any, issued: datetime, expires: datetime) -> dict[str, Any]:
        row = compose(gate, issued, expires)
        return {**row, "exit": {**row["exit"], "kind": "quota", "people": 1, "interval_days": 1, "stay_minutes": 120}}

    monkeypatch.setitem(papers.KINDS, "policy", replace(papers.KINDS["policy"], compose=quota))
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        goes(phone, world, 0, "out", "pass", "musts_left")
        goes(phone, world, 1, "out", "refuse", "household_quota")
        goes(phone, world, 2, "out", "pass", "musts_left")
        goes(phone, world, 0, "in", "pass", "musts_left")
        phone.page.reload()
        goes(phone, world, 1, "out", "refuse", "household_quota")
        phone.unsent(0)
