"""Drawing codes: a day without gaps, one code for a family, cards that are revoked alone; codes that stay small."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import segno

from shouwang import clock
from shouwang.codes import base45, code_keys, cose, holders, indexes, issuing, strips, trust
from shouwang.codes.models import Card, CodeHolder
from shouwang.health import actions as health
from shouwang.health.tests.places import house
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents.models import Person

BY = Actor.operator()


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, settings: Any) -> None:
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"


def read(text: str) -> strips.Reading:
    """The code as a gate reads it now."""
    ring = code_keys.ring()
    listed = trust.read_trust_list(ring.trust_list(), cose.public_of(ring.root_public()))
    found = strips.read_code(text, listed.resolver(int(clock.now().timestamp())))
    assert found.state == "ok"
    return found


def test_a_day_without_a_gap(people: dict[str, Person]) -> None:
    """24 hours of strips of at most four hours, each begun before the one before is over, all good now."""
    one = people["P1"].pk
    now = clock.now()
    day = issuing.strips_for([one])
    codes = day.strips[one]
    assert day.family == ()
    assert codes[0].begins == now
    assert codes[-1].ends >= now + timedelta(hours=24)
    for before, after in pairwise(codes):
        assert before.begins < after.begins < before.ends
    readings = [read(code.text) for code in codes]
    assert len({reading.cti for reading in readings}) == len(codes)
    for code, reading in zip(codes, readings, strict=True):
        assert (reading.kind, reading.iat, reading.exp) == ("strip", code.begins.timestamp(), code.ends.timestamp())
        assert reading.list == indexes.day_list(code.begins)
        assert holders.people_at(reading.list, [reading.members[0][0]]) == {reading.members[0][0]: one}


def test_colour_at_issue_and_family(people: dict[str, Person], django_capture_on_commit_callbacks: Any) -> None:
    """A contact's strip says yellow; the family's code names everybody in the order given."""
    with django_capture_on_commit_callbacks(execute=True):
        health.record_event(people["P2"].pk, "close_contact", "2020-05-01T10:00", by=BY)
    order = [people["P2"].pk, people["P1"].pk]
    day = issuing.strips_for(order, hours=4)
    family = read(day.family[0].text)
    assert [colour for _, colour in family.members] == [2, 0]
    places = holders.places_of(order, family.list or 0)
    assert [idx for idx, _ in family.members] == [places[person] for person in order]
    assert read(day.strips[order[0]][0].text).members == (family.members[0],)


def test_large_households(tree: Any) -> None:
    """Seven people need two codes, of four and three; nobody is left out or alone."""
    people = [person.pk for person in house(tree["X1"], [f"Q{n}" for n in range(13)]).values()]
    day = issuing.strips_for(people, hours=4)
    assert [len(code.people) for code in day.family] == [4, 4, 5]
    assert [person for code in day.family for person in code.people] == people


def test_codes_stay_small(tree: Any) -> None:
    """A strip has 122 bytes at most, a card 127, a family of four 145: QR version 8, 8 and 9 at level M."""
    people = [person.pk for person in house(tree["X1"], [f"Q{n}" for n in range(4)]).values()]
    day = issuing.strips_for(people)
    card = issuing.issue_card(people[0], issuing.card_name("*伟", 1919), by=BY)

    def longest(codes: Iterable[str]) -> int:
        return max(len(base45.decode(text.removeprefix(strips.PREFIX))) for text in codes)

    assert longest(code.text for codes in day.strips.values() for code in codes) <= 122
    assert longest([card.text]) <= 127
    assert longest(code.text for code in day.family) <= 145
    assert segno.make(day.strips[people[0]][0].text, error="m", boost_error=False).designator == "8-M"
    assert segno.make(card.text, error="m", boost_error=False).designator == "8-M"
    assert segno.make(day.family[0].text, error="m", boost_error=False).designator in ("8-M", "9-M")


def test_numbers_are_dense_and_kept(people: dict[str, Person]) -> None:
    """Numbers have no gaps, stay with their people, and are given in one statement."""
    ids = {name: person.pk for name, person in people.items()}
    assert holders.numbers_of([ids["P2"]]) == {ids["P2"]: 0}
    found = holders.numbers_of(ids.values())
    assert sorted(found.values()) == [0, 1, 2]
    assert found[ids["P2"]] == 0
    assert holders.numbers_of(ids.values()) == found
    assert CodeHolder.objects.count() == 3


def test_cards(people: dict[str, Person]) -> None:
    """Two cards of one person stand at two places; revoking one leaves the other, once, and is in the journal."""
    one = people["P1"].pk
    first = issuing.issue_card(one, "*一 60", by=BY)
    second = issuing.issue_card(one, "*一 60", by=BY)
    readings = [read(card.text) for card in (first, second)]
    assert readings[0].members != readings[1].members
    assert readings[0].masked_name == "*一 60"
    assert readings[0].exp - readings[0].iat == 90 * 86400
    for card, reading in zip((first, second), readings, strict=True):
        assert reading.list == card.list_number == 1_024_245
        assert holders.people_at(card.list_number, [reading.members[0][0]]) == {reading.members[0][0]: one}
    issuing.revoke_card(first.pk, "lost at the market", by=BY)
    assert list(issuing.cards_of([one])) == [second]
    with pytest.raises(Refusal, match="revoked"):
        issuing.revoke_card(first.pk, "again", by=BY)
    with pytest.raises(Refusal, match="no such card"):
        issuing.revoke_card(0, "", by=BY)
    assert Card.objects.get(pk=first.pk).revoked_why == "lost at the market"
    assert [entry.deed for entry in Entry.objects.order_by("seq")] == ["codes.issue_cards"] * 2 + ["codes.revoke_card"]


def test_card_names() -> None:
    """The masked name is cut to what a card holds; the year of birth has two digits, and may be unknown."""
    assert issuing.card_name("张*", 1919) == "张* 19"
    assert issuing.card_name("张*", 2005) == "张* 05"
    assert issuing.card_name("张*", None) == "张*"
    assert len(issuing.card_name("J" + "*" * 80, 1950).encode()) <= strips.LONGEST_NAME_BYTES
