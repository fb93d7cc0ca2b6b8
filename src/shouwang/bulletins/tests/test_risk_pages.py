"""The pages of risk, clusters and spread, as those who may see and declare use them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shouwang.areas.models import Area
from shouwang.bulletins import curve_facts
from shouwang.bulletins.curve_facts import Onset
from shouwang.bulletins.policy import SpreadPolicy
from shouwang.bulletins.tests.test_pages import signed_in, text_of
from shouwang.bulletins.tests.town import house, run, tell
from shouwang.command.models import RiskDeclaration
from shouwang.command.policy import Role
from shouwang.policybook import queries as policybook
from shouwang.residents.sealing import sealer

DAY = date(2020, 2, 20)


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def city(town: dict[str, Area]) -> Client:
    """The city officer of a town with a cluster in one family of the first district."""
    for person in house(town["X1"], "P", "Q", household="7", building="3", unit="1"):
        person.name_sealed = sealer().seal("name", person.ref, f"王小{person.ref}")
        person.id_number_sealed = person.phone_sealed = None
        person.save()
        tell(person, "symptom", DAY - timedelta(days=4))
        tell(person, "confirmed", DAY)
    run(DAY)
    return signed_in(town["4201"])


def proposal(code: str) -> str:
    return f"{reverse('bulletins:proposal', args=[code])}?day={DAY}"


def declare(client: Client, code: str, **told: str) -> Any:
    page = client.get(proposal(code)).content.decode()
    seen = re.search(r'name="seen" value="(\w*)"', page)
    sent = {"decision": "accept", "from_day": "2020-02-20", "seen": seen[1] if seen else "", **told}
    return client.post(proposal(code), sent)


def test_every_district_stands_on_the_page_and_opens_to_its_facts(city: Client) -> None:
    """Levels of all, map with the equal table, and behind each the facts that the rule was given."""
    page = city.get(f"{reverse('bulletins:risk')}?day={DAY}")
    told = text_of(page)
    for code in ("420102", "420103", "420104"):
        assert f"/risk/{code}/?day={DAY}" in page.content.decode()
    assert "medium risk" in told
    opened = text_of(city.get(proposal("420102")))
    assert "Cases in all 2" in opened
    assert "Clusters in the window 1" in opened
    assert "The latest case was on 20 February 2020; 2 in all, at most 50." in opened


def test_accepting_declares_the_proposed_level_under_a_name(city: Client) -> None:
    """One press: the level, beside what was proposed, by whom; and it stands in the history."""
    assert declare(city, "420102").status_code == 302
    kept = RiskDeclaration.objects.get()
    assert (kept.level, kept.proposed_level, kept.by) == ("medium", "medium", "city_officer-4201")
    told = text_of(city.get(proposal("420102")))
    assert "city_officer-4201" in told
    assert kept.why.endswith("不超过 50 例。")
    assert kept.why not in told, "an English reader is given the rule's sentence in English"


def test_another_level_needs_a_reason(city: Client) -> None:
    """Without level or reason nothing is declared, and the page says what is missing."""
    assert declare(city, "420102", decision="otherwise", level="high").status_code == 400
    assert declare(city, "420102", decision="otherwise", why="many visitors").status_code == 400
    assert not RiskDeclaration.objects.exists()
    assert declare(city, "420102", decision="otherwise", level="high", why="many visitors").status_code == 302
    kept = RiskDeclaration.objects.get()
    assert (kept.level, kept.proposed_level, kept.why) == ("high", "medium", "many visitors")
    assert "proposed: medium risk" in text_of(city.get(reverse("bulletins:risk")))


def test_a_level_that_changed_meanwhile_is_not_declared(city: Client) -> None:
    """The page was opened under another proposal: the officer is told to look again."""
    answer = declare(city, "420102", seen="low")
    assert answer.status_code == 409
    assert not RiskDeclaration.objects.exists()


def test_only_those_whom_the_powers_name_may_declare(city: Client, town: dict[str, Area]) -> None:
    """An inspector reads; a district officer declares in the own district and does not see the other."""
    inspector = signed_in(town["4201"], Role.INSPECTOR)
    assert 'name="decision"' not in inspector.get(proposal("420102")).content.decode()
    assert declare(inspector, "420102", seen="medium").status_code == 403
    district = signed_in(town["420102"], Role.DISTRICT_OFFICER)
    assert district.get(proposal("420103")).status_code == 404
    assert declare(district, "420103", seen="low").status_code == 404
    assert declare(district, "420102").status_code == 302


def test_clusters_are_listed_masked_and_scoped(city: Client, town: dict[str, Area]) -> None:
    """A family once, its stairwell not again; other districts see none; an inspector sees no people."""
    told = text_of(city.get(f"{reverse('bulletins:clusters')}?day={DAY}"))
    assert re.search(r"family X1 3 1 2 1", told)
    assert "王小" not in told
    assert "王*" in told or "王＊" in told
    assert "/people/" in city.get(f"{reverse('bulletins:clusters')}?day={DAY}").content.decode()
    other = signed_in(town["420103"], Role.DISTRICT_OFFICER)
    assert "No cluster in the window" in text_of(other.get(f"{reverse('bulletins:clusters')}?day={DAY}"))
    assert other.get(f"{reverse('bulletins:clusters')}?day={DAY}&area=420102").status_code == 404
    inspector = signed_in(town["4201"], Role.INSPECTOR)
    assert 'href="/people/' not in inspector.get(f"{reverse('bulletins:clusters')}?day={DAY}").content.decode()


def test_the_spread_counts_onsets_and_says_what_it_assumes(city: Client) -> None:
    """Two fell ill four days before they were found; the page names serial interval, delay and the lag."""
    page = city.get(f"{reverse('bulletins:spread', args=['4201'])}?day={DAY}")
    told = text_of(page)
    assert "it takes 4.7 days on average (standard deviation 2.9)" in told
    assert "From onset to diagnosis it takes 4 days" in told
    assert "Reports lag" in told
    spread = page.context["told"]
    assert (spread.days[0], spread.seen[0], sum(spread.seen)) == (date(2020, 2, 16), 2, 2)
    nothing = city.get(f"{reverse('bulletins:spread', args=['420104'])}?day={DAY}")
    assert "nothing to estimate" in text_of(nothing)


def test_the_estimate_stops_where_reports_lag() -> None:
    """Everybody found five days after onset: the last five days are held back, whatever they show."""
    policy = SpreadPolicy.from_policy(policybook.find("generic/reproduction-always"))
    cases = [
        Onset(DAY - timedelta(days=ago), DAY - timedelta(days=ago - 5)) for ago in range(5, 40) for _each in range(6)
    ]
    told = curve_facts.spread(cases, DAY, policy)
    assert told.usable == DAY - timedelta(days=5)
    assert max(told.estimates) == told.usable
    assert told.latest is not None
    assert told.latest.low < 1 < told.latest.high
    assert told.growth is not None
    assert not told.growth.is_certain
    assert told.expected[-1] is None
    assert not told.is_shaky


def test_nobody_ill_is_nothing_to_estimate() -> None:
    """No case: no estimate and no growth, and nothing breaks."""
    policy = SpreadPolicy.from_policy(policybook.find("generic/reproduction-always"))
    told = curve_facts.spread([], DAY, policy)
    assert (told.latest, told.growth, told.cases) == (None, None, 0)
