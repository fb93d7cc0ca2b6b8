"""Walking every address of the site as somebody, and what the committed table says should come of it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from two_districts import DAY, IDENTITIES, Identity, Samples, Side, World

TABLE = Path(__file__).with_name("access.yaml")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOGIN = "/accounts/login/"
# What is sent where an empty form is answered with 404.
GIVEN = {"areas:close": {"new_entrance": "gate", "reason": "as a test"}}
# Reasons that keep somebody out. Others, such as a missing reason in a form, are given to those who were let in.
KEPT_OUT = re.compile(
    r"command\.(no_post|closed_page|outside_area|role_may_not)|intake\.(may_not|no_longer_here)|residents\.\w*outside\w*"
)


@dataclass(frozen=True)
class Address:
    """One address pattern: its name with the room's, and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]


def addresses(patterns: list[Any] | None = None, room: str = "", above: tuple[str, ...] = ()) -> Iterator[Address]:
    """Every address of the site, those of allauth included."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        arguments = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{room}{pattern.namespace}:" if pattern.namespace else room
            yield from addresses(pattern.url_patterns, inner, arguments)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{room}{pattern.name or pattern.lookup_str}", arguments)


@dataclass(frozen=True)
class Rule:
    """What the table says of one address. `get` and `post` hold names of identities, or `anybody` or `accounts`."""

    get: frozenset[str]
    post: frozenset[str]
    bounded: bool
    own: bool
    answers: frozenset[int]
    names_places: bool = False

    def of(self, method: str) -> frozenset[str]:
        """Who may, by this method."""
        return self.get if method == "GET" else self.post


def table() -> dict[str, Rule]:
    """The committed table by name of address."""
    read = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    groups = read["groups"]

    def who(given: Any) -> frozenset[str]:
        names: set[str] = set()
        for name in [given] if isinstance(given, str) else given:
            names |= set(groups[name]) if name in groups else {name}
        return frozenset(names)

    found = {}
    for name, entry in read["pages"].items():
        opened = entry.get("open_to", [])
        found[name] = Rule(
            who(entry.get("get", opened)),
            who(entry.get("post", opened)),
            bool(entry.get("own_area_only")),
            bool(entry.get("own_only")),
            frozenset(entry.get("may_answer", ())),
            bool(entry.get("names_places")),
        )
    return found


def arguments(address: Address, samples: Samples, world: World, identity: Identity) -> dict[str, Any]:
    """Sample arguments for an address in one district, for somebody."""
    side, numbers = samples.side, samples.numbers
    room = address.name.partition(":")[0]
    inside = side.mark == "EAST"
    own_file = world.files.get(identity.name, world.files["WEST"]) if inside else world.files["WEST"]
    given: dict[str, Any] = {
        "code": _code(address, side, identity, inside),
        "step": "first_review",
        "ref": f"{side.mark}-P1",
        "household_id": numbers["household"],
        "report_id": numbers["report"],
        "post_id": numbers["post"],
        "gate": numbers["gate"],
        "device": numbers["device"],
        "permit": numbers["permit"],
        "flag": numbers["flag"],
        "confinement": numbers["confinement"],
        "number": {"areas": numbers["entrance"], "health": numbers["event"], "intake": own_file}.get(room, 0),
        "measure": "cases_cumulative",
        "day": DAY.isoformat(),
        "version": "wuhan-2020/colour-2020-02-24",
        "name": "health-events",
        "form": "csv",
        "pk": 1,
        "identifier": "shouwang.420102.1",
    }
    return {name: given[name] for name in address.arguments}


def _code(address: Address, side: Side, identity: Identity, inside: bool) -> str:
    if address.name.startswith("areas:"):
        return side.compound
    # Screens are of one's own place; outside, the other district's place of the same level.
    place = identity.place or side.code
    return place if inside else place.replace("420102", side.code).replace("EAST", side.mark)


def client_of(identity: Identity, world: World, **options: Any) -> Client:
    """A browser of somebody, signed in unless they are nobody."""
    client = Client(raise_request_exception=False, headers={"accept-language": "en"}, **options)
    if identity.signed_in:
        if identity.name not in world.sessions:
            client.force_login(world.accounts[identity.name], BACKEND)
            world.sessions[identity.name] = client.cookies
        client.cookies = copy.deepcopy(world.sessions[identity.name])
    return client


def outcome(response: HttpResponseBase) -> str:
    """What came of a request: `let in`, `sign in`, `kept out`, `not there`, `method`, or `broken` with the status."""
    status = response.status_code
    if status >= 500:
        return f"broken {status}"
    if status == 302 and response["Location"].startswith(LOGIN):
        return "sign in"
    if status == 405:
        return "method"
    if status in {401, 403, 404, 409}:
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        reason = KEPT_OUT.search(body.decode())
        if status == 404:
            return "not there"
        if reason or status in {401, 403}:
            return "kept out"
    return "let in"


def expected(rule: Rule, identity: Identity, method: str, outside: bool) -> set[str]:
    """Outcomes that agree with the table."""
    who = rule.of(method)
    if who == {"nobody"}:
        return {"method"} | ({"sign in"} if not identity.signed_in else {"kept out", "not there"})
    if "anybody" in who:
        return {"let in", "sign in"} if not identity.signed_in else {"let in"}
    if not identity.signed_in:
        return {"sign in"}
    if "accounts" in who or identity.name in who:
        if outside and rule.own:
            return {"let in", "kept out"} if identity.name == "administrator" else {"not there"}
        return {"not there"} if outside and rule.bounded and not identity.whole_city else {"let in"}
    # Who may not open a page at all may be told so before or after the place is looked at.
    return {"kept out", "not there"} if outside else {"kept out"}


def by_name(name: str) -> Identity:
    """An identity of two_districts.py."""
    return next(identity for identity in IDENTITIES if identity.name == name)


def url(address: Address, samples: Samples, world: World, identity: Identity) -> str:
    """The address written out for somebody, in one district."""
    return reverse(address.name, kwargs=arguments(address, samples, world, identity))
