"""The journal shows every kind of tampering, and names the entry."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from shouwang import clock
from shouwang.journal import queries
from shouwang.journal.actions import Actor, record
from shouwang.journal.chain import digest
from shouwang.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def five() -> None:
    for number in range(5):
        record(by=Actor.system("test"), deed="test.deed", on=f"test.Row:{number}", why="为了测试", detail={"n": number})


def _found() -> list[tuple[int, str]]:
    return [(damage.seq, damage.kind) for damage in queries.damages()]


def _sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def test_an_untouched_journal_is_intact(five: None) -> None:
    """Nothing is found where nothing was done, and the length is known without counting."""
    assert _found() == []
    assert queries.length() == 5


@pytest.mark.parametrize(
    "change",
    [
        "update journal_entry set why = 'other' where seq = 3",
        "update journal_entry set actor_name = 'somebody' where seq = 3",
        "update journal_entry set at = at + interval '1 microsecond' where seq = 3",
        "update journal_entry set detail = '{\"n\": 7}' where seq = 3",
        "update journal_entry set area_path = '4201/' where seq = 3",
        "update journal_entry set account_id = 1 where seq = 3",
    ],
)
def test_a_changed_field_is_named(five: None, change: str) -> None:
    """Changing any field of an entry by hand names that entry and no other."""
    _sql(change)
    assert _found() == [(3, "changed")]


def test_a_missing_entry_is_named(five: None) -> None:
    """Taking a row out of the middle names its number."""
    _sql("delete from journal_entry where seq = 2")
    assert (2, "missing") in _found()


def test_a_cut_off_tail_is_named(five: None) -> None:
    """Taking the last rows away shows, because the head remembers the end."""
    _sql("delete from journal_entry where seq >= 4")
    assert _found() == [(4, "missing"), (5, "missing")]


def test_a_rewritten_entry_breaks_the_next_link(five: None) -> None:
    """An entry changed together with its own hash does not fit the entry after it."""
    entry = Entry.objects.get(seq=3)
    entry.why = "forged"
    entry.hash = digest(entry)
    entry.save()
    assert _found() == [(4, "broken_link")]


def test_a_rewritten_last_entry_differs_from_the_head(five: None) -> None:
    """The last entry cannot be forged with its hash either."""
    entry = Entry.objects.get(seq=5)
    entry.why = "forged"
    entry.hash = digest(entry)
    entry.save()
    assert _found() == [(5, "cut_off")]


def test_a_deed_that_fails_leaves_no_entry(five: None) -> None:
    """The entry belongs to the deed's transaction: both happen or neither."""

    @transaction.atomic
    def fail() -> None:
        record(by=Actor.system("test"), deed="test.deed", on="test.Row:9")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert queries.length() == 5
    assert _found() == []


def test_a_moved_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the clock is moved for a drill, an entry says what the real time was."""
    with clock.frozen(clock.parse("2020-02-10T09:00")):
        entry = record(by=Actor.system("test"), deed="test.deed", on="test.Row:1")
    assert entry.at == clock.parse("2020-02-10T09:00")
    assert "real_time" in entry.detail
