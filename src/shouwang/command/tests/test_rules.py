"""What posts may do, and where."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.command.policy import LEVELS_OF_ROLE, POWERS, Role
from shouwang.command.rules import REPORT_STEPS, Scope, in_office, refuse_deed, refuse_post, refuse_report_step


def scope(role: Role, path: str = "4201/420102/") -> Scope:
    return Scope(1, "somebody", 1, role, 1, path.rstrip("/").split("/")[-1], "江岸区", path, "district")


def test_nobody_without_a_post_may_do_anything() -> None:
    """No post, no power: for every deed there is."""
    for deed in POWERS:
        refusal = refuse_deed(None, deed, "4201/")
        assert refusal is not None
        assert refusal.code == "command.no_post"


@given(
    st.sampled_from(sorted(POWERS)),
    st.sampled_from(list(Role)),
    st.sampled_from(["4201/", "4201/420102/9/", "4201/4201021/"]),
)
def test_a_deed_is_allowed_only_by_role_and_inside_the_area(deed: str, role: Role, path: str) -> None:
    """Allowed exactly when the role has the power and the place lies under the post's path (a longer code beside it
    does not)."""
    allowed = refuse_deed(scope(role), deed, path) is None
    assert allowed == (role in POWERS[deed] and path.startswith("4201/420102/"))


def test_an_unknown_deed_is_refused() -> None:
    """What is not in the table of powers nobody may do."""
    refusal = refuse_deed(scope(Role.ADMINISTRATOR, "4201/"), "codes.set_colour", "4201/")
    assert refusal is not None
    assert refusal.code == "command.role_may_not"


@pytest.mark.parametrize(("day", "holds"), [(9, False), (10, True), (15, True), (20, True), (21, False)])
def test_first_and_last_day_of_a_post_count(day: int, holds: bool) -> None:
    """A post from the 10th to the 20th holds on both days."""
    assert in_office(date(2020, 2, 10), date(2020, 2, 20), date(2020, 2, day)) is holds


def test_posts_are_granted_downwards_at_their_level_only() -> None:
    """A district officer posts a street officer at a street of the district, not at a compound, not elsewhere."""
    granter = scope(Role.DISTRICT_OFFICER)
    assert refuse_post(granter, Role.STREET_OFFICER, "street", "4201/420102/420102002/") is None
    wrong_level = refuse_post(granter, Role.STREET_OFFICER, "compound", "4201/420102/420102002/1/2/")
    assert wrong_level is not None
    assert wrong_level.code == "command.role_not_at_level"
    elsewhere = refuse_post(granter, Role.STREET_OFFICER, "street", "4201/420103/420103001/")
    assert elsewhere is not None
    assert elsewhere.code == "command.outside_area"


def test_only_the_city_makes_administrators_and_inspectors() -> None:
    """Those who oversee are not made by those who are overseen."""
    for role in (Role.ADMINISTRATOR, Role.INSPECTOR):
        refusal = refuse_post(scope(Role.DISTRICT_OFFICER), role, "district", "4201/420102/")
        assert refusal is not None
        assert refusal.code == "command.role_may_not"
        assert refuse_post(scope(Role.CITY_OFFICER, "4201/"), role, "district", "4201/420102/") is None


def test_roles_with_levels_are_real_roles() -> None:
    """The table of levels names no role that does not exist."""
    assert set(LEVELS_OF_ROLE) <= set(Role)


@given(
    st.sampled_from(["filled", "confirmed", "accepted", "returned"]),
    st.sampled_from(["confirmed", "accepted", "returned", "filled", "x"]),
)
def test_a_report_goes_only_the_ways_of_the_table(state: str, step: str) -> None:
    """Every step that is not in the table is refused, whoever asks."""
    path = "4201/420102/420102002/420102002001/"
    allowed = [
        role for role in Role if refuse_report_step(scope(role, path), state, step, path, "理由写在这里") is None
    ]
    if (state, step) in REPORT_STEPS:
        assert set(allowed) == set(POWERS[REPORT_STEPS[state, step]])
    else:
        assert allowed == []


def test_a_report_is_returned_only_with_a_reason() -> None:
    """A street that sends a report back says why."""
    path = "4201/420102/420102002/"
    refusal = refuse_report_step(scope(Role.STREET_OFFICER, path), "confirmed", "returned", path, " ")
    assert refusal is not None
    assert refusal.code == "command.reason_needed"
