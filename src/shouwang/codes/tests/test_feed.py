"""The status feed: what the rows say reaches a gate by deltas, snapshots, after a kill, with new keys, on a new day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwang import clock
from shouwang.codes import code_keys, feed_documents, feed_paths, holders, indexes, issuing, keeping_keys, strips
from shouwang.codes.feed import Feed
from shouwang.codes.feed_reader import StatusReader
from shouwang.health import actions as health
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents.models import Person
from shouwang.site.feed_door import FeedDoor

BY = Actor.operator()
NOON = clock.parse("2020-05-01T12:00")
GREEN, RED, YELLOW, OTHER = range(4)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """Keys and feed of the test's own."""
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    settings.FEED_DIR = tmp_path / "feed"
    return tmp_path / "feed"


@pytest.fixture
def feed(db: None) -> Iterator[Feed]:
    """A writer."""
    writer = Feed()
    yield writer
    writer.close()


def write(feed: Feed) -> None:
    """A tick for which everything is due, as if seconds had passed."""
    feed.changed_at = feed.beat_at = feed.tended_at = float("-inf")
    feed.tick()


def gate() -> StatusReader:
    """A gate that asks by the address it was told, as a server would answer."""
    return StatusReader(code_keys.ring().root_public(), fetcher(feed_paths.current()))


def fetcher(address: str) -> Callable[[str], bytes | None]:
    """What the door hands out below an address."""
    from django.conf import settings

    door = FeedDoor(lambda _environ, _start: [b"django"], Path(settings.FEED_DIR))

    def fetch(name: str) -> bytes | None:
        answered: list[str] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address + name}
        body = b"".join(door(environ, lambda status, _headers: answered.append(status)))
        return body if answered[0] == "200 OK" else None

    return fetch


def now() -> int:
    return int(clock.now().timestamp())


def colour(person: Person, kind: str, commit: Any, when: str = "2020-05-01T11:00", **more: Any) -> None:
    """Something is recorded, and decided at once."""
    with commit(execute=True):
        health.record_event(person.pk, kind, when, by=BY, **more)


def status(reader: StatusReader, person: Person, list_number: int | None = None) -> int | None:
    number = indexes.day_list(clock.now()) if list_number is None else list_number
    return reader.status(number, holders.places_of([person.pk], number)[person.pk])


