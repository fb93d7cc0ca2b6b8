"""Posts follow the places they belong to."""

from __future__ import annotations

from datetime import date

import pytest

from shouwang.accounts.models import Account
from shouwang.areas import actions as areas
from shouwang.areas.models import Area
from shouwang.command import actions, queries, reactions
from shouwang.command.models import Post
from shouwang.command.policy import Role
from shouwang.journal.actions import Actor

BY = Actor.system("test")


@pytest.fixture
def tree() -> None:
    city = Area.objects.create(code="4201", path="4201/", level="city", name="武汉市")
    for district in ("420102", "420103"):
        place = Area.objects.create(
            code=district, path=f"4201/{district}/", level="district", name=district, parent=city
        )
        Area.objects.create(
            code=f"{district}001", path=f"4201/{district}/{district}001/", level="street", name="街道", parent=place
        )


@pytest.mark.django_db(transaction=True)
def test_a_street_that_moves_takes_its_officer_along(tree: None) -> None:
    """After a street is moved to another district its officer sees it under the new path, the old district does not."""
    account = Account.objects.create(username="street")
    post = actions.grant_post(account, Role.STREET_OFFICER, "420102001", date(2020, 1, 1), by=BY)
    street, other = Area.objects.get(code="420102001"), Area.objects.get(code="420103")
    areas.move_unit(street, other, day=date(2020, 2, 1), why="区划调整", by=BY)
    moved = queries.scope_of(Post.objects.get(pk=post.pk))
    assert moved.area_path == "4201/420103/420102001/"


@pytest.mark.django_db
def test_a_missed_announcement_is_caught_up(tree: None) -> None:
    """A post whose path was left behind is put right by the day's tidying, and nothing else is touched."""
    account = Account.objects.create(username="street")
    post = actions.grant_post(account, Role.STREET_OFFICER, "420102001", date(2020, 1, 1), by=BY)
    Post.objects.filter(pk=post.pk).update(area_path="4201/420199/420102001/")
    assert reactions.catch_up() == 1
    assert Post.objects.get(pk=post.pk).area_path == "4201/420102/420102001/"
    assert reactions.catch_up() == 0
