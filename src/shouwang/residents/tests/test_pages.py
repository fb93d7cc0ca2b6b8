"""The pages of the register, as somebody with a post sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.command.models import Post
from shouwang.command.policy import CARERS, Role
from shouwang.journal.models import Entry
from shouwang.residents import panels
from shouwang.residents.models import Person
from shouwang.residents.tests.files import row, take

NAME, PHONE, NUMBER = "欧阳明月", "13812345678", "P:E87654321"
OTHER = "司马相如"


@pytest.fixture
def people(tree: dict[str, Area]) -> None:
    take(
        row("P1", name=NAME, phone=PHONE, id_number=NUMBER, building="3", dwelling="501", household="1",
            needs="dialysis", birth_date="1950-03-01", sex="F"),
        row("P2", name="李娜", household="1"),
        row("P3", name=OTHER, phone="13900000009", compound_code="X2"),
    )  # fmt: skip


@pytest.fixture
def signed_in(tree: dict[str, Area]) -> Callable[..., Client]:
    """A browser of somebody posted at a unit."""

    def make(code: str = "C1", role: Role = Role.COMMUNITY_OFFICER, language: str = "en") -> Client:
        account = Account.objects.create_user(f"{role}-{code}")
        area = tree[code]
        Post.objects.create(
            account=account, role=role, area=area, area_path=area.path, from_day=date(2020, 1, 1), granted_by="test"
        )
        client = Client(headers={"accept-language": language})
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


def text(response: object) -> str:
    return unescape(response.content.decode())


SECRETS = (NAME, PHONE, "E87654321", "1950-03-01", OTHER, "13900000009", "2345")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("address", ["/people/", "/people/person/P1/", "/people/household/{household}/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_are_masked_and_never_kept(signed_in: Callable[..., Client], address: str, language: str) -> None:
    """No page holds a whole name, number or phone, or anything of another community; no browser may keep it."""
    household = Person.objects.get(ref="P1").household_id
    response = signed_in(language=language).get(address.format(household=household))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "欧***" in text(response)
    for secret in SECRETS:
        assert secret not in text(response)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("role", [role for role in Role if role not in CARERS])
def test_other_roles_do_not_get_in(signed_in: Callable[..., Client], role: Role) -> None:
    """Guards, stores, observers and administrators work without the register of people."""
    client = signed_in("42", role)
    for address in ("/people/", "/people/person/P1/", "/people/register/", "/people/person/P1/move/"):
        assert client.get(address).status_code == 403
    given = {"field": "phone", "reason": "care", "note": "calling home"}
    assert client.post("/people/person/P1/reveal/", given).status_code == 403
    assert not Entry.objects.filter(deed="residents.reveal").exists()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("view", ["person", "needs", "correct", "move", "guardian"])
def test_a_person_of_another_community_is_not_there(signed_in: Callable[..., Client], view: str) -> None:
    """Typing the reference into the address gives what a reference that does not exist gives."""
    client = signed_in()
    answers = [client.get(reverse(f"residents:{view}", args=[ref])) for ref in ("P3", "NOBODY")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert OTHER[0] + "*" not in text(answers[0])
    given = {"field": "phone", "reason": "care", "note": "calling"}
    posted = client.post(reverse("residents:reveal", args=["P3"]), given)
    assert posted.status_code == 404


@pytest.mark.usefixtures("people")
class TestSearch:
    """Finding somebody by what is known."""

    @pytest.mark.parametrize(
        "given", [{"name": "欧阳 明月"}, {"phone": "138-1234-5678"}, {"id_number": "护照:E87654321"}, {"ref": "P1"}]
    )
    def test_by_identity(self, signed_in: Callable[..., Client], given: dict[str, str]) -> None:
        """Each kind finds the person; what was typed is posted, so it is in no address."""
        response = signed_in().post("/people/", given)
        assert response.status_code == 200
        assert reverse("residents:person", args=["P1"]) in text(response)
        assert reverse("residents:person", args=["P2"]) not in text(response)

    def test_nobody_says_what_to_do(self, signed_in: Callable[..., Client]) -> None:
        """An empty result and an empty register each name the next step; an empty form too."""
        client = signed_in()
        assert "must be complete" in text(client.post("/people/", {"name": OTHER}))
        assert "Fill in one field" in text(client.post("/people/", {}))
        Person.objects.all().delete()
        assert "Import the community's list" in text(client.get("/people/"))

    def test_by_place_and_need(self, signed_in: Callable[..., Client]) -> None:
        """Compound by name, dwelling and need narrow the list; a place outside is not known here."""
        client = signed_in()
        found = text(client.get("/people/", {"area": "compound X1", "dwelling": "501", "needs": "dialysis"}))
        assert reverse("residents:person", args=["P1"]) in found
        assert reverse("residents:person", args=["P2"]) not in found
        outside = client.get("/people/", {"area": "X2"})
        assert outside.status_code == 400
        assert "no place" in text(outside)


@pytest.mark.usefixtures("people")
class TestReveal:
    """One field, for a reason, once."""

    URL = "/people/person/P1/reveal/"
    GIVEN = {"field": "phone", "reason": "care", "note": "calling about the visit"}

    def test_as_a_fragment(self, signed_in: Callable[..., Client]) -> None:
        """The fragment holds the one value, is not kept, and the reason stands in the journal."""
        response = signed_in().post(self.URL, self.GIVEN, headers={"HX-Request": "true"})
        assert PHONE in text(response)
        assert NAME not in text(response)
        assert "no-store" in response["Cache-Control"]
        assert "<html" not in text(response)
        assert Entry.objects.get(deed="residents.reveal").why == "care: calling about the visit"

    def test_without_script(self, signed_in: Callable[..., Client]) -> None:
        """The same form sent by a browser without script gives the page with that one value; loading it again masks."""
        client = signed_in()
        response = client.post(self.URL, self.GIVEN)
        assert PHONE in text(response)
        assert NAME not in text(response)
        assert PHONE not in text(client.get("/people/person/P1/"))

    def test_a_missing_reason_comes_back_to_the_form(self, signed_in: Callable[..., Client]) -> None:
        """With script the form says what is missing; without, the page of the refusal does."""
        client = signed_in()
        given = {**self.GIVEN, "note": "x"}
        fragment = client.post(self.URL, given, headers={"HX-Request": "true"})
        assert "at least 4 characters" in text(fragment)
        assert PHONE not in text(fragment)
        assert client.post(self.URL, given).status_code == 400
        assert not Entry.objects.filter(deed="residents.reveal").exists()

    def test_only_by_post_with_a_token(self, signed_in: Callable[..., Client]) -> None:
        """A link cannot reveal, nor can another site's form."""
        client = signed_in()
        assert client.get(self.URL).status_code == 405
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        assert strict.post(self.URL, self.GIVEN).status_code == 403


