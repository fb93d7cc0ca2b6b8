"""`shouwang code`: the answer in words and as JSON, and who nobody knows."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from shouwang.health import actions
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents.models import Person
from shouwang.site.commands.code import command


def answer(*arguments: str) -> dict[str, object]:
    """What the command prints as JSON."""
    result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    found: dict[str, object] = json.loads(result.output)
    return found


def test_a_colour_with_its_reasons(people: dict[str, Person]) -> None:
    """Colour, rule, evidence, since, until, next step and policy version, with sentences in both languages."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=Actor.operator(), ref="c1")
    told = answer("P1", "--at", "2020-03-05T12:00")
    assert told["colour"] == "yellow"
    assert told["rule"] == "contact"
    assert told["since"] == "2020-03-01T10:00:00+08:00"
    assert told["until"] == "2020-03-15T10:00:00+08:00"
    assert told["policy_version"] == "wuhan-2020/colour-2020-02-24"
    assert [one["event"] for one in told["evidence"]] == ["c1"]  # type: ignore[union-attr,attr-defined]
    for sentences in (told["reason"], told["next_step"]):
        assert set(sentences) == {"zh", "en"}  # type: ignore[arg-type,call-overload]
        assert all(sentences.values())  # type: ignore[union-attr,attr-defined]


def test_before_and_without_evidence_it_is_green(people: dict[str, Person]) -> None:
    """What happened later is not seen; somebody about whom nothing is recorded is green, by no rule."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-03-01T10:00", by=Actor.operator())
    for arguments in (("P1", "--at", "2020-02-28"), ("P2",)):
        told = answer(*arguments)
        assert (told["colour"], told["rule"], told["evidence"], told["since"]) == ("green", "none", [], None)


@pytest.mark.parametrize(
    ("arguments", "code"), [(["nobody"], "codes.unknown_person"), (["P1", "--at", "2020-02-30"], "codes.bad_time")]
)
def test_refused_in_words(people: dict[str, Person], arguments: list[str], code: str) -> None:
    """An unknown person and an impossible time are refused with a sentence (the command line exits 1)."""
    with pytest.raises(Refusal) as refused:
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert refused.value.code == code
    assert refused.value.words("zh")


def test_in_words_for_people(people: dict[str, Person]) -> None:
    """Without --json a table that a person reads, colour first."""
    result = CliRunner().invoke(command, ["P1"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "绿码 green" in result.output
