"""The door for phones at gates: JSON and signed documents under /api/v1/gates/, described in OpenAPI.

Passages have a quicker door of their own when the web server serves them (site/gate_door.py); it answers the same.
"""

from __future__ import annotations

import base64
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Field, NinjaAPI, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import AfterValidator, AwareDatetime, ConfigDict

from shouwang import access, clock
from shouwang.codes import code_keys, feed_paths
from shouwang.gates import actions, papers, permitting, queries, taking, watching
from shouwang.gates.api_words import DESCRIPTION, PASSAGES_BODY, REFUSED, refused_body
from shouwang.gates.models import Device
from shouwang.refusal import Refusal

COSE = "application/cose"
Gate = Annotated[int, Field(ge=1, le=2**63 - 1, description="number of the gate")]


def _keepable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a character that cannot be kept (U+0000)")
    text.encode("utf-8")
    return text


Text = Annotated[str, AfterValidator(_keepable)]
Moment = Annotated[AwareDatetime, Field(description="by the phone's own clock, with its offset from UTC")]


class Token(HttpBearer):
    """The token of an enrolled phone. Whether it may speak for the gate is looked at with the gate."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        return token if token.isascii() and 20 <= len(token) <= 200 else None


class Door(NinjaAPI):
    """The API, which lies inside the room's addresses."""

    def get_root_path(self, path_params: Any) -> str:
        """Where every path of the description begins."""
        return "/api/v1/"


api = Door(
    title="Shouwang gates",
    version="1",
    description=DESCRIPTION,
    urls_namespace="gates-api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Token(),
)