@pytest.mark.usefixtures("people")
def test_deeds_by_form(signed_in: Callable[..., Client], tree: dict[str, Area]) -> None:
    """Needs, a correction, a guardian, a move and a new person, each by its form; mistakes come back to their field."""
    client = signed_in()
    client.post("/people/person/P1/needs/", {"needs": ["infant"]})
    assert Person.objects.get(ref="P1").needs == ["infant"]
    client.post("/people/person/P1/needs/", {})
    assert Person.objects.get(ref="P1").needs == []
    wrong = client.post("/people/person/P1/correct/", {"column": "phone", "text": "12", "why": "told at the door"})
    assert wrong.status_code == 400
    assert "11 digits" in text(wrong)
    right = {"column": "phone", "text": "13700000000", "why": "told at the door"}
    assert client.post("/people/person/P1/correct/", right).status_code == 302
    guardian = client.post("/people/person/P1/guardian/", {"guardian": "P2", "kind": "guardian"}, follow=True)
    assert "李*" in text(guardian)
    assert client.post("/people/person/P1/guardian/", {"guardian": "P3", "kind": "carer"}).status_code == 400
    moved = client.post(
        "/people/person/P1/move/", {"to": "X2", "day": "2020-02-13", "why": "moved to the son"}, follow=True
    )
    assert moved.redirect_chain[-1][0] == reverse("residents:search")
    assert Person.objects.get(ref="P1").area == tree["X2"]
    made = client.post("/people/register/", {"name": "赵云", "compound_code": "X1", "person": "P9"})
    assert made.status_code == 302
    assert Person.objects.filter(ref="P9", area=tree["X1"]).exists()
    outside = client.post("/people/register/", {"name": "赵云", "compound_code": "X2"})
    assert outside.status_code == 400


@pytest.mark.usefixtures("people")
def test_upper_rooms_add_panels(signed_in: Callable[..., Client]) -> None:
    """Panels stand on the person page in their order and are given the masked person only."""
    seen: list[object] = []

    def second(request: object, person: object) -> str:
        seen.append(person)
        return "<p>second panel</p>"

    panels.offer("test.second", 91, second)
    panels.offer("test.first", 90, lambda request, person: "<p>first panel</p>")
    panels.offer("test.empty", 92, lambda request, person: "")
    try:
        page = text(signed_in().get("/people/person/P1/"))
    finally:
        for name in ("test.second", "test.first", "test.empty"):
            panels.withdraw(name)
    assert page.index("first panel") < page.index("second panel")
    assert NAME not in repr(seen)
    assert PHONE not in repr(seen)
