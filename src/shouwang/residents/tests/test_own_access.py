"""Getting onto one's own page: invitations, codes by telephone, sessions, consent, and whom one then sees."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from shouwang import clock
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents import consent, own_access, own_view
from shouwang.residents.actions import register
from shouwang.residents.models import Household, Invitation, Person, PhoneCode, Relation, ResidentSession
from shouwang.residents.own_pages import COOKIE

pytestmark = pytest.mark.django_db
BY = Actor("person", "officer")
HOME = "203.0.113.7"
PHONE = "13812345678"


@pytest.fixture
def compound(tree: Any) -> Any:
    """A compound of the first community."""
    return tree["X1"]


@pytest.fixture
def scope(scope_at: Any) -> Any:
    """The first community's officer."""
    return scope_at("C1")


@pytest.fixture
def anna(scope: Any, compound: Any) -> Person:
    """An adult with a telephone."""
    return new(scope, compound, "A1", "王安娜", phone=PHONE, birth_date="1980-05-01")


def new(scope: Any, compound: Any, ref: str, name: str, **more: str) -> Person:
    """A registered person."""
    return register({"person": ref, "name": name, "compound_code": compound.code, **more}, scope=scope, by=BY)


def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What would have gone out as messages."""
    out: list[tuple[str, str]] = []
    monkeypatch.setattr("shouwang.residents.sms.show_in_terminal", lambda phone, text: out.append((phone, text)))
    return out


def phone_code(monkeypatch: pytest.MonkeyPatch) -> str:
    """Ask for a code for PHONE and read it from the message."""
    out = sent(monkeypatch)
    own_access.send_phone_code(own_access.ask_phone_code(PHONE, address=HOME, language="zh").pk)
    found = re.search(r"\d{6}", out[-1][1])
    assert found
    return found[0]


class TestInvitations:
    """One person, one use, a while, revocable; kept as a hash."""

    def test_opens_once(self, anna: Person, scope: Any) -> None:
        """The second use is refused in the same words as a code that never was."""
        code = own_access.invite("A1", scope=scope, by=BY)
        token = own_access.accept_invitation(own_access.written(code).lower(), address=HOME)
        assert own_access.session_of(token).person == anna  # type: ignore[union-attr]
        for wrong in (code, "2345-6789-ABCD", ""):
            with pytest.raises(Refusal, match="does not work"):
                own_access.accept_invitation(wrong, address=HOME)

    def test_only_a_hash_is_kept(self, anna: Person, scope: Any) -> None:
        """Neither the table nor the journal holds the code."""
        code = own_access.invite("A1", scope=scope, by=BY)
        row = Invitation.objects.get()
        assert code.encode() not in bytes(row.code_hash)
        assert all(code not in str(entry.__dict__) for entry in Entry.objects.all())

    def test_a_new_one_ends_the_old(self, anna: Person, scope: Any) -> None:
        """A person has one open invitation at most."""
        old = own_access.invite("A1", scope=scope, by=BY)
        own_access.invite("A1", scope=scope, by=BY)
        with pytest.raises(Refusal):
            own_access.accept_invitation(old, address=HOME)

    def test_runs_out(self, anna: Person, scope: Any) -> None:
        """After thirty days it opens nothing."""
        code = own_access.invite("A1", scope=scope, by=BY)
        with clock.frozen(clock.now() + timedelta(days=30)), pytest.raises(Refusal):
            own_access.accept_invitation(code, address=HOME)

    def test_a_lost_sheet_is_revoked(self, anna: Person, scope: Any, compound: Any) -> None:
        """All codes of a sheet at once."""
        new(scope, compound, "A2", "李四")
        sheet, made = own_access.invite_all(scope, area_path=compound.path, building="", by=BY)
        assert own_access.revoke_invitations(scope, sheet=sheet, by=BY) == len(made) == 2
        for _person, code in made:
            with pytest.raises(Refusal):
                own_access.accept_invitation(code, address=HOME)

    def test_guessing_is_slow(self, anna: Person, scope: Any) -> None:
        """After thirty wrong ones an address is told to wait, also with the right one."""
        code = own_access.invite("A1", scope=scope, by=BY)
        for _try in range(30):
            with pytest.raises(Refusal, match="does not work"):
                own_access.accept_invitation("2345-6789-ABCD", address=HOME)
        with pytest.raises(Refusal) as refused:
            own_access.accept_invitation(code, address=HOME)
        assert (refused.value.code, refused.value.status) == ("residents.too_often", 429)
        assert own_access.accept_invitation(code, address="198.51.100.1")


class TestPhone:
    """A code to the registered telephone; nobody learns whether a number is registered."""

    def test_code_opens_once(self, anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """The message goes to the number on the list; its code works once."""
        code = phone_code(monkeypatch)
        token = own_access.accept_phone_code(PHONE, code, address=HOME)
        assert isinstance(token, str)
        with pytest.raises(Refusal):
            own_access.accept_phone_code(PHONE, code, address=HOME)

    def test_unknown_numbers_are_answered_alike(self, anna: Person, client: Client) -> None:
        """The same page, the same row, the same job; nothing is sent to a number nobody has."""
        known = client.post("/my/sign-in/phone/", {"phone": PHONE})
        unknown = client.post("/my/sign-in/phone/", {"phone": "13987654321"})
        strip = re.compile(rb'name="(csrfmiddlewaretoken|phone)" value="[^"]*"|"X-CSRFToken": "[^"]*"|1\d{10}')
        assert known.status_code == unknown.status_code == 200
        assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
        assert PhoneCode.objects.count() == 2

    def test_nothing_is_sent_to_strangers(self, anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """The worker finds nobody with that number and sends nothing."""
        out = sent(monkeypatch)
        own_access.send_phone_code(own_access.ask_phone_code("13987654321", address=HOME, language="zh").pk)
        assert out == []

    def test_five_wrong_codes_end_it(self, anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """The right one then comes too late."""
        code = phone_code(monkeypatch)
        wrong = "000000" if code != "000000" else "111111"
        for _try in range(5):
            with pytest.raises(Refusal):
                own_access.accept_phone_code(PHONE, wrong, address=HOME)
        with pytest.raises(Refusal):
            own_access.accept_phone_code(PHONE, code, address=HOME)

    def test_asking_is_limited_per_number(self, anna: Person) -> None:
        """Once a minute, five times an hour, from whatever address."""
        own_access.ask_phone_code(PHONE, address=HOME, language="zh")
        with pytest.raises(Refusal, match="too many"):
            own_access.ask_phone_code("+86 138 1234 5678", address="198.51.100.9", language="zh")
        start = clock.now()
        for minute in range(1, 5):
            with clock.frozen(start + timedelta(minutes=2 * minute)):
                own_access.ask_phone_code(PHONE, address=HOME, language="zh")
        with clock.frozen(start + timedelta(minutes=12)), pytest.raises(Refusal, match="too many"):
            own_access.ask_phone_code(PHONE, address=HOME, language="zh")

    def test_shared_telephone_asks_whose_page(
        self, anna: Person, scope: Any, compound: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two people on one number: the code stays good until one is chosen."""
        other = new(scope, compound, "A2", "王小", phone=PHONE)
        code = phone_code(monkeypatch)
        people = own_access.accept_phone_code(PHONE, code, address=HOME)
        assert {each.pk for each in people} == {anna.pk, other.pk}  # type: ignore[union-attr]
        token = own_access.accept_phone_code(PHONE, code, address=HOME, person_id=other.pk)
        assert own_access.session_of(token).person == other  # type: ignore[union-attr, arg-type]


