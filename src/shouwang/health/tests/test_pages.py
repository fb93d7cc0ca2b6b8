"""The day's page, the forms, and the panel of the person page, as an officer of a community uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.health import actions
from shouwang.health.models import HealthEvent
from shouwang.journal.actions import Actor
from shouwang.residents.models import Person

BY = Actor.operator()
Commit = Callable[..., AbstractContextManager[list[Callable[[], None]]]]


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False


def signed_in(area: Area, role: Role = Role.COMMUNITY_OFFICER) -> Client:
    """A browser in which somebody posted at a unit has signed in, reading English."""
    account = Account.objects.create_user(username=f"{role}-{area.code}", password="a long enough one")
    Post.objects.create(
        account=account, role=role, area=area, area_path=area.path, from_day=date(2020, 1, 1), granted_by="x"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def officer(tree: dict[str, Area]) -> Client:
    """The officer of community C1."""
    return signed_in(tree["C1"])


def text_of(answer: Any) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def nonce(answer: Any) -> str:
    """The reference drawn for the first form of a page."""
    found = re.search(r'name="ref" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def test_the_day_shows_who_is_due_and_saves_line_by_line(officer: Client, people: dict[str, Person]) -> None:
    """A line with name and parts of the day; a temperature saved by htmx answers the line and the progress."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-04-30T10:00", by=BY)
    actions.record_event(people["P3"].pk, "close_contact", "2020-04-30T10:00", by=BY)
    page = officer.get(reverse("health:today"))
    text = text_of(page)
    assert page.status_code == 200
    assert "close contact" in text
    assert f'id="line-{people["P1"].pk}"' in page.content.decode()
    assert f'id="line-{people["P3"].pk}"' not in page.content.decode()
    assert "Late" in text
    answer = officer.post(
        reverse("health:save", args=["P1"]), {"temperature": "36,7", "ref": nonce(page)}, headers={"hx-request": "true"}
    )
    assert answer.status_code == 200
    body = answer.content.decode()
    assert 'hx-swap-oob="true"' in body
    assert "36.7 ℃" in body
    assert "<html" not in body
    event = HealthEvent.objects.get(kind="temperature")
    assert (event.person_id, str(event.value), event.author) == (people["P1"].pk, "36.70", "community_officer-C1")


