"""When one account's records wait for a second pair of eyes: the pure rule, by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shouwang.health.alarm import MANY_PEOPLE, UNRELATED_PEOPLE, Touch, group_of, weighs, why_held
from shouwang.health.facts import Fact
from shouwang.health.policy import AlarmPolicy
from shouwang.health.rules import Kind

POLICY = AlarmPolicy("test", people=5, unrelated=3, window=timedelta(hours=24))
TOUCHES = st.lists(st.builds(Touch, st.integers(1, 12), st.sampled_from(["a", "b", "c", "d", "e"])), max_size=12)
AT = datetime(2020, 2, 20, tzinfo=UTC)


@given(before=TOUCHES, new=TOUCHES)
def test_held_exactly_when_too_many(before: list[Touch], new: list[Touch]) -> None:
    """More people than allowed, or more places without anything in common, and at least one of them new."""
    people = {touch.person_id for touch in [*before, *new]}
    groups = {touch.group for touch in [*before, *new]}
    news = {touch.person_id for touch in new} - {touch.person_id for touch in before}
    why = why_held(POLICY, before, new)
    assert bool(why) == (bool(news) and (len(people) > 5 or len(groups) > 3))
    if why:
        assert why == (MANY_PEOPLE if len(people) > 5 else UNRELATED_PEOPLE)


@given(new=st.builds(Touch, st.integers(1, 99), st.text("ab", min_size=1)))
def test_a_single_case_never_waits(new: Touch) -> None:
    """The first record of an account within the window, whatever it says."""
    assert why_held(POLICY, [], [new]) == ""


@given(before=TOUCHES, new=TOUCHES, more=TOUCHES)
def test_more_never_frees(before: list[Touch], new: list[Touch], more: list[Touch]) -> None:
    """What must wait still must when the file is longer: nobody hides in a crowd."""
    if why_held(POLICY, before, new):
        assert why_held(POLICY, before, [*new, *more])


def test_what_weighs() -> None:
    """Findings, endings and fever weigh; daily temperatures do not; a test does for somebody with findings."""
    fever = Decimal("37.3")

    def fact(kind: Kind, value: str | None = None) -> Fact:
        return Fact("f", kind, AT, value=Decimal(value) if value else None)

    assert weighs(fact(Kind.CONFIRMED), fever, False)
    assert weighs(fact(Kind.RELEASED), fever, True)
    assert weighs(fact(Kind.TEMPERATURE, "37.3"), fever, False)
    assert not weighs(fact(Kind.TEMPERATURE, "37.2"), fever, True)
    assert not weighs(fact(Kind.NEGATIVE_TEST), fever, False)
    assert weighs(fact(Kind.NEGATIVE_TEST), fever, True)


def test_contacts_of_one_case_share_their_exposure() -> None:
    """In whatever compounds they live."""
    one = Fact("a", Kind.CLOSE_CONTACT_OF, AT, ends="case-1")
    assert group_of(one, 1) == group_of(one, 2)
    assert group_of(Fact("b", Kind.CONFIRMED, AT), 1) != group_of(Fact("b", Kind.CONFIRMED, AT), 2)
