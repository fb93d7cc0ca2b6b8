"""A resident's pages over HTTP: only one's own, no session without consent, nothing of staff, sign-in by message."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from shouwang.codes.models import Appeal
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor
from shouwang.residents import consent, own_access
from shouwang.residents.actions import change_phone
from shouwang.residents.models import PhoneCode, Relation, ResidentSession

pytestmark = pytest.mark.django_db
BY = Actor("person", "officer")


@pytest.fixture
def scope(tree: dict[str, Any]) -> Any:
    """The first community's officer."""
    return scope_at(tree["C1"])


@pytest.fixture
def mine(people: dict[str, Any], scope: Any) -> Client:
    """P1's phone, signed in and agreed."""
    client = Client(headers={"accept-language": "en"})
    client.post("/my/sign-in/", {"code": own_access.invite("P1", scope=scope, by=BY)})
    client.post("/my/consent/", {"about": "page", "given": "yes"})
    return client


def test_the_page_shows_oneself(mine: Client, people: dict[str, Any]) -> None:
    """A code, the colour with its reason, and nobody else; not kept by the browser's own cache."""
    answer = mine.get("/my/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store" or "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert text.count("data-codes") == 1
    assert "P2" not in text
    assert "Your code is green" in text or "green" in text.lower()
    assert not re.findall(r"<style|<[^>]+\sstyle=|<[^>]+\son\w+=", text)


@pytest.mark.parametrize("ref", ["P2", "P3", "NOBODY"])
def test_others_do_not_exist(mine: Client, people: dict[str, Any], ref: str) -> None:
    """Appealing or agreeing for a neighbour, by reference: not there, as for a reference that is none."""
    answers = [
        mine.get(f"/my/appeal/{ref}/"),
        mine.post(f"/my/appeal/{ref}/", {"said": "this is wrong"}),
        mine.post(f"/my/appeal/{ref}/withdraw/"),
        mine.post("/my/consent/", {"about": "household", "given": "yes", "ref": ref}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert not Appeal.objects.exists()


def test_a_guardian_appeals_for_a_ward(mine: Client, people: dict[str, Any]) -> None:
    """For the child they look after, and the record says who did."""
    Relation.objects.create(person=people["P2"], guardian=people["P1"], kind="guardian", by="test")
    assert mine.get("/my/").content.decode().count("data-codes") == 3
    assert mine.post("/my/appeal/P2/", {"said": "she was with me"}).status_code == 302
    assert Appeal.objects.get().raised_by == "guardian"


def test_taking_consent_back_shuts_the_page(mine: Client, people: dict[str, Any]) -> None:
    """The page leads to the text again; agreeing anew opens it."""
    mine.post("/my/consent/", {"about": "page", "given": "no"})
    assert mine.get("/my/")["Location"] == "/my/consent/"
    mine.post("/my/consent/", {"about": "page", "given": "yes"})
    assert mine.get("/my/").status_code == 200
    assert consent.agreed(people["P1"].pk, consent.PAGE)


def test_signing_in_by_message_through_the_pages(
    people: dict[str, Any], scope: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people on one number: asked, chosen, signed in; the number never stands in an address."""
    out: list[str] = []
    monkeypatch.setattr("shouwang.residents.sms.show_in_terminal", lambda _phone, text: out.append(text))
    for ref in ("P1", "P2"):
        change_phone(ref, "13812345678", why="gave it at the door", scope=scope, by=BY)
    client = Client(headers={"accept-language": "en"})
    page = client.post("/my/sign-in/phone/", {"phone": "138 1234 5678"})
    assert page.status_code == 200
    own_access.send_phone_code(PhoneCode.objects.get().pk)
    found = re.search(r"\d{6}", out[0])
    assert found
    given = {"phone": "138 1234 5678", "code": found[0]}
    wrong = client.post("/my/sign-in/code/", {**given, "code": "12345x"})
    assert wrong.status_code == 422
    choice = client.post("/my/sign-in/code/", given)
    assert "Several people share this phone" in choice.content.decode()
    done = client.post("/my/sign-in/code/", {**given, "person": str(people["P2"].pk)})
    assert done["Location"] == "/my/"
    assert ResidentSession.objects.get().person == people["P2"]
    stranger = house(people["P3"].area, ["P9"])["P9"]
    assert client.post("/my/sign-in/code/", {**given, "person": str(stranger.pk)}).status_code == 422


def test_nothing_personal_in_the_log(
    people: dict[str, Any], scope: Any, caplog: pytest.LogCaptureFixture, mine: Client
) -> None:
    """Neither code nor number nor name of anybody, whatever goes wrong."""
    client = Client()
    code = own_access.invite("P2", scope=scope, by=BY)
    client.post("/my/sign-in/phone/", {"phone": "13812345678"})
    client.post("/my/sign-in/code/", {"phone": "13812345678", "code": "123456"})
    client.post("/my/sign-in/", {"code": code})
    mine.get("/my/appeal/P3/")
    said = caplog.text
    assert code not in said
    assert "13812345678" not in said
    assert "123456" not in said
    assert "王P" not in said


def test_the_worker_keeps_to_its_place(client: Client) -> None:
    """Served at /my/, asked for anew each time, and open to everybody: it holds nothing."""
    answer = client.get("/my/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"shouwang-my-" in answer.content
