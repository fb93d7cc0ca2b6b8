"""A guard of one gate, with the phone in hand and an account of their own, asks for everything else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from test_own_area import MARKS
from two_districts import EAST, NOW, WEST, World
from walking import addresses, by_name, client_of, url

from shouwang import clock
from shouwang.codes import feed_paths
from shouwang.codes.feed import Feed
from shouwang.gates import actions, partitions
from shouwang.gates.models import Gate, Incident, Passage, PassageCount, Permit, ShiftEvent
from shouwang.gates.watching import LOOKUPS_AN_HOUR
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.site.feed_door import FeedDoor
from shouwang.site.gate_door import beside

pytestmark = pytest.mark.django_db
BY = Actor.operator()
OFFICE = {"home", "site:account", "command:switch"}


@dataclass
class Phones:
    """The guard's own phone in the east, one of a colleague there, and one in the west."""

    own: dict[str, str]
    other: dict[str, str]
    numbers: dict[str, int]
    east: int
    west: int

    def ask(self, method: str, address: str, told: Any = None, token: dict[str, str] | None = None) -> Any:
        """A request with the guard's token, unless another is given."""
        given: Any = {"headers": self.own if token is None else token}
        if method == "POST":
            given |= {"data": told, "content_type": "application/json"}
        return getattr(Client(), method.lower())(f"/api/v1/gates/{address}", **given)


@pytest.fixture
def phones(world: World, settings: Any, tmp_path: Any) -> Phones:
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    settings.FEED_DIR = tmp_path / "feed"
    partitions.make_ahead(clock.today())
    gates = {side.mark: Gate.objects.get(area__code=side.compound) for side in (EAST, WEST)}
    tokens, numbers = [], {}
    for name, mark in (("own", "EAST"), ("other", "EAST"), ("west", "WEST")):
        _offer, code = actions.offer_enrolment(gates[mark].pk, f"{mark} {name}", NOW + timedelta(days=3), by=BY)
        device, token = actions.enrol(code)
        tokens.append({"Authorization": f"Bearer {token}"})
        numbers[name] = device.pk
    return Phones(tokens[0], tokens[1], numbers, gates["EAST"].pk, gates["WEST"].pk)


def passage() -> dict[str, Any]:
    """One that could be stored."""
    at = NOW - timedelta(minutes=1)
    key = uuid.UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int >> 68)
    return {
        "id": str(key),
        "at": at.isoformat(),
        "direction": "in",
        "traveller": {"kind": "delivery"},
        "verdict": "pass",
        "reason": "green",
    }


def asked(world: World) -> list[tuple[str, str, Any]]:
    """Everything a phone can ask of a gate: method, what comes after the gate, and what is sent."""
    now = NOW.isoformat()
    one = str(uuid.uuid4())
    return [
        ("GET", "state", None),
        ("GET", "policy", None),
        ("GET", "roster", None),
        ("GET", "guards", None),
        ("POST", "passages", [passage()]),
        ("POST", "shift-events", [{"id": one, "kind": "check_out", "at": now}]),
        ("POST", "incidents", [{"id": one, "passage": one, "step": "held", "at": now}]),
        ("POST", "lookup", {"id_number": "420102199001011234", "reason": "no code on them"}),
        ("POST", "appointments", {"host": world.west.numbers["household"], "reason": "visits", "plate": "A1"}),
    ]


def test_of_another_gate_nothing(world: World, phones: Phones) -> None:
    """With a good token of one's own: each answer for another gate is 403 and tells nothing; nothing is written."""
    before = _written()
    for method, what, told in asked(world):
        for gate in (phones.west, 2**62):
            answer = phones.ask(method, f"{gate}/{what}", told)
            assert answer.status_code in {403, 404, 422}, (what, gate, answer.content)
            assert not MARKS.search(answer.content.decode()), what
        own = phones.ask(method, f"{phones.east}/{what}", told)
        # The visitor it asks for is one of the west: refused in a test of its own.
        assert own.status_code == (400 if what == "appointments" else 200), (what, own.content)
        text = own.content.decode(errors="replace")
        assert not MARKS.search(text), what
    assert {name: count for name, count in _written().items() if count != before[name]}.keys() <= {
        "Passage",
        "PassageCount",
        "ShiftEvent",
        "Incident",
    }
    for model in (Passage, ShiftEvent, Incident):
        assert not model._default_manager.filter(gate_id=phones.west).exists()


def _written() -> dict[str, int]:
    models = (Passage, PassageCount, ShiftEvent, Incident, Permit)
    return {model.__name__: model._default_manager.count() for model in models}


def test_the_quick_door_asks_as_well(world: World, phones: Phones) -> None:
    """The one that passages take past the site's middleware: another gate, no token, an office's session cookie."""
    import io
    import json

    def send(gate: int, authorization: str) -> str:
        body = json.dumps([passage()]).encode()
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/v1/gates/{gate}/passages",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "HTTP_AUTHORIZATION": authorization,
        }
        list(beside(lambda _environ, _start: [])(environ, lambda status, _headers: said.append(status)))
        return said[0][:3]

    own = phones.own["Authorization"]
    assert send(phones.east, own) == "200"
    assert [send(phones.west, own), send(phones.east, ""), send(phones.east, "Bearer x" * 9)] == ["403", "401", "401"]
    assert Passage.objects.count() == 1


