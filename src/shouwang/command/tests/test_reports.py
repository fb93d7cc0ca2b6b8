"""Reports taken in many at once: those that are ready go, the others stay, and nobody steps outside their power."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.command import actions, queries
from shouwang.command.models import DailyReportStatus
from shouwang.command.policy import Role
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

BY = Actor.operator("test")
DAY = date(2020, 2, 20)
MORNING = datetime.fromisoformat("2020-02-20T06:30:00+08:00")


@pytest.fixture
def reports(db: None) -> dict[str, int]:
    """Code of a community → the number of its filled report; two streets with two communities each."""
    city = Area.objects.create(code="4201", path="4201/", level="city", name="武汉市")
    for street in ("1", "2"):
        place = Area.objects.create(code=street, path=f"4201/{street}/", level="street", name=street, parent=city)
        for number in ("1", "2"):
            code = street + number
            path = f"{place.path}{code}/"
            Area.objects.create(code=code, path=path, level="community", name=code, parent=place)
    with clock.frozen(MORNING):
        actions.fill_reports(DAY, {}, by=BY)
    return dict(queries.reports("", DAY).values_list("area__code", "pk"))


def states() -> dict[str, str | None]:
    return dict(queries.reports("", DAY).values_list("area__code", "state"))


def test_only_what_is_ready_goes(reports: dict[str, int]) -> None:
    """Three are confirmed, then all four accepted at once: three go, the fourth still waits; again: nothing moves."""
    assert actions.step_reports([reports[code] for code in ("11", "12", "21")], "confirmed", by=BY) == 3
    assert actions.step_reports(list(reports.values()), "accepted", by=BY) == 3
    assert states() == {"11": "accepted", "12": "accepted", "21": "accepted", "22": None}
    assert actions.step_reports(list(reports.values()), "accepted", by=BY) == 0
    assert DailyReportStatus.objects.count() == 6


def test_a_street_accepts_its_own_only(reports: dict[str, int]) -> None:
    """One report of another street among them: refused, and none of them went."""
    actions.step_reports(list(reports.values()), "confirmed", by=BY)
    account = Account.objects.create(username="street")
    scope = queries.scope_of(actions.grant_post(account, Role.STREET_OFFICER, "1", DAY, by=BY))
    by = Actor("person", "street", account.pk)
    with pytest.raises(Refusal) as caught:
        actions.step_reports(list(reports.values()), "accepted", by=by, scope=scope)
    assert caught.value.code == "command.outside_area"
    assert set(states().values()) == {"confirmed"}
    assert actions.step_reports([reports["11"], reports["12"]], "accepted", by=by, scope=scope) == 2


def test_a_street_does_not_confirm_for_its_communities(reports: dict[str, int]) -> None:
    """Confirming is the community's: a street officer's press is refused and nothing is confirmed."""
    account = Account.objects.create(username="street")
    scope = queries.scope_of(actions.grant_post(account, Role.STREET_OFFICER, "1", DAY, by=BY))
    with pytest.raises(Refusal) as caught:
        actions.step_reports([reports["11"]], "confirmed", by=Actor("person", "street", account.pk), scope=scope)
    assert caught.value.code == "command.role_may_not"
    assert set(states().values()) == {None}


def test_none_is_returned_with_the_others(reports: dict[str, int]) -> None:
    """To return a report takes a reason of its own, so it is not done for many."""
    actions.step_reports(list(reports.values()), "confirmed", by=BY)
    with pytest.raises(Refusal) as caught:
        actions.step_reports(list(reports.values()), "returned", by=BY)
    assert caught.value.code == "command.report_step"


def test_a_role_exists_at_its_level_for_the_operator_too(reports: dict[str, int]) -> None:
    """A community officer of a street, a street officer of a city: refused, whoever posts them, one by one or many."""
    account = Account.objects.create(username="someone")
    with pytest.raises(Refusal) as caught:
        actions.grant_post(account, Role.COMMUNITY_OFFICER, "1", DAY, by=BY)
    assert caught.value.code == "command.role_not_at_level"
    with pytest.raises(Refusal) as caught:
        actions.grant_roster(Role.STREET_OFFICER, [(account, "1", DAY), (account, "4201", DAY)], by=BY)
    assert caught.value.code == "command.role_not_at_level"