class TestSessions:
    """A session of its own that opens residents' pages only."""

    def signed_in(self, scope: Any) -> Client:
        """A browser signed in as A1 by the pages."""
        client = Client()
        code = own_access.invite("A1", scope=scope, by=BY)
        answer = client.post("/my/sign-in/", {"code": code})
        assert answer.status_code == 302
        cookie = client.cookies[COOKIE]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/my/", True, "Lax")
        return client

    def test_consent_comes_first(self, anna: Person, scope: Any) -> None:
        """Until one agrees to the text in force, there is only that page and the way out."""
        client = self.signed_in(scope)
        answer = client.get("/my/account/")
        assert answer.status_code == 200
        page = client.get("/my/consent/")
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        client.post("/my/consent/", {"about": "page", "given": "yes"})
        assert consent.agreed(anna.pk, consent.PAGE)
        client.post("/my/consent/", {"about": "page", "given": "no"})
        assert not consent.agreed(anna.pk, consent.PAGE)
        said = anna.consents.order_by("id").values_list("given", "version", "by_person")
        assert list(said) == [(True, consent.current_version(), anna.pk), (False, consent.current_version(), anna.pk)]

    def test_signing_out_ends_it(self, anna: Person, scope: Any) -> None:
        """The old cookie opens nothing any more."""
        client = self.signed_in(scope)
        token = client.cookies[COOKIE].value
        client.post("/my/sign-out/")
        again = Client()
        again.cookies[COOKIE] = token
        assert again.get("/my/account/")["Location"] == "/my/sign-in/"
        assert ResidentSession.objects.get().ended_at is not None

    def test_staff_end_it_when_the_phone_is_lost(self, anna: Person, scope: Any) -> None:
        """On all devices."""
        client = self.signed_in(scope)
        assert own_access.end_sessions("A1", scope=scope, by=BY) == 1
        assert client.get("/my/account/").status_code == 302

    def test_opens_no_page_of_staff(self, anna: Person, scope: Any) -> None:
        """With a resident's cookie the register stays shut."""
        client = self.signed_in(scope)
        for address in ("/people/", "/people/person/A1/", "/today/", "/me/"):
            assert client.get(address)["Location"].startswith("/accounts/login/")

    def test_runs_out(self, anna: Person, scope: Any) -> None:
        """After thirty days."""
        client = self.signed_in(scope)
        with clock.frozen(clock.now() + timedelta(days=30)):
            assert client.get("/my/account/").status_code == 302

    def test_what_is_left_behind_goes(self, anna: Person, scope: Any) -> None:
        """The day's job deletes tries, codes and sessions that are over."""
        self.signed_in(scope)
        assert own_access.sweep(clock.now()) == 0
        assert own_access.sweep(clock.now() + timedelta(days=40)) == 1