def test_a_visitor_for_another_compound_is_not_asked_for(world: World, phones: Phones) -> None:
    """Naming a household of another compound: refused as one that does not exist, and the same words."""
    there = {"host": world.west.numbers["household"], "reason": "visits", "plate": "A1"}
    nowhere = {**there, "host": 2**30}
    answers = [phones.ask("POST", f"{phones.east}/appointments", told) for told in (there, nowhere)]
    assert answers[0].status_code == answers[1].status_code >= 400
    assert answers[0].content == answers[1].content


def test_looking_up_is_limited_and_leaves_a_trace(phones: Phones) -> None:
    """Trying ID numbers: thirty an hour for one phone, however the gate is written; each stands in the journal."""
    told = {"id_number": "420102199001011234", "reason": "no code on them"}
    codes = [phones.ask("POST", f"{phones.east}/lookup", told).status_code for _ in range(LOOKUPS_AN_HOUR + 2)]
    assert codes == [200] * LOOKUPS_AN_HOUR + [429] * 2
    assert Entry.objects.filter(deed="gates.look_up").count() == LOOKUPS_AN_HOUR
    assert phones.ask("POST", f"{phones.east}/lookup", {**told, "reason": ""}).status_code == 422


def test_the_token_opens_no_page(world: World, phones: Phones) -> None:
    """The office's pages, figures, facts, exports and people know sessions only: the token is nobody there."""
    for address in addresses():
        target = url(address, world.east, world, by_name("gate_guard"))
        if address.name.startswith("gates:api:"):
            continue
        with_token = Client(headers=phones.own).get(target)
        without = Client().get(target)
        assert with_token.status_code == without.status_code, address.name


@pytest.mark.slow
def test_the_account_opens_only_what_a_guard_needs(world: World) -> None:
    """Signed in at the office: no gate's board, no permit, no roster of people, no facts, no file, no figures."""
    guard = by_name("gate_guard")
    client = client_of(guard, world)
    for address in addresses():
        if address.name.startswith(("account_", "mfa_", "usersessions", "my:", "own:", "gates:api:")):
            continue
        for samples in (world.east, world.west):
            answer = client.get(url(address, samples, world, guard))
            if answer.status_code == 200:
                text = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
                assert not MARKS.search(text), address.name
                assert not address.name.startswith(("residents:", "health:", "intake:", "bulletins:", "command:"))
                closed = address.name.startswith("gates:") and not address.name.startswith("gates:app")
                assert not closed, address.name


@pytest.fixture
def feed(phones: Phones) -> Iterator[Feed]:
    writer = Feed()
    writer.tick()
    yield writer
    writer.close()


def test_after_revocation_the_feed_of_another_is_not_to_be_had(phones: Phones, feed: Feed) -> None:
    """The address it knew dies, the next one it is never told, guessing names nothing, and the links lead nowhere."""
    known = phones.ask("GET", f"{phones.east}/state").json()["feed"]
    assert _fetch(feed, f"{known}head") == "200"
    actions.revoke(phones.numbers["own"], by=BY, why="sold on a market")
    feed.linked_at = float("-inf")
    feed.tick()
    told = phones.ask("GET", f"{phones.east}/state", token=phones.other).json()["feed"]
    assert told != known
    for method, what in (("GET", "state"), ("GET", "roster"), ("GET", "policy"), ("GET", "guards"), ("POST", "lookup")):
        answer = phones.ask(method, f"{phones.east}/{what}", {"id_number": "420102199001011234", "reason": "asking"})
        assert answer.status_code == 401, what
        assert told not in answer.content.decode()
    assert phones.ask("GET", "trust").status_code == 401
    with clock.frozen(NOW + feed_paths.GRACE + timedelta(seconds=1)):
        feed.linked_at = float("-inf")
        feed.tick()
        assert _fetch(feed, f"{known}head") == "404"
        assert _fetch(feed, f"{told}head") == "200"
    for guess in ("/feed/v1/", "/feed/v1/../store/head", "/feed/store/head", f"/feed/v1/{'A' * 22}/head", f"{told}.."):
        assert _fetch(feed, guess) == "404", guess


def _fetch(feed: Feed, path: str) -> str:
    said: list[str] = []
    door = FeedDoor(lambda _environ, _start: [], feed.folder)
    list(door({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda status, _headers: said.append(status)))
    return said[0][:3]


def test_enrolling_again_takes_a_new_code(phones: Phones, world: World) -> None:
    """A code works once; the guard's account cannot make one; a revoked phone's token never comes back."""
    _offer, code = actions.offer_enrolment(phones.east, "spare", NOW + timedelta(days=1), by=BY)
    assert phones.ask("POST", "enrol", {"code": code}).status_code == 201
    assert phones.ask("POST", "enrol", {"code": code}).status_code == 404
    client = client_of(by_name("gate_guard"), world)
    made = client.post(reverse("gates:enrol", args=[phones.east]), {"device_name": "mine", "until": "2020-03-01"})
    assert made.status_code == 403
