"""Appeals and exceptions: what may follow what, and who may sign, by hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shouwang.codes import appeal_rules as appeals
from shouwang.codes import exception_rules as exceptions
from shouwang.codes.appeal_rules import OPEN, RAISED, REFUSED, REVIEWED, STEPS, UPHELD, WITHDRAWN, Taken
from shouwang.codes.exception_rules import ExceptionPolicy, Office
from shouwang.policybook.policy import Words

STATES = [RAISED, REVIEWED, UPHELD, REFUSED, WITHDRAWN]
AT = datetime(2020, 3, 10, 12, tzinfo=UTC)
HOURS = st.integers(-100, 100).map(lambda hours: timedelta(hours=hours))
POLICY = ExceptionPolicy("test", timedelta(hours=72), {"medical": Words("治疗", "treatment")})


@given(steps=st.lists(st.tuples(st.sampled_from(STATES), st.integers(1, 4)), max_size=8))
def test_every_life_is_a_path_of_the_table(steps: list[tuple[str, int]]) -> None:
    """Whatever is tried: only listed steps are taken, nothing follows an end, and two people decide."""
    taken = [Taken(RAISED, None)]
    for step, account in steps:
        reason = appeals.refuse_step(taken, step, account, why="因为如此", next_step="可以补充材料", corrections=1)
        if not reason:
            assert (taken[-1].state, step) in STEPS
            taken.append(Taken(step, account))
    states = [each.state for each in taken]
    assert all(state in OPEN for state in states[:-1])
    if states[-1] in {UPHELD, REFUSED}:
        assert states == [RAISED, REVIEWED, states[-1]]
        assert taken[1].account_id != taken[2].account_id


@given(step=st.sampled_from(STATES), why=st.text(max_size=3), account=st.integers(1, 3))
def test_no_step_of_staff_without_a_reason(step: str, why: str, account: int) -> None:
    """Three characters are none."""
    for state in (RAISED, REVIEWED):
        taken = [Taken(RAISED, None), Taken(REVIEWED, 9)][: 1 if state == RAISED else 2]
        reason = appeals.refuse_step(taken, step, account, why=why, next_step="可以补充材料", corrections=1)
        assert reason or step == WITHDRAWN


def test_upheld_corrects_and_refused_says_what_next() -> None:
    """Neither end is taken empty-handed."""
    taken = [Taken(RAISED, None), Taken(REVIEWED, 1)]
    given_ = {"why": "核对了名单", "next_step": ""}
    assert appeals.refuse_step(taken, UPHELD, 2, corrections=0, **given_) == "codes.appeal_correction"
    assert appeals.refuse_step(taken, UPHELD, 2, corrections=1, **given_) == ""
    assert appeals.refuse_step(taken, REFUSED, 2, corrections=0, **given_) == "codes.appeal_next_step"
    assert appeals.refuse_step([Taken(RAISED, 2), Taken(REVIEWED, 1)], UPHELD, 2, corrections=1, **given_) == (
        "codes.appeal_same_person"
    )


@given(late=HOURS, state=st.sampled_from(STATES))
def test_forty_eight_hours(late: timedelta, state: str) -> None:
    """Late from the moment after, and only while it is open."""
    due = appeals.due_at(AT)
    assert due - AT == timedelta(hours=48)
    assert appeals.is_overdue(state, due, due + late) == (late > timedelta(0) and state in OPEN)


OFFICES = st.builds(
    Office,
    st.one_of(st.none(), st.integers(1, 3)),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["community_officer", "street_officer", "health_desk"]),
    st.sampled_from(["4201/", "4201/1/", "4201/1/2/"]),
)


@given(first=OFFICES, second=OFFICES)
def test_two_people_of_different_offices(first: Office, second: Office) -> None:
    """Symmetric; never oneself; never a colleague of the same desk."""
    assert bool(exceptions.refuse_second(first, second)) == bool(exceptions.refuse_second(second, first))
    assert exceptions.refuse_second(first, first)
    if not exceptions.refuse_second(first, second):
        assert first.account_name != second.account_name
        desks = {first.role, second.role}
        assert first.area_path != second.area_path or ("health_desk" in desks and len(desks) == 2)


@given(begins=HOURS, lasts=HOURS)
def test_no_longer_than_the_policy(begins: timedelta, lasts: timedelta) -> None:
    """What may be asked for begins about now or later, and lasts at most 72 hours."""
    reason = exceptions.refuse_asking(POLICY, "medical", AT + begins, AT + begins + lasts, AT)
    fits = (
        timedelta(0) < lasts <= timedelta(hours=72) and begins >= timedelta(hours=-1) and begins + lasts > timedelta(0)
    )
    assert (reason == "") == fits
    assert exceptions.refuse_asking(POLICY, "friendship", AT, AT + timedelta(hours=1), AT) == "codes.exception_reason"


@given(at=HOURS, ended=st.one_of(st.none(), HOURS), granted=st.sampled_from([None, True, False]))
def test_ends_by_itself(at: timedelta, ended: timedelta | None, granted: bool | None) -> None:
    """It holds from its beginning to its end if it was granted, and not a moment longer."""
    end = AT + timedelta(hours=72)
    ended_at = None if ended is None else AT + ended
    holds = exceptions.holds(AT, end, granted, ended_at, AT + at)
    inside = timedelta(0) <= at < timedelta(hours=72)
    assert holds == (granted is True and inside and (ended is None or at < ended))
