"""A policy file that is wrong is told with file, line, field and what is expected there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shouwang.bulletins.policy import RankFormula, risk_from_policy
from shouwang.codes.policy import ColourPolicy
from shouwang.health.policy import HealthPolicy
from shouwang.policybook import queries
from shouwang.policybook.faults import Fault
from shouwang.refusal import Refusal

TYPED = {
    "colour": ColourPolicy.from_policy,
    "health": HealthPolicy.from_policy,
    "risk": risk_from_policy,
    "ranking": RankFormula.from_policy,
}

GOOD = (queries.SHIPPED / "wuhan-2020" / "colour-2020-04-01.yaml").read_text(encoding="utf-8")
NAME = "colour-2020-04-01.yaml"


def faults(tmp_path: Path, text: str, name: str = NAME, pack: str = "wuhan-2020") -> list[Fault]:
    """The faults of one file in a directory of its own."""
    (tmp_path / pack).mkdir(exist_ok=True)
    (tmp_path / pack / name).write_text(text, encoding="utf-8")
    return queries.check_directories([tmp_path], TYPED)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_shipped_packs_are_sound_for_every_room() -> None:
    """No fault in schema, dates, marks, wording or order of colours."""
    assert [fault.words("en") for fault in queries.check(typed=TYPED)] == []


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    """The cases below are wrong for the one thing they change."""
    assert faults(tmp_path, GOOD) == []


def test_a_folder_may_be_one_pack_and_an_empty_one_is_no_pack(tmp_path: Path) -> None:
    """A fault is found whether the pack or the folder around it is named; where nothing lies, that is said."""
    [empty] = queries.check_directories([tmp_path], TYPED)
    assert "policy files" in empty.words("en")
    assert faults(tmp_path, GOOD.replace("days: 28", "days: many"))
    assert queries.check_directories([tmp_path / "wuhan-2020"], TYPED)


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ("in_force_from: 2020-04-01", "in_force_from: 2020-02-30", "in_force_from", "a day that exists"),
        ("in_force_until: 2021-07-31", "in_force_until: soon", "in_force_until", "a day that exists"),
        ("in_force_until: 2021-07-31", "in_force_until: 2020-03-31", "in_force_until", "a day on or after 2020-04-01"),
        ("in_force_from: 2020-04-01", "in_force_from: 2020-04-02", "in_force_from", "the file's own name"),
        ("topic: colour", "topic: color", "topic", "one of alarm, certification, certified-ranking, colour, "),
        ('areas: ["42"]', "areas: [42]", "areas.0", "text"),
        ('areas: ["42"]', "areas: []", "areas", "a list of at least 1"),
        ("              days: 28", "              days: many", "body.rules.confirmed.after.0.steps.0.days", "a number"),
        ("              days: 28", "              days: -1", "body.rules.confirmed.after.0.steps.0.days", "above 0"),
        (
            "              days: 28",
            "              dyas: 28",
            "body.rules.confirmed.after.0.steps.0.dyas",
            "a known field",
        ),
        ("      for_days: 7", "      for_days: yes", "body.rules.fever_elsewhere.for_days", "a number"),
        (
            "      colour: grey\n      for_days",
            "      colour: blue\n      for_days",
            "body.rules.fever_elsewhere.colour",
            "one of red, yellow, grey",
        ),
        (
            '      place: {not_in: "4201"}',
            "      place: {}",
            "body.rules.fever_elsewhere.place",
            "either `in` or `not_in`",
        ),
        (
            "  - field: body.rules.suspected.ended_by",
            "  - field: body.rules.suspect.ended_by",
            "assumed.2.field",
            "the path of a field of this file",
        ),
    ],
    ids=lambda value: str(value)[:40].strip(),
)
def test_a_wrong_value_is_told_with_line_and_field(
    tmp_path: Path, old: str, new: str, field: str, expected: str
) -> None:
    """The fault stands at the line that was changed and says in both languages what belongs there."""
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = [fault for fault in faults(tmp_path, text) if fault.field == field]
    assert len(found) == 1, faults(tmp_path, text)
    assert found[0].file == f"wuhan-2020/{NAME}"
    changed = next(
        number for number, (a, b) in enumerate(zip(GOOD.splitlines(), text.splitlines(), strict=True), 1) if a != b
    )
    assert found[0].line == changed
    assert expected in found[0].words("en")
    assert "应为" in found[0].words("zh")


def test_a_missing_field_is_named_at_what_should_hold_it(tmp_path: Path) -> None:
    """Without `why` the file is told to need it."""
    text = GOOD.replace("why:\n  zh: 离鄂", "why_not:\n  zh: 离鄂", 1)
    told = {fault.field: fault for fault in faults(tmp_path, text)}
    assert set(told) == {"why", "why_not"}
    assert told["why_not"].line == line_of(text, "why_not:")


def test_an_unknown_field_is_a_fault(tmp_path: Path) -> None:
    """A slip of spelling must not pass as a rule that silently does nothing."""
    found = faults(tmp_path, GOOD + "note: hello\n")
    assert [(fault.field, fault.line) for fault in found] == [("note", len(GOOD.splitlines()) + 1)]


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ("{until}会自动转为绿码", "{unitl}会自动转为绿码", "body.rules.confirmed", "placeholders"),
        ("您已于{ended}治愈", "您已于{then}治愈", "body.rules.confirmed", "placeholders"),
        ("    - id: asymptomatic", "    - id: confirmed", "body.rules", "different ids"),
        (
            "      ended_by: [discharged, recovered]",
            "      ended_by: [discharged]",
            "body.rules.confirmed.after",
            "endings that stand in ended_by",
        ),
    ],
    ids=["placeholder-in-next", "placeholder-in-reason", "same-id", "after-not-ended"],
)
def test_what_only_the_room_can_see_is_a_fault_too(
    tmp_path: Path, old: str, new: str, field: str, expected: str
) -> None:
    """Wording that cannot be filled, rules of one name, and phases after an ending that is not listened to."""
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1))
    assert [fault.field for fault in found] == [field]
    assert expected in found[0].words("en")


def test_steps_that_grow_worse_are_a_fault(tmp_path: Path) -> None:
    """An ending never leads to a worse colour by itself."""
    shipped = queries.SHIPPED / "generic" / "colour-always.yaml"
    text = shipped.read_text(encoding="utf-8").replace("      colour: red", "      colour: grey", 1)
    found = faults(tmp_path, text, "colour-always.yaml", "generic")
    assert [fault.field for fault in found] == ["body.rules.case.after"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("pack: x\n  topic: [", 2),
        ("pack: 'open\n", 2),
        ("pack: x\npack: y\n", 2),
        ("a: &x [*x]\n", 1),
        ("", 1),
        ("- a\n- b\n", 1),
        ("just words", 1),
        ("a: !!python/object:os.system x\n", 1),
    ],
    ids=["indent", "quote", "repeated", "loop", "empty", "list", "words", "tag"],
)
def test_what_is_no_policy_at_all_is_a_fault_with_a_line(tmp_path: Path, text: str, line: int) -> None:
    """Broken YAML, a field written twice, or something else altogether."""
    found = faults(tmp_path, text)
    assert found
    assert min(fault.line for fault in found) == line


def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    """GBK from an office computer is named as such, not a crash."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "colour-always.yaml").write_bytes("pack: 武汉".encode("gbk"))
    assert [fault.expected.en for fault in queries.check_directories([tmp_path])] == ["text in UTF-8"]


