"""Who may open what: the committed table (access.yaml) against the real answers of every address, for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from two_districts import DAY, IDENTITIES, Identity, World
from walking import GIVEN, LOGIN, addresses, by_name, client_of, expected, outcome, table, url

from shouwang.command.models import Post

pytestmark = pytest.mark.django_db
RULES = table()


def test_every_address_is_in_the_table() -> None:
    """A page that nobody thought about has no place in the site; one that is gone has none in the table."""
    names = {address.name for address in addresses()}
    missing, gone = sorted(names - set(RULES)), sorted(set(RULES) - names)
    assert not missing, (
        f"These addresses are not in tests/security/access.yaml: {missing}. Decide who needs them, declare it on the "
        "view with shouwang.access, and write the same into the table, with own_area_only for what lies at a place."
    )
    assert not gone, f"These addresses no longer exist; take them out of tests/security/access.yaml: {gone}"


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.name)
def test_the_answers_agree_with_the_table(world: World, identity: Identity) -> None:
    """Every address, by GET and by POST, inside and outside one's own area: let in, kept out, or not there."""
    differences = []
    for address in addresses():
        rule = RULES[address.name]
        for samples in [world.east, world.west] if address.arguments else [world.east]:
            outside = samples is world.west
            for method in ("GET", "POST"):
                client = client_of(identity, world)
                target = url(address, samples, world, identity)
                with transaction.atomic():
                    response = (
                        client.get(target) if method == "GET" else client.post(target, GIVEN.get(address.name, {}))
                    )
                    found = outcome(response)
                    transaction.set_rollback(True)
                wanted = expected(rule, identity, method, outside)
                if response.status_code in rule.answers or found in wanted:
                    continue
                differences.append(f"{method} {target} ({address.name}): {found} {response.status_code}, not {wanted}")
    assert not differences, f"as {identity.name}:\n" + "\n".join(differences)


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_other_methods_open_no_door(world: World, method: str) -> None:
    """Without sign-in no method gets further than the sign-in page, but where anybody may."""
    for address in addresses():
        rule = RULES[address.name]
        if "anybody" not in rule.get:
            response = getattr(Client(), method)(url(address, world.east, world, IDENTITIES[0]))
            if "anybody" in rule.post:
                assert response.status_code == 405, address.name
                continue
            assert response.status_code == 302, address.name
            assert response["Location"].startswith(LOGIN), address.name


def _forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("something of the whole city")


class WithForgotten:
    """The site's addresses with one view whose author forgot to say who may open it."""

    from shouwang.site import urls

    urlpatterns = [path("forgotten/", _forgotten), path("", include(urls))]
    handler403, handler404 = urls.handler403, urls.handler404


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.name)
def test_a_forgotten_declaration_closes(world: World, identity: Identity) -> None:
    """A view that says nothing opens to an administrator of the whole city and to nobody else."""
    with override_settings(ROOT_URLCONF=WithForgotten):
        response = client_of(identity, world).get("/forgotten/")
    if identity.name == "administrator":
        assert response.content == b"something of the whole city"
    elif identity.signed_in:
        assert response.status_code == 403
        assert b"whole city" not in response.content
    else:
        assert response["Location"].startswith(LOGIN)


def _pages(world: World, name: str) -> dict[str, str]:
    """The text of every page that somebody can open, by the name of its address."""
    identity, texts = by_name(name), {}
    for address in addresses():
        response = client_of(identity, world).get(url(address, world.east, world, identity))
        if response.status_code == 200:
            texts[address.name] = (b"".join(response) if response.streaming else response.content).decode()
    return texts


@pytest.mark.parametrize("name", ["gate_guard", "store", "deliverer", "no_post", "anonymous"])
def test_guards_stores_and_deliverers_see_no_residents(world: World, name: str) -> None:
    """Neither a name, even masked, nor a reference, on any page they can open."""
    texts = _pages(world, name)
    assert [page for page, text in texts.items() if "EAST-P1" in text or "东*" in text] == []


@pytest.mark.parametrize("name", ["observer", "inspector", "administrator"])
def test_watchers_see_no_names(world: World, name: str) -> None:
    """Behind a figure they find references, which lead nowhere for them; names they find nowhere."""
    texts = _pages(world, name)
    assert [page for page, text in texts.items() if "东*" in text or "/people/person/" in text] == []
    assert {page for page, text in texts.items() if "EAST-P1" in text} <= {"bulletins:facts"}


def test_a_post_that_ended_opens_nothing(world: World) -> None:
    """The day after its last day, in the same session."""
    identity = by_name("city_officer")
    client = client_of(identity, world)
    assert client.get("/people/").status_code == 200
    Post.objects.filter(account=world.accounts["city_officer"]).update(until_day=DAY)
    assert client.get("/people/").status_code == 200
    Post.objects.filter(account=world.accounts["city_officer"]).update(until_day=DAY - timedelta(days=1))
    assert client.get("/people/").status_code == 403


def test_nobody_uses_the_post_of_another(world: World) -> None:
    """Naming a post that is not one's own in the switch, or in the session, changes nothing."""
    identity = by_name("gate_guard")
    client = client_of(identity, world)
    foreign = world.accounts["city_officer"].posts.get().pk
    client.post("/command/post/", {"post": str(foreign)})
    assert client.get("/people/").status_code == 403
    session: Any = client.session
    session["post"] = foreign
    session.save()
    assert client.get("/people/").status_code == 403
