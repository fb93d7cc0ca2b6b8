"""The screens of areas, the bulletin, the lists of facts and the catalogue, as those who may see them use them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area, ClosureStatus, Entrance
from shouwang.bulletins.tests.town import at, house, run, tell
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.measures import catalogue

DAY = date(2020, 2, 20)


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False


def signed_in(area: Area, role: Role = Role.CITY_OFFICER) -> Client:
    """Somebody posted at an area, reading English."""
    account = Account.objects.create_user(username=f"{role}-{area.code}", password="a long enough one")
    Post.objects.create(
        account=account, role=role, area=area, area_path=area.path, from_day=date(2020, 1, 1), granted_by="x"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def city(town: dict[str, Area]) -> Client:
    """The city officer of a town with a case, counted the day before and on the day."""
    tell(*house(town["X1"], "P", household="1"), "confirmed", DAY)
    run(DAY - timedelta(days=1))
    run(DAY)
    return signed_in(town["4201"])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def screen(code: str, day: date | str = DAY) -> str:
    return f"{reverse('bulletins:area', args=[code])}?day={day}"


@pytest.mark.parametrize("code", ["4201", "420102", "420102001", "420102001001", "X1"])
def test_every_figure_of_every_level_leads_to_its_facts(city: Client, code: str) -> None:
    """Each card has a link, and behind the link there are as many facts as the card says."""
    page = city.get(screen(code))
    assert page.status_code == 200
    cards = re.findall(r'<article class="sw-figure">.*?</article>', page.content.decode(), re.S)
    assert len(cards) >= 14
    for card in cards:
        (address,) = re.findall(r'href="(/figures/[^"]+)"', card)
        _figures, measure, place, day = address.strip("/").split("/")
        assert (place, day) == (code, "2020-02-20")
        shown = re.search(r'sw-figure-number">([^<]*)<', card)
        facts = city.get(address)
        assert facts.status_code == 200
        if catalogue.measure(measure).aggregate.is_countable and shown:
            assert facts.context["page"].total == int(shown[1].replace(",", "")), address


def test_links_keep_the_day(city: Client) -> None:
    """Map, ranking, table, way up: every link to a screen leads to the same day."""
    body = city.get(screen("420102")).content.decode()
    found = [address for address in re.findall(r'href="(/screen/[^"]*)"', body) if address[8:15] != "420102/"]
    assert any("420102001" in address for address in found)
    main = body[body.index("<main") :]
    assert all("?day=2020-02-20" in address for address in re.findall(r'href="(/screen/[^"]*)"', main))


def test_a_compound_shows_its_people_needs_and_closure(city: Client, town: dict[str, Area]) -> None:
    """How many live there, who needs help, whether it is closed and by which entrance one gets in."""
    for person, needs in zip(house(town["X2"], "A", "B"), (["dialysis"], []), strict=True):
        person.needs = needs
        person.save()
    place = {"area": town["X2"], "area_path": town["X2"].path}
    ClosureStatus.objects.create(**place, state="closed", since=at(DAY, 1), why="two cases", by="t")
    Entrance.objects.create(**place, name="East gate", state="open")
    run(DAY)
    text = text_of(city.get(screen("X2")))
    assert "Registered residents 2 people" in text
    assert re.search(r"Residents on dialysis\s+1", text)
    assert "two cases" in text
    assert "Open now: East gate" in text
    assert "Reports confirmed" not in text
    assert "Nobody with a need is registered here" in text_of(city.get(screen("X1")))


def test_a_place_is_told_the_risk_of_its_district(city: Client) -> None:
    """Level, reason and what was declared, on every page below the city; the city shows them in its ranking."""
    for code in ("420102", "420102001", "X1"):
        text = text_of(city.get(screen(code)))
        assert "Proposed medium risk 420102" in text, code
        assert "Declared not yet" in text
    assert "at most 50" in text_of(city.get(screen("4201")))


def test_units_at_risk_are_listed_under_the_rule_by_compound(town: dict[str, Area]) -> None:
    """The city lists the compound with its district; the compound is told its own level, its neighbour the rest's."""
    day = date(2022, 7, 10)
    tell(*house(town["X1"], "P"), "confirmed", day)
    run(day)
    client = signed_in(town["4201"])
    listed = text_of(client.get(screen("4201", day)))
    assert re.search(r"X1\s+420102\s+high risk", listed)
    assert "of its compounds and hamlets (3): 1 at high risk" in listed
    assert re.search(r"Proposed\s+high risk\s+X1", text_of(client.get(screen("X1", day))))
    assert "this is none of them" in text_of(client.get(screen("X2", day)))
    assert "no area of high or medium risk left" in text_of(client.get(screen("X4", day)))
    told = text_of(client.get(f"{reverse('bulletins:bulletin', args=['4201'])}?day={day}"))
    assert re.search(r"X1\s+420102\s+high risk", told)


def test_a_day_without_figures_says_so(city: Client) -> None:
    """Dashes, a sentence and the way to the latest day; asking for its bulletin is refused in words."""
    page = city.get(screen("4201", DAY - timedelta(days=9)))
    text = text_of(page)
    assert page.status_code == 200
    assert "has not been counted" in text
    assert "Nothing is late" not in text
    assert f"?day={DAY}" in page.content.decode()
    refused = city.get(f"{reverse('bulletins:bulletin', args=['4201'])}?day=2020-02-11")
    assert refused.status_code == 404
    assert "bulletins.day_not_counted" in refused.content.decode()