class TestWhomOneSees:
    """Oneself, wards, and adults who agreed."""

    def test_household_only_as_agreed(self, anna: Person, scope: Any, compound: Any) -> None:
        """A husband is shown once he agrees, a child once the guardian is on record; a neighbour never."""
        home = Household.objects.create(ref="H1", area=compound, area_path=compound.path)
        husband = new(scope, compound, "A2", "李强", birth_date="1979-01-01")
        child = new(scope, compound, "A3", "李小", birth_date="2015-01-01")
        new(scope, compound, "A4", "邻居", birth_date="1970-01-01")
        Person.objects.filter(ref__in=["A1", "A2", "A3"]).update(household=home)
        anna.refresh_from_db()
        assert [each.ref for each in own_view.people_of(anna)] == ["A1"]
        say(husband, husband)
        assert [each.ref for each in own_view.people_of(anna)] == ["A1", "A2"]
        Relation.objects.create(person=child, guardian=anna, kind="guardian", by="test")
        assert [(each.ref, each.why) for each in own_view.people_of(anna)] == [
            ("A1", "self"), ("A3", "ward"), ("A2", "household")
        ]  # fmt: skip
        say(husband, husband, given=False)
        assert [each.ref for each in own_view.people_of(anna)] == ["A1", "A3"]
        child.refresh_from_db()
        assert [each.ref for each in own_view.people_of(child)] == ["A3"]

    def test_others_do_not_exist(self, anna: Person, scope: Any, compound: Any) -> None:
        """Somebody else's reference and one that is none are answered alike."""
        new(scope, compound, "A4", "邻居")
        for ref in ("A4", "NOBODY"):
            with pytest.raises(Refusal) as refused:
                own_view.one_of(anna, ref)
            assert refused.value.status == 404

    def test_nobody_agrees_for_another_adult(self, anna: Person, scope: Any, compound: Any) -> None:
        """Through the page, for somebody of the household."""
        home = Household.objects.create(ref="H1", area=compound, area_path=compound.path)
        husband = new(scope, compound, "A2", "李强", birth_date="1979-01-01")
        Person.objects.filter(ref__in=["A1", "A2"]).update(household=home)
        client = TestSessions().signed_in(scope)
        answer = client.post("/my/consent/", {"about": "household", "given": "yes", "ref": "A2"})
        assert answer.status_code == 404
        assert not consent.agreed(husband.pk, consent.HOUSEHOLD)

    def test_names_as_a_gate_shows_them(self) -> None:
        """All but the family name of a Chinese name, as cards do."""
        assert own_view.own_mask("王伟") == "*伟"
        assert own_view.own_mask("欧阳小明") == "*阳小明"
        assert own_view.own_mask("John Smith") == "J*** S****"


def say(person: Person, by_person: Person, *, given: bool = True) -> None:
    """Agree to be shown to the household, or take it back."""
    version = consent.current_version()
    consent.say(person, consent.HOUSEHOLD, given, by_person=by_person, version=version, language="zh", by=BY)


def test_texts_are_in_both_languages() -> None:
    """Every dated text has a lead and points, as many in one language as in the other."""
    for version in consent.versions():
        date.fromisoformat(version)
        zh, en = consent.text(version, "zh"), consent.text(version, "en")
        assert zh[0]
        assert en[0]
        assert len(zh[1]) == len(en[1]) > 2