@pytest.mark.parametrize(
    ("ends", "begins", "expected"),
    [
        ("2020-04-30", "2020-05-02", "2020-05-01"),
        ("2020-04-30", "2020-04-30", "2020-05-01"),
        ("null", "2020-05-01", "an end for"),
    ],
    ids=["gap", "overlap", "open-end"],
)
def test_gaps_and_overlaps_in_time_are_faults(tmp_path: Path, ends: str, begins: str, expected: str) -> None:
    """Inside one pack, topic and area every day has exactly one policy."""
    first = GOOD.replace("in_force_until: 2021-07-31", f"in_force_until: {ends}")
    second = GOOD.replace("2020-04-01", begins)
    assert faults(tmp_path, first) == []
    found = faults(tmp_path, second, f"colour-{begins}.yaml")
    assert [fault.field for fault in found] == ["in_force_from"]
    assert expected in found[0].words("en")


def test_a_faulty_book_decides_nothing(tmp_path: Path) -> None:
    """Half a book is refused as a whole, with the first fault and what to do."""
    faults(tmp_path, GOOD.replace("topic: colour", "topic: color"))
    with pytest.raises(Refusal) as refused:
        queries.in_force("colour", date(2020, 4, 1), "4201", directories=[tmp_path])
    assert refused.value.code == "policybook.faulty"
    assert "topic" in refused.value.words("en")
    assert "policy check" in refused.value.next_step("zh")
