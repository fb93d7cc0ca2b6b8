"""The map of gates without a guard, and what a gate's board says besides its figures."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from shouwang import clock
from shouwang.command.policy import Role
from shouwang.gates import actions, taking, watching
from shouwang.gates.reason_words import reason_words
from shouwang.gates.sentences import sentences
from shouwang.journal.actions import Actor

from .conftest import NOW, phone_at
from .passages import body, key, passage

if TYPE_CHECKING:
    from shouwang.areas.models import Area
    from shouwang.gates.models import Gate

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def later() -> Any:
    """An hour on: gates without a word of the watch are unattended."""
    with clock.frozen(NOW + timedelta(hours=1)):
        yield


def client_at(tree: dict[str, Area], code: str, role: Role) -> Client:
    from shouwang.accounts.models import Account
    from shouwang.command.actions import grant_post

    account = Account.objects.create(username=f"at-{code}")
    grant_post(account, role, code, clock.today(), by=Actor.operator())
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, BACKEND)
    return client


def place(area: Area, lon: float, lat: float) -> None:
    area.lon, area.lat = lon, lat
    area.save()


def test_dots_districts_and_the_equal_table(tree: dict[str, Area], gates: dict[str, Gate], later: None) -> None:
    """Each gate without a guard is a dot and a line; the district says how many of how many; a guarded one is gone."""
    for code, lon in (("X1", 114.30), ("X2", 114.31)):
        place(tree[code], lon, 30.61)
    client = client_at(tree, "4201", Role.CITY_OFFICER)
    page = client.get("/gates/map/").content.decode()
    assert len(re.findall(r'class="sw-map-dot" cx', page)) == 2 + 1, "two dots and the one of the legend"
    assert all(page.count(f'href="/gates/{gate.pk}/"') == 2 for gate in gates.values()), "as a dot and as a line"
    assert "/gates/?unattended=1&amp;area=420102" in page
    device, _token = phone_at(gates["X1"])
    watching.record_shift_events(device, [watching.Told(uuid.UUID(key()), clock.now(), kind="check_in")])
    page = client.get("/gates/map/").content.decode()
    assert f'href="/gates/{gates["X1"].pk}/"' not in page
    assert page.count(f'href="/gates/{gates["X2"].pk}/"') == 2


def test_without_coordinates_it_is_said(tree: dict[str, Area], gates: dict[str, Gate], later: None) -> None:
    """The table has every gate; how many are no dot stands beside the map."""
    place(tree["X1"], 114.3, 30.61)
    page = client_at(tree, "4201", Role.CITY_OFFICER).get("/gates/map/").content.decode()
    assert "1 of them has no place on the map" in page
    assert page.count(f'href="/gates/{gates["X2"].pk}/"') == 1


def test_a_community_sees_its_own_alone(tree: dict[str, Area], gates: dict[str, Gate], later: None) -> None:
    """Neither the other compound's dot and line nor the district's count of it."""
    for code in ("X1", "X2"):
        place(tree[code], 114.3, 30.61)
    client = client_at(tree, "C1", Role.COMMUNITY_OFFICER)
    page = client.get("/gates/map/").content.decode()
    assert f'href="/gates/{gates["X1"].pk}/"' in page
    assert f'href="/gates/{gates["X2"].pk}/"' not in page
    assert "compound X2" not in page
    assert client.get("/gates/?area=X2").status_code == 404
    assert client.get("/gates/?area=X1").status_code == 200


def test_the_board_names_reasons_fever_versions_and_lost_phones(tree: dict[str, Area], gates: dict[str, Gate]) -> None:
    """Reasons in words, who is held, the app's version, a phone reported lost until one is revoked."""
    device, token = phone_at(gates["X1"])
    others = [phone_at(gates["X1"])[0] for _ in range(2)]
    held = passage(verdict="hold", reason="fever", temperature="38.1")
    taking.take(token, str(gates["X1"].pk), body(held, passage(verdict="refuse", reason="yellow")))
    actions.heard(device.pk, unsent=3, version="2026.11.23")
    step = watching.Told(uuid.UUID(key()), NOW, passage=uuid.UUID(held["id"]), step="held")
    watching.record_incidents(device, [step])
    watching.record_shift_events(device, [watching.Told(uuid.UUID(key()), NOW, kind="phone_lost")])
    client = client_at(tree, "C1", Role.COMMUNITY_OFFICER)
    page = client.get(f"/gates/{gates['X1'].pk}/").content.decode()
    assert ">yellow<" not in page
    assert reason_words("yellow", "en")[:20] in page
    assert "held apart" in page
    assert "2026.11.23" in page
    assert "was reported lost" in page
    actions.revoke(others[0].pk, by=Actor.operator(), why="that was it")
    with clock.frozen(NOW + timedelta(seconds=5)):
        page = client.get(f"/gates/{gates['X1'].pk}/").content.decode()
    assert "was reported lost" not in page


def test_the_board_shows_the_last_day_a_phone_works(tree: dict[str, Area], gates: dict[str, Gate]) -> None:
    """A phone that ends as the 22nd of March begins works until the 21st."""
    ends = datetime(2020, 3, 22, tzinfo=clock.ZONE)
    actions.enrol(actions.offer_enrolment(gates["X1"].pk, "phone", ends, by=Actor.operator())[1])
    page = client_at(tree, "C1", Role.COMMUNITY_OFFICER).get(f"/gates/{gates['X1'].pk}/").content.decode()
    assert "21 March 2020" in page
    assert "22 March 2020" not in page


def test_every_reason_has_words_without_holes() -> None:
    """In both languages; a code of another version stays readable."""
    for code in sentences()["reasons"]:
        for language in ("zh-hans", "en"):
            assert "{" not in reason_words(code, language), code
    assert reason_words("of_tomorrow", "en") == "of_tomorrow"
