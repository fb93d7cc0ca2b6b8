"""Four in the morning: another list, another address of the feed, other places; nobody at the gate notices."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gate_world import RED, built, phone_in_hand
from playwright.sync_api import Browser, expect

from shouwang import clock
from shouwang.codes import feed_paths, holders, indexes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_the_day_turns_at_four(
    browser: Browser, live_server: Any, shots: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A code of the night is good until it ends, one of the new day at once, by its own places; the phone has gone over
    to the new address, and drops the old list when the publisher does."""
    turn = indexes.day_begins(indexes.day_list(clock.now()) + 1)
    monkeypatch.setenv(clock.OFFSET_VARIABLE, "0")
    clock.move_to(turn - timedelta(minutes=10))
    world = built(settings, monkeypatch, tmp_path)
    person, old = world.lines[0][0], world.day
    with phone_in_hand(browser, live_server.url, shots) as phone:
        page = phone.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/head") else None)
        page.clock.install(time=clock.now())
        phone.ready(world)
        night = world.strip(world.idx(0), age=30)
        assert feed_paths.current() in asked[-1]
        before = feed_paths.current()

        clock.move_to(turn + timedelta(minutes=10))
        world.day = old + 1
        place = holders.places_of([person], world.day)[person]
        world.feed.open(world.day, {4_444_444: RED})
        world.feed.tell()
        page.clock.fast_forward("20:00")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        with page.expect_response(lambda told: told.url.endswith(f"{world.day}/1.snapshot")):
            pass
        expect(page.locator(".feed.good")).to_be_visible()
        assert feed_paths.current() != before
        assert feed_paths.current() in asked[-1]
        phone.scan(night)
        phone.verdict("pass", "musts_left")
        page.locator(".musts > .quiet").click()
        phone.scan(world.strip(place, age=30))
        expect(phone.verdict("pass", "musts_left")).to_contain_text("王")
        phone.through()
        phone.next()
        phone.scan(world.strip(4_444_444, age=30))
        phone.verdict("refuse", "red")
        phone.stopped()

        clock.move_to(turn + timedelta(hours=4, minutes=10))
        del world.feed.lists[old]
        world.feed.tell()
        page.clock.fast_forward("04:00:00")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator(".feed.good")).to_be_visible()
        phone.scan(night)
        phone.verdict("refuse", "expired")
        phone.stopped()
        phone.unsent(0)
    assert [(row.list, row.reason) for row in world.stored()] == [
        (old + 1, "green"), (old + 1, "red"), (old, "expired"),
    ]  # fmt: skip