class Strict(Schema):
    """What is sent holds these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class EnrolIn(Strict):
    code: Annotated[Text, Field(min_length=4, max_length=80, description="the one-time code of the office")]


class Enrolled(Schema):
    device: int
    token: str = Field(description="kept by the phone alone")
    gate: str
    gate_name: str
    compound: str
    expires: datetime
    root_key: str = Field(description="base64url of the 65 bytes that every signed document leads back to")
    feed: str = Field(description="address of the status feed; another one each control day")
    server_time: datetime


class DeviceState(Schema):
    name: str
    expires: datetime


class State(Schema):
    gate: str
    gate_name: str
    compound: str
    feed: str
    policy_etag: str
    roster_etag: str
    device: DeviceState
    server_time: datetime
    unsent_asked: bool = Field(description="the office waits for what the phone has not sent")


class Pin(Schema):
    salt: str
    iterations: int
    hash: str


class GuardOut(Schema):
    guard: int
    name: str
    pin: Pin


class ShiftIn(Schema):
    id: UUID
    kind: Literal["check_in", "check_out", "hand_over", "thermometer_broken", "phone_lost", "unattended", "wrong_pin"]
    guard: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    at: Moment
    offset_ms: Annotated[int, Field(ge=-(10**13), le=10**13)] = 0
    detail: dict[Text, Text | int | None] | Annotated[Text, Field(max_length=1000)] | None = None


class IncidentIn(Schema):
    id: UUID
    passage: UUID
    step: Literal["first_reading", "second_reading", "held", "called", "transferred", "released"]
    at: Moment
    offset_ms: Annotated[int, Field(ge=-(10**13), le=10**13)] = 0
    temperature: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9])?$")] | None = None
    note: Annotated[Text, Field(max_length=1000)] = ""


Shifts = Annotated[list[ShiftIn], Body(..., max_length=200)]
Incidents = Annotated[list[IncidentIn], Body(..., max_length=200)]


class LookupIn(Strict):
    id_number: Annotated[Text, Field(min_length=4, max_length=40)]
    reason: Annotated[Text, Field(min_length=4, max_length=200)]


class LookupOut(Schema):
    found: bool
    colour: Literal["green", "yellow", "red", "grey"] | None
    masked_name: str | None
    idx: int | None
    list: int | None


class VisitorIn(Strict):
    phone_hash: Annotated[Text, Field(pattern="^[0-9a-f]{64}$")] | None = None
    host: Annotated[int, Field(ge=1, le=2**31 - 1, description="household number of the roster")]
    plate: Annotated[Text, Field(max_length=20)] | None = None
    reason: Annotated[Text, Field(min_length=2, max_length=200)]


class Asked(Schema):
    permit: str
    state: str


class Item(Schema):
    id: str | None
    outcome: Literal["stored", "duplicate", "quarantined"]
    verdict: str | None = None
    reason: str = ""
    differs: bool = False


class Items(Schema):
    items: list[Item]


def speaking(request: HttpRequest, gate: int) -> Device:
    """The phone that asks, when it is the gate's; what it says of itself on the way is noted."""
    device = queries.speaking_device(request.auth, gate)  # type: ignore[attr-defined]
    actions.heard(
        device.pk,
        unsent=_number(request.headers.get("X-Unsent")),
        sequence=_number(request.headers.get("X-Feed-Sequence")),
        version=request.headers.get("X-App-Version", "")[:40].replace("\x00", ""),
    )
    return device


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _known(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 when the asker has this already."""
    asked = request.headers.get("If-None-Match", "")
    if f'"{etag}"' in asked:
        response = HttpResponse(status=304)
        response["ETag"] = f'"{etag}"'
        return response
    return None


def _signed(request: HttpRequest, message: bytes, etag: str) -> HttpResponse:
    response = _known(request, etag) or HttpResponse(message, content_type=COSE)
    response["ETag"] = f'"{etag}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SIGNED: dict[str, Any] = {
    "responses": {
        200: {"description": "COSE_Sign1", "content": {COSE: {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "as the ETag that was sent"},
    }
}


@api.post("/gates/enrol", auth=None, response={201: Enrolled, **REFUSED}, summary="Make a phone the device of a gate")
def enrol(request: HttpRequest, given: EnrolIn) -> Any:
    """Once for each code, within fifteen minutes. The token is told here and never again."""
    device, token = actions.enrol(given.code)
    gate = device.gate
    told = {
        "device": device.pk,
        "token": token,
        "gate": str(gate.pk),
        "gate_name": gate.name,
        "compound": gate.area.code,
        "expires": device.expires_at,
        "root_key": _base64url(code_keys.ring().root_public()),
        "feed": feed_paths.current(),
        "server_time": clock.now(),
    }
    return Status(201, told)


@api.get("/gates/{gate}/state", response={200: State, **REFUSED}, summary="What a phone should know now")
def state(request: HttpRequest, gate: Gate) -> Any:
    """The address of the feed and the ETags of policy and roster. 401: wipe roster, token and feed; keep the outbox."""
    device = speaking(request, gate)
    etags = {kind: papers.paper(device.gate, kind).etag for kind in ("policy", "roster")}
    feed = feed_paths.current()
    seen = (device.gate.name, device.name, device.expires_at, feed, *etags.values())
    etag = _base64url(taking.token_hash(repr(seen)))[:20]
    known = _known(request, etag)
    if known is not None:
        return known
    body = {
        "gate": str(gate),
        "gate_name": device.gate.name,
        "compound": device.gate.area.code,
        "feed": feed,
        "policy_etag": f'"{etags["policy"]}"',
        "roster_etag": f'"{etags["roster"]}"',
        "device": {"name": device.name, "expires": device.expires_at},
        "server_time": clock.now(),
        "unsent_asked": bool(device.unsent),
    }
    response = JsonResponse(body)
    response["ETag"], response["Cache-Control"] = f'"{etag}"', "private, no-cache"
    return response


@api.get("/gates/{gate}/policy", response=REFUSED, openapi_extra=SIGNED, summary="The policy row, signed")
def policy(request: HttpRequest, gate: Gate) -> Any:
    """COSE_Sign1 of JSON, typ `sw/policy+json`, by a key of use policy."""
    made = papers.paper(speaking(request, gate).gate, "policy")
    return _signed(request, bytes(made.message), made.etag)


@api.get("/gates/{gate}/roster", response=REFUSED, openapi_extra=SIGNED, summary="The residents of the gate, signed")
def roster(request: HttpRequest, gate: Gate) -> Any:
    """COSE_Sign1 of JSON, typ `sw/roster+json`. Dwelling, masked name, place in the day's list; no ID numbers."""
    made = papers.paper(speaking(request, gate).gate, "roster")
    return _signed(request, bytes(made.message), made.etag)


@api.get("/gates/trust", response=REFUSED, openapi_extra=SIGNED, summary="The trust list")
def trust(request: HttpRequest) -> Any:
    """Whose signature counts for what, signed by the root key that was pinned at enrolment. Also in the feed."""
    queries.speaking_device(request.auth, None)  # type: ignore[attr-defined]
    message = code_keys.ring().trust_list()
    return _signed(request, message, _base64url(taking.token_hash(message.hex()))[:20])


@api.get("/gates/{gate}/guards", response={200: list[GuardOut], **REFUSED}, summary="Who may check in")
def guards(request: HttpRequest, gate: Gate) -> Any:
    """With what checks their PINs without network: PBKDF2-SHA256, base64url. Those locked out are left out."""
    device = speaking(request, gate)
    return [
        {
            "guard": one.guard,
            "name": one.name,
            "pin": {
                "salt": _base64url(bytes(one.pin.salt)),
                "iterations": one.pin.iterations,
                "hash": _base64url(bytes(one.pin.hash)),
            },
        }
        for one in queries.guards_of(device.gate)
        if one.pin is not None
    ]


@api.post(
    "/gates/{gate}/passages",
    auth=None,
    response={200: Items, **REFUSED},
    openapi_extra={"requestBody": PASSAGES_BODY, "security": [{"Token": []}]},
    summary="Take in passages",
)
def passages(request: HttpRequest, gate: str) -> HttpResponse:
    """At most 200, answered one by one in order. The same key twice is one row and one answer; nothing is bounced."""
    token = taking.bearer(request.headers.get("Authorization", ""))
    return HttpResponse(taking.written_answers(taking.take(token, gate, request.body)), content_type="application/json")


def _told(one: ShiftIn | IncidentIn) -> watching.Told:
    facts = one.dict()
    if facts.get("temperature") is not None:
        facts["temperature"] = Decimal(facts["temperature"])
    return watching.Told(**facts)


@api.post("/gates/{gate}/shift-events", response={200: Items, **REFUSED}, summary="Tell of the watch")
def shift_events(request: HttpRequest, gate: Gate, given: Shifts) -> Any:
    """Guards who came and went, a broken thermometer, a lost phone, a wrong PIN. Answered in order."""
    device = speaking(request, gate)
    outcomes = watching.record_shift_events(device, [_told(one) for one in given])
    return {"items": [{"id": str(one.id), "outcome": what} for one, what in zip(given, outcomes, strict=True)]}


@api.post("/gates/{gate}/incidents", response={200: Items, **REFUSED}, summary="Tell of somebody feverish")
def incidents(request: HttpRequest, gate: Gate, given: Incidents) -> Any:
    """The steps from the first reading to the transfer. Answered in order."""
    device = speaking(request, gate)
    outcomes = watching.record_incidents(device, [_told(one) for one in given])
    return {"items": [{"id": str(one.id), "outcome": what} for one, what in zip(given, outcomes, strict=True)]}


@api.post("/gates/{gate}/lookup", response={200: LookupOut, **REFUSED}, summary="A colour by ID number")
def lookup(request: HttpRequest, gate: Gate, given: LookupIn) -> Any:
    """Thirty an hour for one phone, in the journal with the reason; answered with colour and masked name only."""
    return watching.look_up(speaking(request, gate), given.id_number, given.reason)


@api.post("/gates/{gate}/appointments", response={201: Asked, **REFUSED}, summary="Ask for a visitor's permit")
def appointments(request: HttpRequest, gate: Gate, given: VisitorIn) -> Any:
    """Asked for at the gate, decided in the office; an approved one comes back in the policy row."""
    device = speaking(request, gate)
    permit = permitting.ask_at_gate(
        device, given.host, phone_hash=given.phone_hash or "", plate=given.plate or "", why=given.reason
    )
    return Status(201, {"permit": str(permit.pk), "state": "asked"})


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal in both languages, with the next step."""
    return JsonResponse(refused_body(refusal), status=refusal.status)


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, error: Any) -> HttpResponse:
    """No token, or something that is none."""
    return refused(request, Refusal("gates.unknown_device", status=401))


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """What was sent does not have the form that the description says."""
    where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors[:3])
    return refused(request, Refusal("gates.unreadable", status=422, what=where[:300]))


@api.exception_handler(HttpError)
def bad_request(request: HttpRequest, error: Any) -> HttpResponse:
    """A body that is no JSON."""
    return refused(request, Refusal("gates.unreadable", status=error.status_code, what=str(error)[:300]))


def urls() -> list[Any]:
    """The addresses, declared open: a phone shows its token, not a session."""
    patterns = [pattern for pattern in api.urls[0] if pattern.name != "api-root"]
    for pattern in patterns:
        pattern.callback = access.public(pattern.callback)
    return patterns