def test_a_fever_says_what_to_do(officer: Client, people: dict[str, Person]) -> None:
    """From the threshold on the saved line tells the next step; just below it does not."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-04-30T10:00", by=BY)
    for degrees, told in (("37.2", False), ("37.3", True)):
        answer = officer.post(
            reverse("health:save", args=["P1"]), {"temperature": degrees}, headers={"hx-request": "true"}
        )
        assert ("fever clinic" in text_of(answer)) is told, degrees


def test_the_day_works_as_a_plain_form(officer: Client, people: dict[str, Person]) -> None:
    """Without script a saved line leads back to the page with a message; a wrong one says why and saves nothing."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-04-30T10:00", by=BY)
    answer = officer.post(reverse("health:save", args=["P1"]), {"symptom": "1", "next": "/today/"}, follow=True)
    assert answer.redirect_chain[0][0] == f"/today/#line-{people['P1'].pk}"
    assert "Saved for" in text_of(answer)
    assert HealthEvent.objects.filter(kind="symptom").count() == 1
    answer = officer.post(reverse("health:save", args=["P1"]), {"temperature": "99"}, follow=True)
    assert "not a body temperature" in text_of(answer)
    answer = officer.post(reverse("health:save", args=["P1"]), {"temperature": "99"}, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert 'value="99"' in answer.content.decode()
    assert not HealthEvent.objects.filter(kind="temperature").exists()


def test_a_foreign_address_is_not_followed(officer: Client, people: dict[str, Person]) -> None:
    """`next` leads only to pages of ours."""
    answer = officer.post(reverse("health:save", args=["P1"]), {"symptom": "1", "next": "https://elsewhere.example/"})
    assert answer["Location"].startswith("/today/#")


def test_anybody_of_the_area_is_found_by_name_and_recorded(officer: Client, people: dict[str, Person]) -> None:
    """Search by name, choose, record: the same form is on the day's page and on the person's."""
    found = officer.post(reverse("health:find"), {"name": "王P1"})
    assert "?person=P1" in found.content.decode()
    assert "?person=P3" not in officer.post(reverse("health:find"), {"name": "王P3"}).content.decode()
    page = officer.get(reverse("health:today") + "?person=P1")
    answer = officer.post(
        reverse("health:record", args=["P1"]),
        {"kind": "fever", "time": "2020-04-30T09:00", "source": "community", "ref": nonce(page), "next": "/today/"},
        follow=True,
    )
    assert "Recorded: fever" in text_of(answer)
    assert HealthEvent.objects.get().time == clock.parse("2020-04-30T09:00")


def test_a_wrong_form_says_why_at_its_field(officer: Client, people: dict[str, Person]) -> None:
    """A time to come is refused at the field, with what was typed still there."""
    answer = officer.post(
        reverse("health:record", args=["P1"]),
        {"kind": "fever", "time": "2020-06-01T09:00", "source": "community", "ref": "w-1"},
    )
    assert answer.status_code == 422
    assert "still to come" in text_of(answer)
    assert "2020-06-01T09:00" in answer.content.decode()


def test_the_person_page_tells_the_whole_story(
    officer: Client, people: dict[str, Person], tree: dict[str, Area]
) -> None:
    """Facts with what ended them, the wrong one struck through with its reason, and the colour with its evidence."""
    person = people["P1"].pk
    actions.record_event(person, "suspected", "2020-04-20T10:00", by=BY, ref="s1", source="hospital")
    actions.record_event(person, "excluded", "2020-04-22T10:00", by=BY, ref="x1", ends="s1")
    actions.record_event(person, "close_contact", "2020-04-28T10:00", by=BY, ref="c1")
    actions.correct_event("c1", time="2020-04-27T10:00", why="a day earlier", by=BY)
    page = officer.get(reverse("residents:person", args=["P1"]))
    body, text = page.content.decode(), text_of(page)
    assert page.status_code == 200
    assert "<del>close contact</del>" in body
    assert "a day earlier" in text
    assert "Ended by: suspicion or fever excluded" in text
    assert "sw-pill-yellow" in body
    assert 'href="#event-c1_1"' in body
    assert 'id="event-c1_1"' in body
    assert reverse("codes:policy", args=["wuhan-2020/colour-2020-04-01"]) in body


def test_a_record_is_corrected_and_withdrawn_from_its_page(officer: Client, people: dict[str, Person]) -> None:
    """The form shows the record as told; without a reason nothing happens; withdrawing asks for one too."""
    actions.record_event(people["P1"].pk, "fever", clock.parse("2020-04-20T10:00:30"), by=BY, ref="f1", source="abc")
    event = HealthEvent.objects.get(ref="f1")
    address = reverse("health:correct", args=[event.pk])
    page = officer.get(address)
    assert "2020-04-20T10:00" in page.content.decode()
    told = {"kind": "symptom", "time": "2020-04-20T10:00", "source": "abc", "note": "cough"}
    assert officer.post(address, told).status_code == 422
    answer = officer.post(address, {**told, "why": "no fever, a cough"})
    assert answer["Location"] == reverse("residents:person", args=["P1"])
    new = HealthEvent.objects.get(ref="f1~1")
    assert (new.kind, new.note, new.time, new.source) == ("symptom", "cough", event.time, "abc")
    withdraw = reverse("health:withdraw", args=[new.pk])
    assert officer.post(withdraw, {"reason": ""}).status_code == 400
    assert officer.post(withdraw, {"reason": "wrong person"}).status_code == 302
    assert HealthEvent.objects.get(ref="f1~2").kind == "withdrawn"


def test_another_community_s_people_do_not_exist(officer: Client, people: dict[str, Person]) -> None:
    """Pages and deeds about somebody outside answer 404 and change nothing."""
    actions.record_event(people["P3"].pk, "fever", "2020-04-20", by=BY, ref="f3")
    number = HealthEvent.objects.get().pk
    for address in (reverse("health:record", args=["P3"]), reverse("health:correct", args=[number])):
        assert officer.get(address).status_code == 404
    for address in (
        reverse("health:save", args=["P3"]), reverse("health:record", args=["P3"]),
        reverse("health:correct", args=[number]), reverse("health:withdraw", args=[number]),
    ):  # fmt: skip
        assert officer.post(address, {"temperature": "36.6", "reason": "no reason"}).status_code == 404
    assert officer.get(reverse("health:today") + "?area=C2").status_code == 404
    assert officer.get(reverse("health:today") + "?person=P3").status_code == 404
    assert HealthEvent.objects.count() == 1


@pytest.mark.parametrize("role", [Role.GATE_GUARD, Role.OBSERVER, Role.INSPECTOR, Role.STORE])
def test_the_day_is_for_those_who_care(tree: dict[str, Area], people: dict[str, Person], role: Role) -> None:
    """Guards, observers, inspectors and stores do not open the day's page."""
    assert signed_in(tree["C1"], role).get(reverse("health:today")).status_code == 403


def test_a_whole_city_chooses_a_place_first(tree: dict[str, Area], people: dict[str, Person]) -> None:
    """Too wide for one list: the city's officer picks a district, then a street, then sees its day."""
    city = signed_in(tree["4201"], Role.CITY_OFFICER)
    assert "?area=420102" in city.get(reverse("health:today")).content.decode()
    page = city.get(reverse("health:today") + "?area=420102002")
    assert "To be asked at home" in text_of(page)


def test_names_are_masked(officer: Client, people: dict[str, Person]) -> None:
    """The day's page shows nobody's whole name."""
    actions.record_event(people["P1"].pk, "close_contact", "2020-04-30T10:00", by=BY)
    assert "王P1" not in officer.get(reverse("health:today")).content.decode()
