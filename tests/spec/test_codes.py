"""The manual of the health code: every case of specs/codes, decided by the engine."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shouwang.codes.policy import ColourPolicy
from shouwang.codes.rules import decide_colour
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import Event, evidence_of
from shouwang.policybook import queries

CASES = Path(__file__).parents[2] / "specs" / "codes"


def event_of(entry: dict[str, Any]) -> Event:
    """An event as the spec files write it."""
    value = Decimal(entry["value"]) if "value" in entry else None
    return Event(
        entry["ref"],
        entry["kind"],
        datetime.fromisoformat(entry["time"]),
        entry.get("ends"),
        source=entry.get("source", ""),
        place=entry.get("place", ""),
        value=value,
    )


def moments() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        for history in spec["histories"]:
            for moment in history["moments"]:
                name = f"{path.stem}:{history['id']}@{moment['at'][:16]}"
                found.append(pytest.param(spec, history, moment, id=name))
    return found


@pytest.mark.parametrize(("spec", "history", "moment"), moments())
def test_a_history_has_this_colour_at_this_moment(
    spec: dict[str, Any], history: dict[str, Any], moment: dict[str, Any]
) -> None:
    """Colour, rule and end are those written in the file, and both languages give whole sentences."""
    policy = ColourPolicy.from_policy(queries.find(spec["policy"]))
    health = HealthPolicy.from_policy(queries.find(spec["health"]))
    evidence = evidence_of([event_of(entry) for entry in history["events"]], health)
    decision = decide_colour(policy, evidence, datetime.fromisoformat(moment["at"]))
    until = datetime.fromisoformat(moment["until"]) if moment["until"] else None
    assert (str(decision.colour), decision.rule, decision.until) == (moment["colour"], moment["rule"], until)
    assert decision.policy_version == spec["policy"]
    for language, ends in (("zh", "。"), ("en", ".")):
        for sentence in (decision.reason(language), decision.next_step(language)):
            assert sentence.endswith(ends)
            assert "{" not in sentence


def test_there_are_cases_enough_for_every_colour_policy_shipped() -> None:
    """No colour policy is shipped without cases, and there are at least 150 in all."""
    told = {json.loads(path.read_text(encoding="utf-8"))["policy"] for path in CASES.glob("*.json")}
    assert told == {policy.version for policy in queries.policies() if policy.topic == "colour"}
    assert len(moments()) >= 150


def test_no_two_histories_of_a_file_share_a_name() -> None:
    """A failing case is found by its name."""
    for path in CASES.glob("*.json"):
        names = [history["id"] for history in json.loads(path.read_text(encoding="utf-8"))["histories"]]
        assert len(names) == len(set(names)), path.name
