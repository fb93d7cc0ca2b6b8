"""The office's pages around the gates as a person sees them: both languages, phone and desk, with something on each."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from gate_world import World, built
from playwright.sync_api import Browser, expect
from seeing import Eyes, window

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.codes import issuing
from shouwang.command.models import Post
from shouwang.gates import actions, permitting, taking, watching
from shouwang.gates.models import Confinement, Flag, Gate, Permit, PermitStatus
from shouwang.gates.tests.passages import body, key, passage
from shouwang.health import actions as health
from shouwang.health import facts
from shouwang.health.holding import Told
from shouwang.health.models import Hold
from shouwang.journal.actions import Actor
from shouwang.residents.models import Household, Person
from shouwang.residents.sealing import sealer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BY = Actor.operator()
EVERY = [("zh", "phone"), ("en", "phone"), ("zh", "desk"), ("en", "desk")]
# The world's names are Chinese, and its codes Latin: neither is a slip of the page. On an English page they are put
# into English before, see `englished`.
CODES = {
    "id",
    "at",
    "str",
    "regex",
    "matching",
    "Expected",
    "ab",
    "officer",
    "puppet",
    "generic",
    "alarm",
    "always",
    "command",
    "line",
    "PDF",
}


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """The closed compound with a day behind it: passages, somebody held, permits, flags, quarantine, cards, a hold."""
    made = built(settings, monkeypatch, tmp_path)
    compound = Area.objects.get(code="X1")
    Area.objects.filter(pk=compound.pk).update(lon=114.3, lat=30.61)
    gate = made.gate
    _offer, code = actions.offer_enrolment(gate.pk, "01", clock.now() + timedelta(days=30), by=BY)
    device, token = actions.enrol(code)
    actions.heard(device.pk, unsent=2, version="1.0")
    held = passage(verdict="hold", reason="fever", temperature="38.2")
    people = list(Person.objects.order_by("pk"))
    own = passage(direction="out", traveller={"kind": "roster", "row": people[0].pk})
    items = [own, held, passage(verdict="refuse", reason="yellow"), {"id": "x"}]
    taking.take(token, str(gate.pk), body(*items))
    guard = Account.objects.get(username="guard0")
    now = clock.now()
    watching.record_shift_events(
        device,
        [
            watching.Told(uuid.UUID(key()), now - timedelta(hours=3), kind="check_in", guard=guard.pk),
            watching.Told(uuid.UUID(key()), now - timedelta(hours=1), kind="check_out", guard=guard.pk),
            watching.Told(uuid.UUID(key()), now - timedelta(minutes=9), kind="phone_lost"),
        ],
    )
    watching.record_incidents(
        device, [watching.Told(uuid.UUID(key()), now, passage=uuid.UUID(str(held["id"])), step="held")]
    )
    wanted = permitting.Wanted("resident", now, now + timedelta(days=3), "买药", person_id=people[0].pk)
    permitting.ask("X1", wanted, by=BY)
    permitting.confine("X1", by=BY, why="发热待查", dwelling="3-1-")
    Flag.objects.create(
        kind="same_code", gate=gate, area_path=gate.area_path, passage=uuid.UUID(str(held["id"])),
        passage_day=clock.today(), at=now, made_at=now, detail={"seconds": 90},
    )  # fmt: skip
    issuing.issue_card(people[0].pk, "王*", by=BY)
    household, lock = Household.objects.create(area=compound, area_path=compound.path, ref="H-more"), sealer()
    for number in range(51):
        ref = f"M{number}"
        sealed = lock.seal("name", ref, "张三")
        people.append(
            Person.objects.create(
                ref=ref, name_sealed=sealed, area=compound, area_path=compound.path, household=household
            )
        )
    puppet = Actor("person", "puppet", 999, None, Area.objects.get(code="C1").path)
    told = [Told(one.pk, facts.checked(f"m-{one.ref}", "suspected", now, now=now)) for one in people]
    health.record_facts(told, by=puppet)
    return made


def englished() -> None:
    """The names of the world in Latin letters, so that Chinese left on an English page is a slip of the page."""
    for area in Area.objects.all():
        Area.objects.filter(pk=area.pk).update(name=f"Garden {area.code}")
    Gate.objects.update(name="East gate")
    lock = sealer()
    for person in Person.objects.all():
        Person.objects.filter(pk=person.pk).update(name_sealed=lock.seal("name", person.ref, "Wang Wei"))
    for model in (Permit, PermitStatus, Confinement):
        model.objects.update(why="as a test")
    for number, account in enumerate(Account.objects.order_by("pk")):
        Account.objects.filter(pk=account.pk).update(display_name=f"Guard {number}")


def officer(client: Client) -> str:
    """A city officer who is signed in; answers the session."""
    city = Area.objects.get(code="4201")
    account = Account.objects.create_user("officer", password="x", display_name="officer")
    Post.objects.create(
        account=account, role="city_officer", area=city, area_path=city.path, from_day=date(2020, 1, 1),
        granted_by="test",
    )  # fmt: skip
    client.force_login(account, BACKEND)
    return str(client.session.session_key)


def signed_in(eyes: Eyes, site: str) -> None:
    eyes.context.add_cookies([{"name": "sessionid", "value": officer(Client()), "url": site}])


@pytest.mark.parametrize(("language", "size"), EVERY)
def test_every_page_of_the_office(
    browser: Browser, live_server: Any, shots: Path, world: World, language: str, size: str
) -> None:
    """Gates, map, board, permits, PINs, flags, quarantine, held records, cards, appeals: nothing serious, in words."""
    site, gate = live_server.url, world.gate.pk
    if language == "en":
        englished()
    flag, hold = Flag.objects.get().pk, Hold.objects.get().pk
    permit = permitting.permits_in("4201/").get().pk
    pages = {
        "gates": "/gates/",
        "gates-unattended": "/gates/?unattended=1",
        "gates-map": "/gates/map/",
        "gates-board": f"/gates/{gate}/",
        "gates-enrol": f"/gates/{gate}/enrol/",
        "gates-permits": "/gates/permits/",
        "gates-permit": f"/gates/permits/{permit}/",
        "gates-ask": "/gates/permits/new/",
        "gates-pins": "/gates/pins/",
        "gates-flags": "/gates/flags/",
        "gates-flag": f"/gates/flags/{flag}/",
        "gates-quarantine": "/gates/quarantine/",
        "holds": "/health/holds/",
        "hold": f"/health/holds/{hold}/",
        "cards": "/cards/",
        "cards-of-person": "/cards/person/P0/",
        "appeals": "/appeals/",
    }
    with window(browser, shots, language, size) as eyes:
        signed_in(eyes, site)
        slips = []
        for name, address in pages.items():
            answer = eyes.page.goto(f"{site}{address}")
            assert answer is not None
            assert answer.status == 200, address
            try:
                eyes.look(f"office-{name}", CODES)
            except AssertionError as slip:
                slips.append(str(slip)[:600])
                eyes.complaints.clear()
        assert slips == []


def test_tracing_asks_why_first(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Passages of a person and their companions: a reason, then the table, and fourteen days are said."""
    site = live_server.url
    with window(browser, shots, "zh", "phone") as eyes:
        signed_in(eyes, site)
        for name, address in (("passages", "/gates/passages/P0/"), ("companions", "/gates/companions/P0/")):
            eyes.page.goto(f"{site}{address}")
            eyes.look(f"office-{name}-why", CODES)
            eyes.page.locator("main form [name=reason]").fill("流调一例病例")
            eyes.page.locator("main form button[type=submit]").click()
            expect(eyes.page.locator("main table")).to_be_visible()
            expect(eyes.page.locator("main")).to_contain_text("14")
            eyes.look(f"office-{name}", CODES)
