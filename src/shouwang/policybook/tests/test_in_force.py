"""Which policy is in force on a day in an area, and how it is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shouwang.policybook import queries
from shouwang.refusal import Refusal

WUHAN = "4201/420102/420102002/420102002001/"


@pytest.mark.parametrize(
    ("topic", "day", "area", "version"),
    [
        ("colour", "2020-02-23", WUHAN, "generic/colour-always"),
        ("colour", "2020-02-24", WUHAN, "wuhan-2020/colour-2020-02-24"),
        ("colour", "2020-03-21", WUHAN, "wuhan-2020/colour-2020-02-24"),
        ("colour", "2020-03-22", WUHAN, "wuhan-2020/colour-2020-03-22"),
        ("colour", "2020-03-31", WUHAN, "wuhan-2020/colour-2020-03-22"),
        ("colour", "2020-04-01", WUHAN, "wuhan-2020/colour-2020-04-01"),
        ("colour", "2021-07-31", WUHAN, "wuhan-2020/colour-2020-04-01"),
        ("colour", "2021-08-01", WUHAN, "wuhan-2020/colour-2021-08-01"),
        ("colour", "2020-04-01", "3101", "generic/colour-always"),
        ("risk", "2020-02-16", "420102", "generic/risk-always"),
        ("risk", "2020-02-17", "420102", "wuhan-2020/risk-2020-02-17"),
        ("risk", "2022-06-27", "420102", "wuhan-2020/risk-2020-02-17"),
        ("risk", "2022-06-28", "420102", "prc-2022/risk-2022-06-28"),
        ("health", "2020-02-12", WUHAN, "wuhan-2020/health-2020-01-01"),
        ("health", "1999-01-01", "XX", "generic/health-always"),
    ],
)
def test_the_policy_of_a_day_and_place(topic: str, day: str, area: str, version: str) -> None:
    """First and last days belong to the policy; elsewhere and before, the generic one answers."""
    assert queries.in_force(topic, date.fromisoformat(day), area).version == version


def test_a_compound_with_a_code_of_its_own_is_found_by_its_path() -> None:
    """Any code of the path may match, so a compound coded C-17 is still in Wuhan."""
    assert queries.in_force("colour", date(2020, 4, 1), f"{WUHAN}C-17/").pack == "wuhan-2020"


def test_a_deployment_may_order_packs() -> None:
    """The first pack that has a policy answers."""
    policy = queries.in_force("colour", date(2020, 4, 1), WUHAN, packs=("generic", "wuhan-2020"))
    assert policy.pack == "generic"


def test_without_any_policy_there_is_a_refusal() -> None:
    """Nothing is decided by default."""
    with pytest.raises(Refusal) as refused:
        queries.in_force("colour", date(2020, 4, 1), "3101", packs=("wuhan-2020",))
    assert refused.value.code == "policybook.none_in_force"
    assert "3101" in refused.value.words("en")


def test_the_longest_area_prefix_wins(tmp_path: Path) -> None:
    """A district's own policy in a further directory comes before the province's."""
    text = (queries.SHIPPED / "wuhan-2020" / "colour-2020-04-01.yaml").read_text(encoding="utf-8")
    (tmp_path / "wuhan-2020").mkdir()
    own = text.replace('areas: ["42"]', 'areas: ["420102"]').replace("2020-04-01", "2020-04-08")
    (tmp_path / "wuhan-2020" / "colour-2020-04-08.yaml").write_text(own, encoding="utf-8")
    answer = queries.in_force("colour", date(2020, 5, 1), WUHAN, directories=[tmp_path])
    assert answer.version == "wuhan-2020/colour-2020-04-08"
    other = queries.in_force("colour", date(2020, 5, 1), "4201/420103/", directories=[tmp_path])
    assert other.version == "wuhan-2020/colour-2020-04-01"


def test_the_days_of_change_are_told_in_order() -> None:
    """A scheduler learns when everybody must be decided anew."""
    steps = [(day.isoformat(), policy.version) for day, policy in queries.changes("colour", WUHAN)]
    assert steps == [
        ("0001-01-01", "generic/colour-always"),
        ("2020-02-24", "wuhan-2020/colour-2020-02-24"),
        ("2020-03-22", "wuhan-2020/colour-2020-03-22"),
        ("2020-04-01", "wuhan-2020/colour-2020-04-01"),
        ("2021-08-01", "wuhan-2020/colour-2021-08-01"),
    ]


def test_a_version_is_found_again_and_an_unknown_one_refused() -> None:
    """Old decisions name their policy."""
    assert queries.find("wuhan-2020/risk-2020-02-17").topic == "risk"
    with pytest.raises(Refusal):
        queries.find("wuhan-2020/risk-1999-01-01")


@pytest.mark.parametrize("version", [policy.version for policy in queries.policies()])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_policy_can_be_told_in_plain_words(version: str, language: str) -> None:
    """Each has lines, no unfilled placeholder, and everything assumed is marked and explained."""
    shown = queries.show(queries.find(version), language)
    text = shown.text(language)
    assert shown.lines
    assert "{" not in text
    assert shown.title in text
    marked = [line for line in shown.lines if line.assumed]
    assert bool(marked) == any(line.field.startswith("body") for line in shown.assumed)
