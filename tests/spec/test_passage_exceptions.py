"""What a permission of two offices lifts at a gate, and what it never does; and that nothing is counted twice."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passage_cases import Given
from passage_fuzz import NOW, earlier, exception, question

from shouwang.gates.passage import Banner, Colour, Passage
from shouwang.gates.policy import Exemption, PassagePolicy, Verdict
from shouwang.gates.sentences import say
from shouwang.policybook.policy import PolicyFault

chances = st.randoms(use_true_random=False)
many = settings(max_examples=300, deadline=None)


def with_row(asked: Given, **changes: Any) -> Given:
    """The same question under a row that differs in something."""
    assert asked.policy is not None
    return replace(asked, policy={**copy.deepcopy(asked.policy), **changes})


def excepted(chance: random.Random) -> tuple[Given, Passage]:
    """A question in which everybody shown has a permission that holds, and its answer."""
    asked = question(chance)
    now = asked.at + (asked.gate["clock_offset_ms"] or 0) // 1000
    asked.traveller["list"] = 18_312
    mine = [
        {"valid_from": now - 3600, "valid_until": now + chance.choice((1, 7200)), "list": 18_312, "idx": one["idx"]}
        for one in asked.traveller["people"]
        if one["idx"] is not None
    ]
    asked = with_row(asked, exceptions=mine)
    return asked, asked.decided()


@many
@given(chances)
def test_a_permission_never_makes_it_worse(chance: random.Random) -> None:
    """With it the verdict is the same or better."""
    asked, passage = excepted(chance)
    assert passage.verdict.gravity <= with_row(asked, exceptions=[]).decided().verdict.gravity


@many
@given(chances)
def test_what_passes_by_permission_would_pass_green_through_an_open_gate(chance: random.Random) -> None:
    """It lifts what colour and row forbid, and nothing else: no fever, no bad code, nothing the gate cannot know."""
    asked, passage = excepted(chance)
    if passage.exception_until is None or passage.verdict is not Verdict.PASS:
        return
    assert asked.policy is not None
    green = [{**one, "claim": 0, "status": 0, "household": 77, "row": 77} for one in asked.traveller["people"]]
    open_row = {
        "stage": "normal_control",
        "hours": [],
        "barred_dwellings": [],
        "confined_households": [],
        "enter": dict.fromkeys(("visitors", "vehicles", "deliveries", "couriers"), "yes"),
        "exit": {"kind": "free"},
        "exceptions": [],
        "not_measured": "check",
    }
    plain = replace(with_row(asked, **open_row), traveller={**asked.traveller, "people": green})
    assert plain.decided().verdict is Verdict.PASS


@many
@given(chances)
def test_it_is_said_until_when_and_no_colour_is_shown(chance: random.Random) -> None:
    """Whoever passes by permission passes by nothing else that is shown: banner and time, never red or yellow."""
    _, passage = excepted(chance)
    assert (passage.exception_until is not None) == (Banner.EXCEPTION in passage.banner)
    if passage.exception_until is not None:
        assert passage.colour in {None, Colour.GREEN} or passage.verdict is not Verdict.PASS
        for language, word in (("zh", "两个单位"), ("en", "two offices")):
            assert any(word in line and "{" not in line for line in say(passage, language).banner)


@many
@given(chances)
def test_somebody_elses_permission_changes_nothing(chance: random.Random) -> None:
    """Another place, another list, another line, or other hours."""
    asked = with_row(question(chance), exceptions=[])
    now = asked.at + (asked.gate["clock_offset_ms"] or 0) // 1000
    asked.traveller["list"] = chance.choice((18_312, 18_313))
    hours = {"valid_from": now - 60, "valid_until": now + 60}
    others = [
        {**hours, "list": 18_312, "idx": 9},
        {**hours, "list": 18_314, "idx": 1},
        {**hours, "row": 99},
        {"valid_from": now + 1, "valid_until": now + 60, "row": 11},
        {"valid_from": now - 60, "valid_until": now, "list": asked.traveller["list"], "idx": 1},
    ]
    assert with_row(asked, exceptions=others).decided() == asked.decided()


@many
@given(chances)
def test_what_row_and_phone_both_know_counts_once(chance: random.Random) -> None:
    """Telling the phone again, by the row, what it remembers changes nothing; who knows it does not matter either."""
    asked = with_row(question(chance), earlier=[])
    own = [{**earlier(chance, NOW), "id": name} for name in ("a", "b", "c")[: chance.randrange(4)]]
    here = replace(asked, traveller={**asked.traveller, "earlier": own})
    told = [one for one in own if chance.random() < 0.5]
    assert with_row(here, earlier=told).decided() == here.decided()
    elsewhere = replace(with_row(asked, earlier=own), traveller={**asked.traveller, "earlier": []})
    assert elsewhere.decided() == here.decided()


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_from": 0, "valid_until": 259_201, "row": 1},
        {"valid_from": 5, "valid_until": 5, "row": 1},
        {"valid_from": 0, "valid_until": 9},
        {"valid_from": 0, "valid_until": 9, "idx": 1},
        {"valid_from": 0, "valid_until": 9, "list": 1},
        {"valid_from": 0, "valid_until": 9, "row": 1, "reason": "dying"},
    ],
)
def test_a_row_with_an_unsound_permission_is_not_obeyed(wrong: dict[str, Any]) -> None:
    """Nobody's, longer than 72 hours, half a place, or one that says what for: it cannot be read."""
    row = question(random.Random(1), stage="normal_control").policy
    assert row is not None
    with pytest.raises(PolicyFault):
        PassagePolicy.from_json({**row, "exceptions": [wrong]})


def test_a_row_of_before_is_read_as_one_without_permissions() -> None:
    """A phone that has not fetched the row since an update still decides."""
    row = question(random.Random(1)).policy
    assert row is not None
    for key in ("exceptions", "earlier", "not_measured"):
        del row[key]
    read = PassagePolicy.from_json(row)
    assert (read.exceptions, read.earlier, read.not_measured) == ((), (), Verdict.CHECK)


def test_random_permissions_are_sound() -> None:
    """What the random questions are made of can be signed."""
    for seed in range(200):
        Exemption(**exception(random.Random(seed), NOW))
