"""The rules as anybody reads them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from shouwang.areas.models import Area
from shouwang.policybook import queries as policybook

READING = {"en": ("In force", "Colours of the health code", "assumed"), "zh-hans": ("施行", "健康码赋色规则", "推定")}


@pytest.mark.parametrize("language", READING)
def test_the_rules_are_open_to_everybody(tree: dict[str, Area], language: str) -> None:
    """Without signing in, in both languages, the rules of a day with their dates, authority and what is assumed."""
    page = Client(headers={"accept-language": language}).get(reverse("codes:policies") + "?on=2020-03-01")
    assert page.status_code == 200
    for words in READING[language]:
        assert words in page.content.decode()


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2020-03-21", "wuhan-2020/colour-2020-02-24"),
        ("2020-03-31", "wuhan-2020/colour-2020-03-22"),
        ("2020-04-01", "wuhan-2020/colour-2020-04-01"),
        ("2022-01-01", "wuhan-2020/colour-2021-08-01"),
    ],
)
def test_the_page_names_the_rules_in_force_on_a_day(tree: dict[str, Area], day: str, version: str) -> None:
    """The day decides which version stands in front; the others are listed as before or to come."""
    page = Client().get(reverse("codes:policies") + f"?on={day}")
    [colour] = [topic for topic in page.context["topics"] if any("colour" in e.version for e in topic.entries)]
    states = {entry.version: entry.state for entry in colour.entries}
    assert [known for known, state in states.items() if state == "in_force"] == [version]
    others = {state for known, state in states.items() if known != version}
    assert others <= {"before", "to_come"}
    assert len(states) >= 4


def test_every_policy_has_a_page(tree: dict[str, Area]) -> None:
    """Each version that a decision may name can be read; a version nobody wrote is not found."""
    for policy in policybook.policies():
        page = Client().get(reverse("codes:policy", args=[policy.version]))
        assert page.status_code == 200
        assert policy.version in page.content.decode()
    assert Client().get(reverse("codes:policy", args=["wuhan-2020/no-such"])).status_code == 404


def test_a_wrong_day_shows_today(tree: dict[str, Area]) -> None:
    """A day that is none is read as today, not as an error."""
    assert Client().get(reverse("codes:policies") + "?on=yesterday").status_code == 200
