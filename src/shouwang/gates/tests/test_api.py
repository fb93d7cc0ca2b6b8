"""The door for phones: enrolment once only, what each phone may ask, signed documents by ETag, PINs, look-ups."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from shouwang import clock
from shouwang.codes import code_keys, cose
from shouwang.gates import actions, watching
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

from .conftest import NOW, phone_at
from .passages import body, key, passage

if TYPE_CHECKING:
    from shouwang.areas.models import Area
    from shouwang.gates.models import Device, Gate

pytestmark = pytest.mark.django_db
BY = Actor.operator()


@pytest.fixture(autouse=True)
def _own_code_keys(tmp_path: Path, settings: Any) -> None:
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"


def ask(phone: tuple[Device, str], what: str, **headers: str) -> Any:
    device, token = phone
    return Client().get(
        f"/api/v1/gates/{device.gate_id}/{what}", headers={"Authorization": f"Bearer {token}", **headers}
    )


def tell(phone: tuple[Device, str], what: str, given: Any) -> Any:
    device, token = phone
    return Client().post(
        f"/api/v1/gates/{device.gate_id}/{what}",
        given if isinstance(given, bytes) else json.dumps(given),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def opened(message: bytes) -> dict[str, Any]:
    """The content of a signed document, its signature checked against the keys of the city."""
    parts = cose.take_apart(message)
    ring = code_keys.ring()
    signers = {key.kid: use for use in ("policy", "roster") for key in ring.keys if key.use == use}
    assert parts.protected[4].hex() in signers
    return json.loads(parts.payload)


def test_a_code_enrols_one_phone_once(gates: dict[str, Gate]) -> None:
    """The answer holds all a phone needs to begin; the code is spent by it, and typed in any case."""
    from shouwang.gates.models import Device

    expires = NOW + timedelta(days=30)
    _made, code = actions.offer_enrolment(gates["X1"].pk, "guard's phone", expires, by=BY)
    client = Client()
    given = {"code": code.lower().replace("-", "")}
    first = client.post("/api/v1/gates/enrol", given, content_type="application/json")
    assert first.status_code == 201
    told = first.json()
    assert (told["gate"], told["compound"]) == (str(gates["X1"].pk), "X1")
    assert len(base64.urlsafe_b64decode(told["root_key"] + "=")) == 65
    assert told["feed"].startswith("/feed/v1/")
    assert client.post("/api/v1/gates/enrol", given, content_type="application/json").status_code == 404
    assert Device.objects.count() == 1
    assert bytes(Device.objects.get().token_hash) != told["token"].encode()
    assert ask((Device.objects.get(), told["token"]), "state").status_code == 200


def test_a_code_lives_for_minutes(gates: dict[str, Gate]) -> None:
    """And a wrong one is answered as a spent one is."""
    _made, code = actions.offer_enrolment(gates["X1"].pk, "", NOW + timedelta(days=30), by=BY)
    with clock.frozen(NOW + timedelta(minutes=15)), pytest.raises(Refusal) as late:
        actions.enrol(code)
    with pytest.raises(Refusal) as wrong:
        actions.enrol("2222-2222-2222-2222")
    assert late.value.code == wrong.value.code == "gates.no_such_code"


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_phone_is_not_enrolled_for_ever(gates: dict[str, Gate], days: int) -> None:
    """Its expiry lies between now and a year from now."""
    with pytest.raises(Refusal) as refused:
        actions.offer_enrolment(gates["X1"].pk, "", NOW + timedelta(days=days), by=BY)
    assert refused.value.code == "gates.expiry_out_of_range"


ASKED = ["state", "policy", "roster", "guards"]
TOLD: dict[str, Any] = {
    "passages": [passage(NOW)],
    "shift-events": [{"id": key(NOW), "kind": "check_in", "at": NOW.isoformat()}],
    "incidents": [{"id": key(NOW), "passage": key(NOW), "step": "held", "at": NOW.isoformat()}],
    "lookup": {"id_number": "420102199001011234", "reason": "no phone"},
    "appointments": {"host": 1, "reason": "brings medicine", "plate": "A1"},
}


def test_a_phone_asks_nothing_of_another_gate(phone: tuple[Device, str], gates: dict[str, Gate]) -> None:
    """Whatever it asks or tells there, it is kept out, as from a gate that is not there."""
    other, _token = phone_at(gates["X2"])
    for gate in (other.gate_id, 999_999):
        for what in ASKED:
            path = f"/api/v1/gates/{gate}/{what}"
            assert Client().get(path, headers={"Authorization": f"Bearer {phone[1]}"}).status_code == 403, what
        for what, given in TOLD.items():
            answer = Client().post(
                f"/api/v1/gates/{gate}/{what}",
                json.dumps(given),
                content_type="application/json",
                headers={"Authorization": f"Bearer {phone[1]}"},
            )
            assert answer.status_code == 403, what


@pytest.mark.parametrize("how", ["revoked", "expired", "no token", "made up"])
def test_a_phone_that_is_none_is_told_401_everywhere(phone: tuple[Device, str], how: str) -> None:
    """At once, so that it wipes what it holds."""
    device, token = phone
    now = NOW
    if how == "revoked":
        actions.revoke(device.pk, by=BY, why="lost at the market")
    if how == "expired":
        now = device.expires_at
    if how in {"no token", "made up"}:
        token = "" if how == "no token" else "x" * 43
    with clock.frozen(now):
        for what in ASKED:
            assert ask((device, token), what).status_code == 401, what
        for what, given in TOLD.items():
            assert tell((device, token), what, given).status_code == 401, what
        assert Client().get("/api/v1/gates/trust", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_passages_come_in_by_this_door_too(phone: tuple[Device, str]) -> None:
    """With the answer that the quick door gives."""
    first, bad = passage(), {"id": "x"}
    answer = tell(phone, "passages", body(first, bad, first))
    assert [one["outcome"] for one in answer.json()["items"]] == ["stored", "quarantined", "duplicate"]
    assert tell(phone, "passages", b"{}").status_code == 422
    assert tell(phone, "passages", [passage() for _ in range(201)]).json()["code"] == "gates.too_many"


def test_signed_documents_are_sent_once(phone: tuple[Device, str]) -> None:
    """The same ETag while they say the same; the state names them; a phone that has them gets 304."""
    state = ask(phone, "state").json()
    for kind in ("policy", "roster"):
        answer = ask(phone, kind)
        assert answer["Content-Type"] == "application/cose"
        assert answer["ETag"] == state[f"{kind}_etag"]
        assert opened(answer.content)["gate"] == str(phone[0].gate_id)
        again = ask(phone, kind, **{"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    state_again = ask(phone, "state", **{"If-None-Match": ask(phone, "state")["ETag"]})
    assert state_again.status_code == 304
    trust = Client().get("/api/v1/gates/trust", headers={"Authorization": f"Bearer {phone[1]}"})
    assert (trust.status_code, trust.content) == (200, code_keys.ring().trust_list())


def test_documents_are_made_anew_before_they_end(phone: tuple[Device, str]) -> None:
    """Half way through their life, with the same content."""
    before = ask(phone, "roster")
    with clock.frozen(NOW + timedelta(hours=17, minutes=59)):
        soon = opened(ask(phone, "roster").content)
    with clock.frozen(NOW + timedelta(hours=18, minutes=10)):
        later = ask(phone, "roster")
    assert soon["list"] in {opened(before.content)["list"], opened(before.content)["list"] + 1}
    assert later["ETag"] != before["ETag"]
    assert opened(later.content)["expires_at"] > opened(before.content)["expires_at"]


def _people(area: Area, count: int) -> None:
    from shouwang.residents.models import Household, Person
    from shouwang.residents.sealing import sealer

    lock = sealer()
    for number in range(count):
        ref, name, id_number = f"REF-{number}", f"王小{number}明", f"42010219900101{number:04d}"
        home = Household.objects.create(ref=f"H{number}", area=area, area_path=area.path)
        Person.objects.create(
            ref=ref,
            name_sealed=lock.seal("name", ref, name),
            name_hash=lock.hash("name", name),
            id_number_sealed=lock.seal("id_number", ref, id_number),
            id_number_hash=lock.hash("id_number", id_number),
            area=area,
            area_path=area.path,
            household=home,
            building="3",
            unit="1",
            dwelling=f"{number}01",
        )


def test_the_roster_holds_no_identity(phone: tuple[Device, str], tree: dict[str, Area]) -> None:
    """Line, dwelling, masked name, place of the day, household: nothing that names somebody outside the gate."""
    from shouwang.codes import holders

    _people(tree["X1"], 3)
    told = opened(ask(phone, "roster").content)
    assert set(told) == {"gate", "compound", "issued_at", "expires_at", "list", "people"}
    assert [line[1:3] for line in told["people"]] == [["3-1-001", "王***"], ["3-1-101", "王***"], ["3-1-201", "王***"]]
    text = json.dumps(told, ensure_ascii=False)
    assert "REF-" not in text
    assert "小" not in text
    assert "4201021990" not in text
    assert holders.people_at(told["list"], [line[3] for line in told["people"]]) == {
        line[3]: line[0] for line in told["people"]
    }


def test_guards_and_their_pins(phone: tuple[Device, str], tree: dict[str, Area]) -> None:
    """Those posted at the gate or above it with a PIN; five wrong ones lock it for a quarter of an hour."""
    from shouwang.accounts.models import Account
    from shouwang.command.actions import grant_post
    from shouwang.command.policy import Role

    guard = Account.objects.create(username="guard", display_name="老李")
    other = Account.objects.create(username="other")
    grant_post(guard, Role.GATE_GUARD, "X1", clock.today(), by=BY)
    grant_post(other, Role.GATE_GUARD, "X2", clock.today(), by=BY)
    assert ask(phone, "guards").json() == []
    for plain in ("111111", "123456", "98765", "abcdef", "１２３４５７"):
        with pytest.raises(Refusal):
            actions.set_pin(guard, plain, by=BY)
    actions.set_pin(guard, "280419", by=BY)
    actions.set_pin(other, "280419", by=BY)
    (told,) = ask(phone, "guards").json()
    assert (told["guard"], told["name"]) == (guard.pk, "老李")
    pin = {part: base64.urlsafe_b64decode(told["pin"][part] + "==") for part in ("salt", "hash")}
    assert actions.stretched("280419", pin["salt"], told["pin"]["iterations"]) == pin["hash"]

    def wrong() -> None:
        event = {"id": key(), "kind": "wrong_pin", "guard": guard.pk, "at": NOW.isoformat()}
        assert tell(phone, "shift-events", [event]).status_code == 200

    for _ in range(4):
        wrong()
    tell(phone, "shift-events", [{"id": key(), "kind": "check_in", "guard": guard.pk, "at": NOW.isoformat()}])
    for _ in range(4):
        wrong()
    assert len(ask(phone, "guards").json()) == 1
    wrong()
    assert ask(phone, "guards").json() == []
    with clock.frozen(NOW + timedelta(minutes=15)):
        assert len(ask(phone, "guards").json()) == 1


def test_shift_events_and_incidents_are_stored_once(phone: tuple[Device, str]) -> None:
    """Under their keys, by the signed clock, in order; somebody unknown as guard is left open."""
    from shouwang.gates.models import Incident, ShiftEvent

    event = {
        "id": key(),
        "kind": "hand_over",
        "guard": 4711,
        "at": (NOW - timedelta(hours=1)).isoformat(),
        "offset_ms": 1_800_000,
        "detail": {"to": 5},
    }
    step = {"id": key(), "passage": key(), "step": "second_reading", "at": NOW.isoformat(), "temperature": "38.2"}
    for outcome in ("stored", "duplicate"):
        assert tell(phone, "shift-events", [event]).json()["items"][0]["outcome"] == outcome
        assert tell(phone, "incidents", [step]).json()["items"][0]["outcome"] == outcome
    stored = ShiftEvent.objects.get()
    assert (stored.at, stored.guard_id, json.loads(stored.detail)) == (NOW - timedelta(minutes=30), None, {"to": 5})
    assert str(Incident.objects.get().temperature) == "38.2"
    assert tell(phone, "incidents", [{**step, "id": key(), "temperature": "hot"}]).status_code == 422


def test_a_look_up_is_masked_recorded_and_limited(phone: tuple[Device, str], tree: dict[str, Area]) -> None:
    """Colour and masked name; the reason stands in the journal, the number nowhere; thirty an hour."""
    from shouwang.journal.models import Entry

    _people(tree["X2"], 1)
    asked = {"id_number": "420102199001010000", "reason": "phone is flat"}
    told = tell(phone, "lookup", asked).json()
    assert (told["found"], told["colour"], told["masked_name"]) == (True, "green", "王***")
    assert set(told) == {"found", "colour", "masked_name", "idx", "list"}
    assert tell(phone, "lookup", {**asked, "id_number": "420102199001019999"}).json()["found"] is False
    assert tell(phone, "lookup", {**asked, "reason": " "}).status_code in {400, 422}
    entries = Entry.objects.filter(deed="gates.look_up")
    assert [entry.why for entry in entries] == ["phone is flat"] * 2
    assert not any("420102199001010000" in json.dumps(entry.detail) + entry.why for entry in entries)
    for _ in range(watching.LOOKUPS_AN_HOUR - 2):
        assert tell(phone, "lookup", asked).status_code == 200
    refused = tell(phone, "lookup", asked)
    assert (refused.status_code, refused.json()["code"]) == (429, "gates.too_often")
    with clock.frozen(NOW + timedelta(hours=1)):
        assert tell(phone, "lookup", asked).status_code == 200


def test_what_a_phone_says_of_itself_is_noted(phone: tuple[Device, str]) -> None:
    """How much it has not sent, how far its feed is, which version it runs."""
    ask(phone, "state", **{"X-Unsent": "17", "X-Feed-Sequence": "9", "X-App-Version": "1.2"})
    device = phone[0]
    device.refresh_from_db()
    assert (device.unsent, device.feed_sequence, device.app_version) == (17, 9, "1.2")
    assert ask(phone, "state").json()["unsent_asked"] is True


def test_the_description_names_every_door() -> None:
    """OpenAPI, open to anybody, with the form of a passage."""
    described = Client().get("/api/v1/openapi.json").json()
    assert {path.rpartition("/")[2] for path in described["paths"]} == {
        "enrol", "state", "policy", "roster", "trust", "guards", "passages", "shift-events", "incidents", "lookup",
        "appointments",
    }  # fmt: skip
    assert all(path.startswith("/api/v1/gates/") for path in described["paths"])
    form = described["paths"]["/api/v1/gates/{gate}/passages"]["post"]["requestBody"]
    assert form["content"]["application/json"]["schema"]["items"]["required"]
