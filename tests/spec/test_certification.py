"""The manual of certification: every case of specs/certification, for the program and for its slow twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from certification_twin import Twin

from shouwang.certification.facts import Case, Facts, Finding, StepTaken, Unit, last_moment
from shouwang.certification.policy import CertificationPolicy
from shouwang.certification.rules import course, explain, reason, standard_one, state_on
from shouwang.certification.sentences import REASONS
from shouwang.policybook import queries

CASES = Path(__file__).parents[2] / "specs" / "certification"
AREA = {"wuhan-2020": "4201/", "shanghai-2022": "31/", "jiangxia-2022": "420115/", "generic": "9/"}


def load(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CASES / name).read_text(encoding="utf-8"))["cases"]
    return found


def by_id(name: str) -> Any:
    return pytest.mark.parametrize("case", load(name), ids=lambda case: case["id"])


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def a_case(told: dict[str, Any], number: dict[str, int]) -> Case:
    chain = tuple(number[name] for name in told.get("chain", ()))
    return Case(told["ref"], told["kind"], moment(told["at"]), chain, moment(told.get("until")), told.get("own", False))  # type: ignore[arg-type]


def a_finding(told: dict[str, Any], number: dict[str, int]) -> Finding:
    chain = tuple(number[name] for name in told.get("chain", ()))
    return Finding(
        told["ref"], told["kind"], moment(told["since"]), moment(told["until"]), chain, told.get("own", False)
    )  # type: ignore[arg-type]


@by_id("standard.json")
def test_standard_one(case: dict[str, Any]) -> None:
    """Met or not, what stands against it, the first day without known cases, and a sentence in both languages."""
    policy = CertificationPolicy.from_policy(queries.find(case["policy"]))
    one = standard_one(
        policy,
        date.fromisoformat(case["day"]),
        [a_case(told, {}) for told in case["cases"]],
        [a_finding(told, {}) for told in case["findings"]],
        [date.fromisoformat(day) for day in case["tests"]],
        moment(case.get("at")),
    )
    wanted = case["expect"]
    earliest = one.earliest and one.earliest.isoformat()
    assert (one.met, [hit.code for hit in one.hits], earliest) == (wanted["met"], wanted["codes"], wanted["earliest"])
    assert explain(one, "zh").endswith("。")
    assert explain(one, "en").endswith(".")


@by_id("rounds.json")
def test_rounds(case: dict[str, Any]) -> None:
    """The first on 5 March 2020, then every three days; 4 April was the eleventh."""
    day = date.fromisoformat(case["day"])
    policy = CertificationPolicy.from_policy(queries.in_force("certification", day, "4201/"))
    assert (policy.round_number(day) if policy.is_round(day) else 0) == case["number"]
    assert policy.is_round(policy.next_round(day))
    assert 0 <= (policy.next_round(day) - day).days < max(policy.round_days, 4)


def family(case: dict[str, Any]) -> tuple[list[Unit], Facts, dict[str, int], Callable[[date], CertificationPolicy]]:
    number = {name: place for place, name in enumerate(case["units"], 1)}
    parents: dict[str, list[tuple[date, int | None]]] = {
        name: [(date.min, number.get(parent))] for name, (_level, parent) in case["units"].items()
    }
    for name, to, day in case.get("moves", ()):
        parents[name].append((date.fromisoformat(day), number[to]))
    units = [
        Unit(
            number[name],
            level,
            tuple(parents[name]),
            ends=date.fromisoformat(case["ends"][name]) if name in case.get("ends", {}) else None,
            kind=case.get("kinds", {}).get(name, ""),
        )
        for name, (level, _parent) in case["units"].items()
    ]
    steps = tuple(
        StepTaken(
            place, number[s["unit"]], s["step"], s["result"], datetime.fromisoformat(s["at"]), s.get("objection", 0)
        )
        for place, s in enumerate(case["steps"], 1)
    )
    facts = Facts(
        tuple(a_case(told, number) for told in case["cases"]),
        tuple(a_finding(told, number) for told in case["findings"]),
        steps,
        tuple((number[name], date.fromisoformat(day)) for name, day in case["tests"]),
    )

    def on(day: date) -> CertificationPolicy:
        packs = [case["pack"], "generic"]
        return CertificationPolicy.from_policy(queries.in_force("certification", day, AREA[case["pack"]], packs))

    known: dict[date, CertificationPolicy] = {}
    versions: dict[str, CertificationPolicy] = {}

    def policy_on(day: date) -> CertificationPolicy:
        if day not in known:
            policy = on(day)
            known[day] = versions.setdefault(policy.version, policy)
        return known[day]

    return units, facts, number, policy_on


@by_id("courses.json")
def test_course(case: dict[str, Any]) -> None:
    """Each unit named in the case stands as written when that day closes, by the program and by the twin."""
    units, facts, number, policy_on = family(case)
    last = max(date.fromisoformat(row[1]) for row in case["expect"])
    told = course(units, facts, policy_on, last_moment(last))
    slow = Twin(units, facts, policy_on).run(last_moment(last))
    for name, day_text, state, *named in case["expect"]:
        day = date.fromisoformat(day_text)
        now = state_on([change for change in told.changes if change.unit == number[name]], day)
        found = (str(now.state), now.named_day) if now else ("none", None)
        assert found[0] == state, (name, day_text)
        if named:
            assert found[1] == date.fromisoformat(named[0]), (name, day_text)
        assert slow[number[name], day] == found, (name, day_text)
    for change in told.changes:
        assert reason(change.reason, change.evidence, "zh").endswith("。")
        assert reason(change.reason, change.evidence, "en").endswith(".")
    for void in told.voids:
        assert void.reason in REASONS


def test_there_are_cases_enough() -> None:
    """Boundaries under every policy, and every way through the ladder."""
    assert len(load("standard.json")) + len(load("rounds.json")) + len(load("courses.json")) >= 150


def test_the_reason_names_events_days_and_people() -> None:
    """A case on D−14 still counts, so the first free day is the fifteenth after it."""
    policy = CertificationPolicy.from_policy(queries.find("wuhan-2020/certification-2020-03-09"))
    at = datetime.fromisoformat("2020-03-31T09:00+08:00")
    one = standard_one(
        policy,
        date(2020, 4, 10),
        [Case("E", "confirmed", at, ())],
        [Finding("F", "close_contact", at, None, ()), Finding("G", "close_contact", at, None, ())],
    )
    assert explain(one, "en") == (
        "Cannot be declared before 15 April 2020: confirmed case event E on 31 March 2020; 2 contacts unreleased."
    )
    assert explain(one, "zh") == ("2020年4月15日之前不能申报：2020年3月31日有确诊病例（E）；2 名密切接触者未解除。")
