"""The contract of the gate: every case of specs/passage, decided by the server."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from passage_cases import expected, files, given

from shouwang.command.policy import Stage
from shouwang.gates.passage import Banner, Need, Reason
from shouwang.gates.policy import Access, ExitKind, PermitKind, Verdict
from shouwang.gates.rules import NEXT, decide_passage
from shouwang.gates.sentences import say, sentences
from shouwang.gates.traveller import Kind, tenths

CASES = [pytest.param(file, case, id=f"{name}:{case['id']}") for name, file in files() for case in file["cases"]]


@pytest.mark.parametrize(("file", "case"), CASES)
def test_a_case_is_decided_as_it_is_written(file: dict[str, Any], case: dict[str, Any]) -> None:
    """Verdict, reason, and whatever else the case names; the sentences are whole in both languages."""
    asked = given(file, case)
    passage = asked.decided()
    answer = json.loads(msgspec.json.encode(passage))
    wanted = expected(case, asked.at)
    assert {key: answer[key] for key in wanted} == wanted
    for language, end in (("zh", "。"), ("en", ".")):
        said = say(passage, language)
        for sentence in (said.person, said.guard, said.next, *said.banner):
            assert sentence.endswith(end)
            assert "{" not in sentence


def test_every_reason_banner_and_need_has_a_case() -> None:
    """What the gate can say is shown at least once, and there are at least 150 cases."""
    answers = [given(case.values[0], case.values[1]).decided() for case in CASES]  # type: ignore[arg-type]
    assert {answer.reason for answer in answers} == set(Reason)
    assert {answer.verdict for answer in answers} == set(Verdict)
    assert {each for answer in answers for each in answer.banner} == set(Banner)
    assert {each for answer in answers for each in answer.needs} == set(Need)
    assert len(CASES) >= 150


BOTH_WAYS = frozenset(Reason) - {
    Reason.CONFINED,
    Reason.DUTY_ONLY,
    Reason.HAND_OVER,
    Reason.HOST_BARRED,
    Reason.HOST_CONFINED,
    Reason.HOUSEHOLD_OUT,
    Reason.HOUSEHOLD_QUOTA,
    Reason.NO_DELIVERIES,
    Reason.NO_VEHICLES,
    Reason.NO_VISITORS,
    Reason.PURPOSE_NEEDED,
    Reason.RED,
    Reason.TOO_MANY,
}
"""What may be said in either direction: all but what is asked only of those who come in, or who go out."""


def test_every_direction_stage_kind_and_access_has_a_case() -> None:
    """Directions of each reason, stages both ways, kinds of travellers and permits, every answer to who may enter."""
    asked = [given(case.values[0], case.values[1]) for case in CASES]  # type: ignore[arg-type]
    rows = [one.policy or {} for one in asked]
    reasons = {(one.decided().reason, one.direction) for one in asked}
    assert {(reason, way) for reason in BOTH_WAYS for way in ("in", "out")} <= reasons
    assert {(row["stage"], one.direction) for row, one in zip(rows, asked, strict=True)} == {
        (stage, way) for stage in Stage for way in ("in", "out")
    }
    assert {(one.traveller["kind"], one.direction) for one in asked} == {
        (kind, way) for kind in Kind for way in ("in", "out")
    }
    assert {permit["kind"] for row in rows for permit in row["permits"]} == set(PermitKind)
    assert {row["exit"]["kind"] for row, one in zip(rows, asked, strict=True) if one.direction == "out"} == set(
        ExitKind
    )
    for kind, goods in (("visitors", False), ("vehicles", False), ("deliveries", True), ("couriers", True)):
        assert {row["enter"][kind] for row in rows} == set(Access) - (set() if goods else {Access.GATE})


def test_no_two_cases_of_a_file_share_a_name() -> None:
    """A failing case is found by its name."""
    for name, file in files():
        names = [case["id"] for case in file["cases"]]
        assert len(names) == len(set(names)), name


def test_every_code_has_its_sentences_and_no_sentence_is_kept_for_nothing() -> None:
    """Reasons, next steps, banners and musts are in `sentences.json`, in both languages, and nothing else is."""
    words = sentences()
    assert set(words["reasons"]) == {reason.value for reason in Reason}
    assert set(NEXT) == set(Reason)
    assert set(words["next"]) == set(NEXT.values())
    assert set(words["banner"]) == {banner.value for banner in Banner}
    assert set(words["needs"]) == {need.value for need in Need}
    assert set(words["verdicts"]) == {verdict.value for verdict in Verdict}


def test_a_check_never_speaks_of_red() -> None:
    """Who cannot be judged is not called red: not in words either."""
    words = sentences()
    for _, case in [(name, case) for name, file in files() for case in file["cases"]]:
        if case["gives"]["verdict"] == "check":
            reason = words["reasons"][case["gives"]["reason"]]
            for reader in ("person", "guard"):
                assert "红" not in reason[reader]["zh"]
                assert "red" not in reason[reader]["en"].lower().split()


def test_without_a_row_the_gate_is_not_ready() -> None:
    """A phone that lost its row says so, and gives no colour."""
    file, case = CASES[0].values
    asked = given(file, case)  # type: ignore[arg-type]
    from shouwang.gates.policy import Direction
    from shouwang.gates.traveller import Gate, Traveller

    traveller, gate = msgspec.convert(asked.traveller, Traveller), msgspec.convert(asked.gate, Gate)
    passage = decide_passage(None, traveller, gate, Direction.IN, asked.at)
    assert (passage.verdict, passage.reason, passage.colour) == (Verdict.CHECK, Reason.NOT_READY, None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("36.5", 365),
        ("37", 370),
        ("37.3", 373),
        ("3.5", None),
        ("36.55", None),
        ("abc", None),
        ("", None),
        ("36,5", None),
    ],
)
def test_temperatures_are_read_in_tenths(written: str, read: int | None) -> None:
    """No fraction is ever rounded: what is not written in tenths is not read."""
    assert tenths(written) == read
