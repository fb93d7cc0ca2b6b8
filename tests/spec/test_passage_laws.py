"""What holds of every decision at a gate, whoever comes and whatever the row says."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from passage_cases import Given
from passage_fuzz import IDS, NOW, earlier, permit, question

from shouwang.gates.passage import Banner, Colour
from shouwang.gates.policy import Verdict
from shouwang.gates.sentences import say

chances = st.randoms(use_true_random=False)
many = settings(max_examples=300, deadline=None)

BETTER = (0, 3, 2, 1)
"""Statuses from the best to the worst."""


def with_traveller(asked: Given, **changes: Any) -> Given:
    """The same question about a traveller who differs in something."""
    return replace(asked, traveller={**copy.deepcopy(asked.traveller), **changes})


@many
@given(chances)
def test_every_question_has_an_answer_and_always_the_same(chance: random.Random) -> None:
    """Never an exception; twice the same; whole sentences."""
    asked = question(chance)
    passage = asked.decided()
    assert passage == asked.decided()
    assert passage.final == (not passage.needs)
    for language in ("zh", "en"):
        assert "{" not in "".join((said := say(passage, language)).person + said.guard + said.next)


@many
@given(chances)
def test_a_check_never_carries_a_colour(chance: random.Random) -> None:
    """The gate that cannot know shows no colour, least of all red; a pass is never red or yellow."""
    passage = question(chance).decided()
    if passage.verdict is Verdict.CHECK:
        assert passage.colour is None
    if passage.verdict is Verdict.PASS:
        assert passage.colour not in {Colour.RED, Colour.YELLOW}


@many
@given(chances, st.integers(0, 3), st.integers(0, 3))
def test_a_better_colour_never_gives_a_worse_verdict(chance: random.Random, one: int, other: int) -> None:
    """Of any one person: green, no colour, yellow, red, in this order. A permission does not lift a card's "no colour",
    which may mean that it was revoked."""
    asked = question(chance)
    assert asked.policy is not None
    asked.policy["exceptions"] = []
    people = asked.traveller["people"]
    if not people:
        return
    place = chance.randrange(len(people))

    def coloured(number: int) -> Verdict:
        changed = copy.deepcopy(people)
        changed[place].update(claim=number, status=number)
        return with_traveller(asked, people=changed).decided().verdict

    better, worse = BETTER[min(one, other)], BETTER[max(one, other)]
    assert coloured(better).gravity <= coloured(worse).gravity


@many
@given(chances, st.integers(1, 30_000))
def test_older_data_never_turns_check_into_pass(chance: random.Random, by: int) -> None:
    """Unless the data was dated ahead of the clock, which is no age at all."""
    asked = question(chance)
    now = asked.at + (asked.gate["clock_offset_ms"] or 0) // 1000
    moments = [asked.traveller["status_at"], asked.gate["feed_at"]]
    if any(moment is not None and moment > now for moment in moments):
        return
    status, feed = (None if moment is None else moment - by for moment in moments)
    older = replace(with_traveller(asked, status_at=status), gate={**asked.gate, "feed_at": feed})
    if asked.decided().verdict is Verdict.CHECK:
        assert older.decided().verdict is not Verdict.PASS


@many
@given(chances)
def test_taking_a_permit_away_never_helps(chance: random.Random) -> None:
    """Whatever permit it is."""
    asked = question(chance)
    assert asked.policy is not None
    permits = asked.policy["permits"]
    for place in range(len(permits)):
        fewer = replace(asked, policy={**asked.policy, "permits": permits[:place] + permits[place + 1 :]})
        assert fewer.decided().verdict.gravity >= asked.decided().verdict.gravity


@many
@given(chances)
def test_an_entry_in_the_normal_stage_depends_on_musts_code_and_confinement_alone(chance: random.Random) -> None:
    """Permits, earlier passages, plates, purposes and dwellings change nothing about coming in, unless two offices
    have permitted it to that very person."""
    asked = replace(question(chance, stage="normal_control"), direction="in")
    assert asked.policy is not None
    asked.policy["permits"] = []
    asked.policy["exceptions"] = []
    plain = asked.decided()
    other = with_traveller(
        asked,
        earlier=[earlier(chance, NOW) for _ in range(3)],
        plate=chance.choice((None, "A1")),
        phone_hash=chance.choice((None, "h1")),
        purpose=chance.choice(("", "x")),
        courier=chance.random() < 0.5,
        host_dwelling=chance.choice(("", "3-1-502")),
        people=[{**one, "dwelling": "9-9-999", "row": None, "idx": 7} for one in asked.traveller["people"]],
    )
    permits = [{**permit(chance, NOW, name), "confined": False} for name in IDS]
    assert other.policy is not None
    assert replace(other, policy={**other.policy, "permits": permits}).decided() == plain


@many
@given(chances)
def test_a_must_that_is_done_never_makes_it_worse(chance: random.Random) -> None:
    """Name confirmed, mask on, a normal temperature: the verdict stays or improves, and no more is left to do."""
    asked = question(chance)
    now = asked.at + (asked.gate["clock_offset_ms"] or 0) // 1000
    before = asked.decided()
    normal = {"tenths": 365, "at": now, "position": 0}
    for change in (
        {"identity": True},
        {"mask": True},
        {"temperatures": [*asked.traveller["temperatures"], normal]},
    ):
        after = with_traveller(asked, **change).decided()
        assert after.verdict.gravity <= before.verdict.gravity
        if after.verdict is before.verdict and after.reason is before.reason:
            assert set(after.needs) <= set(before.needs)


@many
@given(chances)
def test_a_pass_means_that_nothing_was_against_it(chance: random.Random) -> None:
    """A pass has a code that was read and held, or none yet and then it is left to be shown."""
    asked = question(chance)
    passage = asked.decided()
    if passage.verdict is Verdict.PASS and asked.traveller["reading"] is not None:
        assert asked.traveller["reading"]["state"] == "ok"
        assert asked.gate["ready"]
        assert asked.gate["clock_offset_ms"] is not None
    if Banner.FEED_STALE in passage.banner and passage.verdict is Verdict.PASS:
        reading = asked.traveller["reading"]
        now = asked.at + asked.gate["clock_offset_ms"] // 1000
        assert now - reading["issued"] < 3600


def test_the_rows_of_random_questions_read_back_as_they_were_written() -> None:
    """What is signed is what is obeyed."""
    from shouwang.gates.policy import PassagePolicy

    for seed in range(200):
        row = question(random.Random(seed)).policy
        assert row is not None
        assert msgspec.to_builtins(PassagePolicy.from_json(row)) == PassagePolicy.from_json(row).to_json()