def test_red_green_red_by_delta(feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """A gate with a snapshot follows every change by deltas alone, and a new gate sees the same."""
    one, other = people["P1"], people["P2"]
    holders.numbers_of([one.pk, other.pk])
    write(feed)
    reader = gate()
    reader.poll(now())
    assert (status(reader, one), status(reader, other)) == (GREEN, GREEN)
    snapshots = reader.taken["snapshot"]
    colour(one, "confirmed", django_capture_on_commit_callbacks, ref="c1")
    write(feed)
    reader.poll(now())
    assert (status(reader, one), status(reader, other)) == (RED, GREEN)
    colour(other, "close_contact", django_capture_on_commit_callbacks)
    write(feed)
    reader.poll(now())
    assert (status(reader, one), status(reader, other)) == (RED, YELLOW)
    assert reader.taken == {"trust": 1, "snapshot": snapshots, "delta": 2}
    late = gate()
    late.poll(now())
    assert late.stands == reader.stands
    assert status(late, one) == RED


def test_a_gate_that_was_away_goes_straight_to_the_newest(
    feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any
) -> None:
    """Five sequences behind, one delta is enough; seventy behind, the snapshot is taken."""
    holders.numbers_of(person.pk for person in people.values())
    write(feed)
    reader = gate()
    reader.poll(now())
    colour(people["P1"], "confirmed", django_capture_on_commit_callbacks)
    colour(people["P2"], "close_contact", django_capture_on_commit_callbacks)
    for _ in range(5):
        feed.lists[indexes.day_list(NOON)].renew(clock.now(), code_keys.signer("status"))
    write(feed)
    reader.poll(now())
    assert (reader.taken["delta"], status(reader, people["P1"]), status(reader, people["P2"])) == (1, RED, YELLOW)
    snapshots = reader.taken["snapshot"]
    for _ in range(70):
        feed.lists[indexes.day_list(NOON)].renew(clock.now(), code_keys.signer("status"))
    write(feed)
    reader.poll(now())
    assert (reader.taken["delta"], reader.taken["snapshot"]) == (1, snapshots + 1)
    assert status(reader, people["P1"]) == RED


def test_killed_and_started_again(
    feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any
) -> None:
    """What changed while nobody wrote is found in the rows; sequences go on, and the gate needs one delta."""
    holders.numbers_of(person.pk for person in people.values())
    write(feed)
    reader = gate()
    reader.poll(now())
    colour(people["P1"], "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    sequence = feed.lists[indexes.day_list(NOON)].sequence
    feed.close()
    colour(people["P2"], "close_contact", django_capture_on_commit_callbacks)
    again = Feed()
    write(again)
    assert again.lists[indexes.day_list(NOON)].sequence == sequence + 1
    reader.poll(now())
    assert (status(reader, people["P1"]), status(reader, people["P2"])) == (RED, YELLOW)
    assert reader.taken["delta"] == 1
    again.close()
    once_more = Feed()
    write(once_more)
    assert once_more.lists[indexes.day_list(NOON)].sequence == sequence + 1, "nothing new, no new sequence"
    once_more.close()


def test_a_lost_disk_never_goes_back(
    feed: Feed, folder: Path, people: dict[str, Person], django_capture_on_commit_callbacks: Any
) -> None:
    """With all files gone, sequences begin beyond any that can have been used; half a snapshot is passed over."""
    holders.numbers_of([people["P1"].pk])
    colour(people["P1"], "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    reader = gate()
    reader.poll(now())
    before = feed.lists[indexes.day_list(NOON)].sequence
    feed.close()
    for path in (folder / "store" / str(indexes.day_list(NOON))).iterdir():
        path.write_bytes(path.read_bytes()[:40])
    with clock.frozen(NOON + timedelta(seconds=5)):
        again = Feed()
        write(again)
        assert again.lists[indexes.day_list(NOON)].sequence > before
        reader.poll(now())
        assert status(reader, people["P1"]) == RED
        again.close()


def test_one_writer(feed: Feed) -> None:
    """A second process is refused."""
    with pytest.raises(Refusal, match="Another process"):
        Feed()


def test_by_time_alone(feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """A status that begins later is shown from its moment on."""
    from shouwang.codes.models import ColourStatus

    one = people["P1"]
    holders.numbers_of([one.pk])
    colour(one, "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    row = ColourStatus.objects.get(person=one)
    row.pk, row.since, row.colour = None, NOON + timedelta(minutes=30), "yellow"
    row.save()
    write(feed)
    reader = gate()
    reader.poll(now())
    assert status(reader, one) == RED
    with clock.frozen(NOON + timedelta(minutes=30)):
        write(feed)
        reader.poll(now())
        assert status(reader, one) == YELLOW


def test_cards(feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """A card shows its holder's colour; a lost one shows none, and the other card of the same person is untouched."""
    one = people["P1"]
    lost = issuing.issue_card(one.pk, "*一 60", by=BY)
    kept = issuing.issue_card(one.pk, "*一 60", by=BY)
    write(feed)
    reader = gate()
    reader.poll(now())
    root = code_keys.ring()

    def shown(card: Any) -> int | None:
        resolve = reader.trusted.resolver(now()) if reader.trusted else lambda _kid: None
        reading = strips.read_code(card.text, resolve)
        assert reading.list is not None
        return reader.status(reading.list, reading.members[0][0])

    assert root.counter == reader.trusted.counter if reader.trusted else False
    assert (shown(lost), shown(kept)) == (GREEN, GREEN)
    issuing.revoke_card(lost.pk, "lost", by=BY)
    write(feed)
    reader.poll(now())
    assert (shown(lost), shown(kept)) == (OTHER, GREEN)
    colour(one, "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    reader.poll(now())
    assert (shown(lost), shown(kept), status(reader, one)) == (OTHER, RED, RED)


def test_a_holder_who_was_red_already(
    feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any
) -> None:
    """Who draws a first code after turning red is red in the list a second later."""
    colour(people["P1"], "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    reader = gate()
    reader.poll(now())
    issuing.strips_for([people["P1"].pk])
    write(feed)
    reader.poll(now())
    assert status(reader, people["P1"]) == RED


def test_the_day_turns(feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """At 04:00 another list and another address; both of each until 08:00; then the old ones are gone."""
    one = people["P1"]
    holders.numbers_of([one.pk])
    colour(one, "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    old_address, old_list = feed_paths.current(), indexes.day_list(NOON)

    def days(reader: StatusReader) -> list[int]:
        return sorted(number for number in reader.lists if number < indexes.FIRST_CARD_LIST)

    for when, lists, address_changes, old_answers in (
        ("2020-05-02T03:49", [old_list], False, True),
        ("2020-05-02T03:51", [old_list, old_list + 1], False, True),
        ("2020-05-02T04:00", [old_list, old_list + 1], True, True),
        ("2020-05-02T07:59", [old_list, old_list + 1], True, True),
        ("2020-05-02T08:00", [old_list + 1], True, False),
    ):
        with clock.frozen(clock.parse(when)):
            write(feed)
            reader = gate()
            reader.poll(now())
            assert days(reader) == lists, when
            assert all(status(reader, one, number) == RED for number in lists)
            assert (feed_paths.current() != old_address) is address_changes
            assert (fetcher(old_address)("head") is not None) is old_answers


def test_an_address_that_became_known(feed: Feed, people: dict[str, Person]) -> None:
    """In an emergency there is another address at once; the old one dies ten minutes later."""
    write(feed)
    old = feed_paths.current()
    new = feed_paths.rotate("a phone was sold", by=BY)
    assert feed_paths.current() == new != old
    write(feed)
    assert fetcher(old)("head") is not None
    assert fetcher(new)("head") is not None
    with clock.frozen(NOON + timedelta(minutes=10)):
        write(feed)
        assert fetcher(old)("head") is None
        assert fetcher(new)("head") is not None


def test_status_key_removed(feed: Feed, people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """When the status key is taken off the list, everything is signed anew and a gate goes on after a minute."""
    holders.numbers_of([people["P1"].pk])
    colour(people["P1"], "confirmed", django_capture_on_commit_callbacks)
    write(feed)
    reader = gate()
    reader.poll(now())
    keeping_keys.remove(code_keys.signer("status").kid.hex(), "stolen", by=BY)
    with clock.frozen(NOON + timedelta(seconds=61)):
        write(feed)
        reader.poll(now())
        assert status(reader, people["P1"]) == RED
        assert reader.trusted is not None
        assert reader.taken["trust"] == 2
        stands = {stand.list: stand for stand in reader.head.stands} if reader.head else {}
        assert stands == reader.stands


def test_a_forged_feed(feed: Feed, people: dict[str, Person]) -> None:
    """A head by a strip key, an older head, a snapshot of another list: refused, and what was known stays."""
    write(feed)
    reader = gate()
    reader.poll(now())
    good = reader.fetch
    forged = feed_documents.make_head(code_keys.signer("strip"), feed_documents.Head(now() + 60, ()))
    reader.fetch = lambda name: forged if name == "head" else good(name)
    with pytest.raises(Refusal, match="trust list"):
        reader.poll(now())
    old = feed_documents.make_head(code_keys.signer("status"), feed_documents.Head(now() - 60, ()))
    reader.fetch = lambda name: old if name == "head" else good(name)
    with pytest.raises(Refusal, match="older"):
        reader.poll(now())
    reader.fetch = lambda name: None
    assert reader.poll(now()) is False
    assert reader.lists


def test_heartbeat(feed: Feed, folder: Path) -> None:
    """Without any change the head is written anew within ten seconds, and carries the time."""
    write(feed)
    assert feed.tick() is False
    feed.beat_at -= 8
    with clock.frozen(NOON + timedelta(seconds=8)):
        assert feed.tick() is True
        reader = gate()
        reader.poll(now())
        assert reader.time == NOON.timestamp() + 8


def test_old_files_are_swept(feed: Feed, folder: Path, people: dict[str, Person]) -> None:
    """What leads to older sequences goes after a minute; the newest stays however old it is."""
    write(feed)
    files = feed.lists[indexes.day_list(NOON)]
    for _ in range(3):
        files.renew(clock.now(), code_keys.signer("status"))
    files.written = {name: written - 61 for name, written in files.written.items()}
    files.sweep()
    newest = files.sequence
    assert {path.name for path in files.folder.iterdir()} == {
        f"{newest}.snapshot",
        *(f"{newest - back}-{newest}.delta" for back in (1, 2, 3)),
    }


def test_time_of_the_fixture() -> None:
    """The other tests count from noon."""
    assert clock.now() == NOON == datetime.fromisoformat("2020-05-01T12:00+08:00")
