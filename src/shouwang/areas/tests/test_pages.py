"""The pages of a compound's closure: seen in one's own area, changed by those who may, every deed with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from shouwang.accounts.models import Account
from shouwang.areas import actions, permissions, queries
from shouwang.areas.actions import AreaRow, CompoundRow
from shouwang.areas.models import Entrance
from shouwang.command import actions as command
from shouwang.command.policy import POWERS, Role
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db
BY = Actor.operator("tester")


@pytest.fixture(autouse=True)
def tree() -> None:
    rows = [
        AreaRow("1", "市", "city", ""),
        AreaRow("11", "甲社区", "community", "1"),
        AreaRow("12", "乙社区", "community", "1"),
    ]
    actions.import_areas(rows, by=BY)
    actions.import_compounds([CompoundRow("c", "小区", "11")], by=BY)


def posted(role: Role, area: str) -> Client:
    account = Account.objects.create(username=f"{role}-{area}")
    command.grant_post(account, role, area, date(2020, 1, 1), by=BY)
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_compound_is_closed_and_opened_on_its_pages() -> None:
    """Record entrances, close with one, a second is refused in words, bar it, open the other, end the closure."""
    client = posted(Role.COMMUNITY_OFFICER, "11")
    area = queries.by_code("c")
    for name in ("东门", "南门"):
        client.post(reverse("areas:add_entrance", args=["c"]), {"name": name, "state": "open", "reason": "盘点"})
    east, south = (Entrance.objects.get(name=name) for name in ("东门", "南门"))
    page = client.post(reverse("areas:close", args=["c"]), {"entrance": "", "reason": "确诊 1 例"})
    assert page.status_code == 400
    assert "areas.choose_entrance" in page.content.decode()
    done = client.post(reverse("areas:close", args=["c"]), {"entrance": str(east.pk), "reason": "确诊 1 例"})
    assert done["Location"] == reverse("areas:compound", args=["c"])
    assert queries.is_closed(area)
    refused = client.post(reverse("areas:entrance", args=["c", south.pk]), {"reason": "居民要求"})
    assert refused.status_code == 409
    assert "东门" in refused.content.decode()
    client.post(reverse("areas:entrance", args=["c", east.pk]), {"reason": "换门"})
    client.post(reverse("areas:entrance", args=["c", south.pk]), {"reason": "换门"})
    assert dict(queries.entrances(area).values_list("name", "state")) == {"东门": "barred", "南门": "open"}
    client.post(reverse("areas:open", args=["c"]), {"reason": "清零"})
    assert not queries.is_closed(area)
    shown = client.get(reverse("areas:compound", args=["c"])).content.decode()
    assert "确诊 1 例" in shown
    assert "换门" in shown


def test_a_deed_without_reason_is_refused() -> None:
    """The page asks for it, and so does the deed."""
    client = posted(Role.COMMUNITY_OFFICER, "11")
    answer = client.post(reverse("areas:close", args=["c"]), {"new_entrance": "正门", "reason": " "})
    assert answer.status_code == 400
    assert not queries.is_closed(queries.by_code("c"))


@pytest.mark.parametrize(
    ("role", "area", "sees", "may"),
    [
        (Role.COMMUNITY_OFFICER, "11", 200, 200),
        (Role.COMMUNITY_OFFICER, "12", 404, 404),
        (Role.CITY_OFFICER, "1", 200, 200),
        (Role.GATE_GUARD, "c", 200, 403),
        (Role.OBSERVER, "1", 200, 403),
        (Role.STORE, "1", 403, 403),
    ],
)
def test_who_sees_and_who_may(role: Role, area: str, sees: int, may: int) -> None:
    """Inside one's own area only; guards and observers look, officers act."""
    actions.add_entrance(queries.by_code("c"), "正门", by=BY)
    gate = Entrance.objects.get().pk
    client = posted(role, area)
    for name in ("compound", "history"):
        assert client.get(reverse(f"areas:{name}", args=["c"])).status_code == sees
    for url in (
        reverse("areas:close", args=["c"]),
        reverse("areas:open", args=["c"]),
        reverse("areas:add_entrance", args=["c"]),
        reverse("areas:entrance", args=["c", gate]),
    ):
        assert client.get(url).status_code == may
        if may != 200:
            assert client.post(url, {"reason": "x", "new_entrance": "门", "name": "门"}).status_code == may
    assert Entrance.objects.get().state == "open"


def test_an_entrance_of_another_compound_is_not_found() -> None:
    """The compound in the address and the entrance must belong together."""
    actions.import_compounds([CompoundRow("d", "别的小区", "12")], by=BY)
    other = actions.add_entrance(queries.by_code("d"), "正门", by=BY)
    client = posted(Role.COMMUNITY_OFFICER, "11")
    assert client.post(reverse("areas:entrance", args=["c", other.pk]), {"reason": "xxxx"}).status_code == 404


def test_roles_here_are_those_of_the_table_of_powers() -> None:
    """This room stands below the table and repeats two lines of it."""
    assert set(permissions.CLOSERS) == POWERS["areas.close"]
    assert set(permissions.VIEWERS) == POWERS["figures.read"] | {Role.GATE_GUARD}