@pytest.mark.parametrize("day", ["", "yesterday", "0001-01-01", "9999-12-31", "2020-02-30"])
def test_a_day_that_is_none_shows_the_latest(city: Client, day: str) -> None:
    """Whatever stands in the address; the facts of such a day are not found."""
    for page in (screen("4201", day), f"{reverse('bulletins:bulletin', args=['4201'])}?day={day}"):
        answer = city.get(page)
        assert answer.status_code == 200
        assert answer.context["day"] == DAY
    if day:
        assert city.get(reverse("bulletins:facts", args=["cases_new", "4201", day])).status_code == 404


def test_before_anything_was_counted_the_page_says_what_to_do(town: dict[str, Area]) -> None:
    """The screen stands with a next step; the bulletin is refused with the same words."""
    client = signed_in(town["4201"])
    assert "No day has been counted yet" in text_of(client.get(reverse("bulletins:area", args=["4201"])))
    assert client.get(reverse("bulletins:bulletin", args=["4201"])).status_code == 404


def test_the_latest_day_is_polled_and_earlier_ones_are_not(city: Client) -> None:
    """The fragment holds the cards and the time of their data, and costs nothing when it did not change."""
    assert "hx-get" in city.get(screen("4201")).content.decode()
    assert "hx-get" not in city.get(screen("4201", DAY - timedelta(days=1))).content.decode()
    asked = {"hx-request": "true", "hx-target": "figures"}
    with clock.frozen(at(DAY, 23)):
        part = city.get(screen("4201"), headers=asked)
        again = city.get(screen("4201"), headers={**asked, "if-none-match": part["ETag"]})
    assert "<html" not in part.content.decode()
    assert "sw-data-time" in part.content.decode()
    assert again.status_code == 304


def test_the_places_below_are_sorted_by_any_figure(city: Client) -> None:
    """Most cases first; a name of no measure leaves the order of codes."""

    def order(sort: str) -> list[str]:
        table = city.get(f"{screen('4201')}&sort={sort}").context["children"]
        return [row["code"] for row in table.rows]

    assert order("-cases_new") == ["420102", "420103", "420104"]
    assert order("cases_new")[-1] == "420102"
    assert order("-name") == ["420104", "420103", "420102"]
    assert order("values; drop") == ["420102", "420103", "420104"]


def test_the_bulletin_page_tells_of_a_changed_draft(city: Client, town: dict[str, Area]) -> None:
    """Drafted when, and whether facts recorded since changed it; days with figures to go to."""
    page = f"{reverse('bulletins:bulletin', args=['4201'])}?day={DAY}"
    text = text_of(city.get(page))
    assert "Drafted" in text
    assert "changed some figures" not in text
    assert "19 Feb" in text
    tell(*house(town["X1"], "later"), "confirmed", DAY)
    from shouwang.measures.compute import compute

    compute(DAY)
    assert "changed some figures" in text_of(city.get(page))


def test_the_bulletin_as_a_file(city: Client) -> None:
    """JSON as the command line gives it; a PDF that the browser shows under a name of its own."""
    page = f"{reverse('bulletins:bulletin', args=['420102'])}?day={DAY}"
    told = city.get(f"{page}&format=json").json()
    assert (told["area"]["code"], told["figures"]["cases_new"]["value"]) == ("420102", 1)
    paper = city.get(f"{page}&format=pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert "bulletin-420102-2020-02-20.pdf" in paper["Content-Disposition"]
    assert paper.content.startswith(b"%PDF-")


def test_facts_lead_to_the_person_for_those_who_work_with_people(city: Client, town: dict[str, Area]) -> None:
    """An officer is led to the person; an observer, to whom that page is closed, reads the reference only."""
    address = reverse("bulletins:facts", args=["cases_new", "4201", str(DAY)])
    person = reverse("residents:person", args=["P"])
    assert person in city.get(address).content.decode()
    watched = signed_in(town["4201"], Role.OBSERVER).get(address)
    assert watched.status_code == 200
    assert person not in watched.content.decode()
    assert watched.context["page"].total == 1


def test_facts_as_a_file_hold_no_formula(city: Client, town: dict[str, Area]) -> None:
    """One line a fact under a heading; text that a spreadsheet would run is quoted."""
    town["X1"].name = "=1+1"
    town["X1"].save()
    answer = city.get(reverse("bulletins:facts", args=["cases_new", "4201", str(DAY)]) + "?format=csv")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (line,) = csv.DictReader(io.StringIO(body))
    assert (line["area"], line["person"], line["kind"]) == ("'=1+1", "P", "confirmed")


def test_the_catalogue_names_every_measure(city: Client) -> None:
    """With what it counts and why; each has a mark to lead to."""
    body = city.get(reverse("bulletins:measures")).content.decode()
    for measure in catalogue.measures():
        assert f'id="{measure.id}"' in body


@pytest.mark.parametrize("name", ["area", "bulletin"])
def test_nobody_sees_the_district_beside_their_own(town: dict[str, Area], name: str) -> None:
    """Own district and below: shown. City and neighbour: as if they did not exist."""
    run(DAY)
    client = signed_in(town["420102"], Role.DISTRICT_OFFICER)
    told = {code: client.get(reverse(f"bulletins:{name}", args=[code])).status_code for code in town}
    inside = {code for code, place in town.items() if place.path.startswith(town["420102"].path)}
    assert {code for code, status in told.items() if status == 200} == inside
    assert {status for code, status in told.items() if code not in inside} == {404}


@pytest.mark.parametrize(("code", "most"), [("4201", 32), ("420102001", 32), ("X1", 32)])
def test_a_screen_costs_the_same_however_much_there_is(
    city: Client, code: str, most: int, django_assert_max_num_queries: Any
) -> None:
    """A bounded number of statements, signing in included; none for each place, card or thing that is late."""
    city.get(screen(code))
    with django_assert_max_num_queries(most):
        city.get(screen(code))
