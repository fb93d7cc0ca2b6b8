"""A phone that is revoked or reported lost: the feed moves, every other phone is told where to, that one is not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from shouwang import clock
from shouwang.codes import feed_paths
from shouwang.gates import actions
from shouwang.journal.actions import Actor
from shouwang.site.feed_door import FeedDoor

from .conftest import NOW, phone_at
from .passages import key

if TYPE_CHECKING:
    from shouwang.codes.feed import Feed
    from shouwang.gates.models import Gate

pytestmark = pytest.mark.django_db
BY = Actor.operator()


@pytest.fixture
def feed(db: None, tmp_path: Path, settings: Any) -> Iterator[Feed]:
    """The writer, with keys and a folder of its own, and one tick behind it."""
    from shouwang.codes.feed import Feed

    settings.CODE_KEYS_DIR, settings.FEED_DIR = tmp_path / "code-keys", tmp_path / "feed"
    writer = Feed()
    writer.tick()
    yield writer
    writer.close()


def told(phone: Any) -> str | None:
    """The address of the feed that the office tells a phone; None when it tells it nothing."""
    device, token = phone
    answer = Client().get(f"/api/v1/gates/{device.gate_id}/state", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in {200, 401}
    return str(answer.json()["feed"]) if answer.status_code == 200 else None


def answers(address: str, feed: Feed) -> bool:
    """Whether the feed is to be had there: its head, which names everything else."""
    status: list[str] = []
    door = FeedDoor(lambda _environ, _start: [b""], feed.folder)
    door({"REQUEST_METHOD": "GET", "PATH_INFO": f"{address}head"}, lambda given, _headers: status.append(given))
    return status == ["200 OK"]


def a_second_later(feed: Feed) -> None:
    """The next look of the writer, long before its next heartbeat."""
    feed.linked_at = float("-inf")
    assert feed.tick() is False


def test_a_revoked_phone_loses_the_feed(feed: Feed, gates: dict[str, Gate]) -> None:
    """At once a new address for all others, of other gates too; the one it knows is dead ten minutes later."""
    lost, other, elsewhere = phone_at(gates["X1"]), phone_at(gates["X1"]), phone_at(gates["X2"])
    before = told(lost)
    assert before is not None
    assert before == told(other) == told(elsewhere)
    actions.revoke(lost[0].pk, by=BY, why="left in a taxi")
    a_second_later(feed)
    after = told(other)
    assert after is not None
    assert after == told(elsewhere) != before
    assert told(lost) is None
    assert answers(after, feed)
    assert answers(before, feed), "honest phones need a moment to hear of the new address"
    with clock.frozen(NOW + feed_paths.GRACE + timedelta(seconds=1)):
        feed.linked_at = float("-inf")
        feed.tick()
        assert not answers(before, feed)
        assert answers(after, feed)
        assert told(other) == after


def test_revoking_once_more_changes_nothing(feed: Feed, gates: dict[str, Gate]) -> None:
    """An address that changed for nothing would cost every gate a snapshot."""
    lost = phone_at(gates["X1"])
    actions.revoke(lost[0].pk, by=BY, why="left in a taxi")
    after = feed_paths.current()
    actions.revoke(lost[0].pk, by=BY, why="left in a taxi")
    assert feed_paths.current() == after


def report_lost(phone: Any) -> None:
    """The guard presses the button for a lost phone."""
    device, token = phone
    event = [{"id": str(uuid.UUID(key())), "kind": "phone_lost", "at": NOW.isoformat()}]
    answer = Client().post(
        f"/api/v1/gates/{device.gate_id}/shift-events",
        event,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.content


def test_the_one_other_phone_is_stopped_when_it_is_reported_lost(feed: Feed, gates: dict[str, Gate]) -> None:
    """There is no doubt which is meant; nobody of the office need be awake."""
    lost, teller, elsewhere = phone_at(gates["X1"]), phone_at(gates["X1"]), phone_at(gates["X2"])
    before = told(lost)
    report_lost(teller)
    assert told(lost) is None
    assert told(teller) == told(elsewhere) not in {before, None}
    lost[0].refresh_from_db()
    assert lost[0].revoked_by == f"gate phone {teller[0].pk}"


def test_of_several_phones_the_office_says_which(feed: Feed, gates: dict[str, Gate]) -> None:
    """Stopping the wrong one would blind the gate; none of another gate is ever meant."""
    one, two, teller, elsewhere = (phone_at(gates[code]) for code in ("X1", "X1", "X1", "X2"))
    before = told(one)
    report_lost(teller)
    assert [told(phone) for phone in (one, two, teller, elsewhere)] == [before] * 4
