"""Nobody sees outside their own area: not on any page, not through any filter, not by any answer to a guess."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.http import HttpResponseBase
from two_districts import IDENTITIES, WEST, Identity, World
from walking import Address, addresses, client_of, table, url

pytestmark = pytest.mark.django_db
BOUNDED = [identity for identity in IDENTITIES if identity.role is not None and not identity.whole_city]
# Whatever belongs to the western district carries its mark. What a probe itself sends may come back in its field.
# A number in which its code happens to stand, as a time measured may be, is none.
MARKS = re.compile(r"WEST|[东]?西(?:区|街道|社区|小区|门|卫|\*)|(?<![\d.])420103")


# On the public lists of places their names and codes stand for everybody; whatever else bears the mark does not.
PLACES_NAMED = re.compile(r"(?<![区道])WEST(?!-X)|西(?:门|卫|\*)")


def marks_of(address: Address) -> re.Pattern[str]:
    """What an address must not tell of the other district."""
    return PLACES_NAMED if table()[address.name].names_places else MARKS


def text_of(response: HttpResponseBase) -> str:
    return (b"".join(response) if response.streaming else response.content).decode(errors="replace")  # type: ignore[attr-defined]


@pytest.mark.parametrize("identity", BOUNDED, ids=lambda identity: identity.name)
def test_no_page_tells_of_the_other_district(world: World, identity: Identity) -> None:
    """Every page that opens to somebody of the eastern district, in both languages, is free of the western one."""
    leaks = []
    for address in addresses():
        for language in ("zh-hans", "en"):
            client = client_of(identity, world)
            response = client.get(url(address, world.east, world, identity), headers={"accept-language": language})
            found = marks_of(address).search(text_of(response)) if response.status_code == 200 else None
            if found:
                leaks.append(f"{address.name} ({language}): {found[0]}")
    assert leaks == []


# Half a minute each: one of them with every change, the others in `make test-all`.
@pytest.mark.parametrize(
    "name",
    [
        "community_officer",
        pytest.param("district_officer", marks=pytest.mark.slow),
        pytest.param("inspector", marks=pytest.mark.slow),
    ],
)
def test_no_filter_reaches_over(world: World, name: str) -> None:
    """Filters that name places, people, files or authors of the other district find nothing of it."""
    identity = next(each for each in BOUNDED if each.name == name)
    numbers = world.west.numbers
    probe = {
        "area": WEST.community,
        "code": WEST.compound,
        "path": f"4201/{WEST.code}/",
        "person": "WEST-P1",
        "ref": "WEST-P1",
        "actor": "WEST-officer",
        "on": f"residents.Person:{numbers['person']}",
    }
    leaks = []
    for address in addresses():
        target = url(address, world.east, world, identity)
        # Lists are tried by one filter at a time; pages of one thing, which hardly have any, by all at once.
        for given in [probe] if address.arguments else [{key: value} for key, value in probe.items()]:
            response = client_of(identity, world).get(target, given)
            if response.status_code != 200:
                continue
            # The value itself, written back into its field or into links of this very page, tells nothing.
            text = text_of(response)
            for value in sorted(given.values(), key=len, reverse=True):
                text = text.replace(value, "").replace(quote(value, safe=""), "")
            if found := marks_of(address).search(text):
                leaks.append(f"{address.name}?{given}: {found[0]}")
    assert leaks == []


def _without_the_asked(text: str, address: str) -> str:
    """A page without what the asker wrote into the address, and without the tokens that change with every page."""
    asked = next(part for part in address.split("/") if re.search(r"\d|NO", part))
    text = text.replace(address, "").replace(f"#{asked}", "").replace(f">{asked}<", "")
    return re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", text)


def test_what_is_outside_is_as_if_it_were_not(world: World) -> None:
    """For a thing in the other district the answer is, word for word, that for a thing that does not exist."""
    identity = next(each for each in BOUNDED if each.name == "community_officer")
    client = client_of(identity, world)
    nowhere = {
        f"/people/person/{WEST.mark}-P1/": "/people/person/NOBODY/",
        f"/people/household/{world.west.numbers['household']}/": "/people/household/999999/",
        f"/health/events/{world.west.numbers['event']}/correct/": "/health/events/999999/correct/",
        f"/command/reports/{world.west.numbers['report']}/": "/command/reports/999999/",
        f"/command/posts/{world.west.numbers['post']}/end/": "/command/posts/999999/end/",
        f"/areas/{WEST.compound}/closure/": "/areas/NOWHERE/closure/",
        f"/screen/{WEST.code}/": "/screen/NOWHERE/",
        f"/import/files/{world.files['WEST']}/": "/import/files/999999/",
    }
    for pair in nowhere.items():
        there = pair[0]
        answers = [client.get(address) for address in pair]
        assert [answer.status_code for answer in answers] == [404, 404], there
        told = [_without_the_asked(text_of(answer), address) for answer, address in zip(answers, pair, strict=True)]
        assert told[0] == told[1], there


def test_the_whole_city_sees_both(world: World) -> None:
    """The same search for marks does find them where they belong, so the tests above can fail."""
    identity = next(each for each in IDENTITIES if each.name == "city_officer")
    pages = {
        address.name: client_of(identity, world).get(url(address, world.east, world, identity))
        for address in addresses()
    }
    telling = {name for name, answer in pages.items() if answer.status_code == 200 and MARKS.search(text_of(answer))}
    wanted = {"residents:search", "command:staff", "command:reports", "command:stage", "site:journal", "bulletins:area"}
    assert wanted | {"bulletins:facts"} <= telling
