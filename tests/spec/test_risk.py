"""The manual of risk levels: every case of specs/risk, and the published check of 4 April 2020."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shouwang.bulletins.policy import risk_from_policy
from shouwang.bulletins.rules import AreaFacts, Cluster, RiskProposal, find_clusters, propose_risk
from shouwang.policybook import queries

CASES = Path(__file__).parents[2] / "specs" / "risk"


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return found


def propose(policy: str, case: dict[str, Any]) -> RiskProposal:
    """The proposal for a case as the files write it."""
    facts = case["facts"]
    day = date.fromisoformat(facts["day"])
    last = date.fromisoformat(facts["last_new"]) if facts["last_new"] else None
    return propose_risk(
        risk_from_policy(queries.find(policy)),
        AreaFacts(
            area=case["id"],
            day=day,
            cumulative=facts["cumulative"],
            last_new=last,
            clusters=tuple(Cluster(f"u{place}", (day, day)) for place in range(facts["clusters"])),
            role=facts.get("role"),
            county_at_risk=facts.get("county_at_risk", False),
            negative_tests=tuple(date.fromisoformat(test) for test in facts.get("negative_tests", ())),
        ),
    )


LEVELS = [
    (path.name, case)
    for path in sorted(CASES.glob("*.json"))
    if path.name != "clusters.json"
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]


@pytest.mark.parametrize(("name", "case"), LEVELS, ids=[f"{name}:{case['id']}" for name, case in LEVELS])
def test_these_facts_give_this_level(name: str, case: dict[str, Any]) -> None:
    """Level and rule are those written in the file, and the reason is a sentence in both languages."""
    proposal = propose(load(name)["policy"], case)
    assert (str(proposal.level), proposal.rule) == (case["level"], case["rule"])
    assert proposal.reason("zh").endswith("。")
    assert proposal.reason("en").endswith(".")
    assert "{" not in proposal.reason("zh") + proposal.reason("en")


def test_on_4_april_2020_nine_districts_were_low_and_four_medium() -> None:
    """The published count of levels over Wuhan's 13 districts comes out."""
    spec = load("wuhan-2020-04-04.json")
    counted = Counter(str(propose(spec["policy"], case).level) for case in spec["cases"])
    assert {"low": counted["low"], "medium": counted["medium"], "high": counted["high"]} == spec["published"]


@pytest.mark.parametrize("case", load("clusters.json")["cases"], ids=lambda case: case["id"])
def test_these_cases_form_these_clusters(case: dict[str, Any]) -> None:
    """A cluster is enough cases in one small unit inside the window that ends with the day."""
    cases = [(unit, date.fromisoformat(day)) for unit, day in case["cases"]]
    day = date.fromisoformat(case["day"])
    found = find_clusters(cases, day=day, window_days=case["window_days"], size=case["size"])
    assert [cluster.unit for cluster in found] == case["clusters"]
