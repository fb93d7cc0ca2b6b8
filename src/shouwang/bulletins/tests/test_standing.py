"""The ranking by certified units: a property of the rule, its figures against a plain count, and the page."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.bulletins.standing_pages import rows
from shouwang.bulletins.standing_rules import Count, StandingPolicy, place
from shouwang.bulletins.tests.town import run
from shouwang.certification import queries as certification
from shouwang.intake.actions import take_in
from shouwang.journal.actions import Actor
from shouwang.policybook import queries as policybook

ROUND = date(2020, 3, 14)
COUNTS = st.integers(0, 9).flatmap(lambda units: st.builds(Count, st.integers(0, units), st.just(units)))


@given(counts=st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=2), COUNTS, max_size=9))
def test_nobody_stands_before_a_better_one(counts: dict[str, Count]) -> None:
    """Whoever has more of a hundred stands first, at equal coverage whoever has more; equals share, nobody is lost."""
    placed = {one.area: one for one in place(counts, ["coverage", "number"])}
    assert placed.keys() == counts.keys()
    ranked = [one for one in placed.values() if one.rank is not None]
    assert {one.area for one in ranked} == {area for area, count in counts.items() if count.units}
    for one in ranked:
        better = [
            other for other in ranked
            if other.named * one.units > one.named * other.units  # type: ignore[operator]
            or (other.named * one.units == one.named * other.units and other.named > one.named)  # type: ignore[operator]
        ]  # fmt: skip
        assert one.rank == 1 + len(better)


def test_the_order_is_the_policys() -> None:
    """By number first, the large district leads; by coverage first, the small one."""
    counts = {"large": Count(50, 100), "small": Count(9, 10)}
    assert [one.area for one in place(counts, ["coverage", "number"])] == ["small", "large"]
    assert [one.area for one in place(counts, ["number", "coverage"])] == ["large", "small"]


@pytest.fixture
def certified(town: dict[str, Area], tmp_path: Path) -> dict[str, Area]:
    """X1 is named in the round of 14 March."""
    file = tmp_path / "steps.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("time", "area_code", "step", "result", "items", "by"))
        for number, step in enumerate(("declared", "first_review", "comparison", "assessment", "notice")):
            writer.writerow((f"2020-03-09T{10 + number}:00", town["X1"].code, step, "passed", "", "x"))
    with clock.frozen(clock.parse("2020-03-20T08:00")):
        assert take_in("certification-steps", file, by=Actor.operator()).taken == 5
    return town


def standing_policy(area: Area) -> StandingPolicy:
    return StandingPolicy.from_policy(policybook.in_force("certified-ranking", ROUND, area.path))


@pytest.mark.django_db
def test_figures_are_those_of_a_plain_count(certified: dict[str, Area]) -> None:
    """Each district's certified and standing units, counted one by one from their states, are the page's figures."""
    run(date(2020, 3, 13))
    run(ROUND)
    found = {row["code"]: row for row in rows(certified["4201"], ROUND, standing_policy(certified["4201"]))}
    named = certification.standings("", ROUND)
    for code, row in found.items():
        below = [
            area for area in Area.objects.filter(path__startswith=certified[code].path)
            if area.level in ("compound", "community", "village")
        ]  # fmt: skip
        assert row["units"] == len(below)
        assert row["named"] == sum(1 for area in below if area.pk in named and named[area.pk].state == "named")
    first = found["420102"]
    assert (first["rank"], first["named"]) == (1, 1)


@pytest.mark.django_db
def test_anybody_reads_the_ranking(certified: dict[str, Area], client: Client) -> None:
    """Formula, denominator, change since yesterday; districts open to their streets; other places have none."""
    run(date(2020, 3, 13))
    run(ROUND)
    english: dict[str, Any] = {"headers": {"accept-language": "en"}}
    page = client.get(f"{reverse('bulletins:standings')}?day={ROUND}", **english).content.decode()
    assert "Compared by coverage" in page
    assert reverse("bulletins:standing", args=["420102"]) in page
    below = client.get(f"{reverse('bulletins:standing', args=['420102'])}?day={ROUND}", **english)
    assert below.status_code == 200
    before = client.get(f"{reverse('bulletins:standings')}?day=2020-03-02", **english).content.decode()
    assert "Nothing was counted for this day yet" in before
    assert "</table>" not in before
    assert client.get(reverse("bulletins:standing", args=[certified["X1"].code])).status_code == 404
