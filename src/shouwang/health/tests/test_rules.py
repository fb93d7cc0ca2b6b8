"""From events to evidence: what ends what, who counts as a case, and which checks are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shouwang import clock
from shouwang.health.case_rules import case_spans, first_confirmed
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import (
    Event,
    Evidence,
    FollowUp,
    evidence_of,
    followup_due,
)
from shouwang.policybook import queries

POLICY = HealthPolicy.from_policy(queries.find("wuhan-2020/health-2020-01-01"))
DAY = date(2020, 3, 1)
START = clock.day_bounds(DAY)[0]


def told(ref: str, kind: str, hours: float, ends: str | None = None, **more: object) -> Event:
    """An event so many hours after the beginning of 1 March 2020, local time."""
    return Event(ref, kind, START + timedelta(hours=hours), ends, **more)  # type: ignore[arg-type]


def one(events: list[Event], ref: str, kind: str | None = None) -> Evidence:
    """The evidence that an event bears."""
    (found,) = [e for e in evidence_of(events, POLICY) if e.event == ref and kind in (None, e.kind)]
    return found


def closings(evidence: Evidence) -> list[str]:
    return [ending.kind for ending in evidence.endings if ending.closes]


def test_the_figures_come_from_the_policy() -> None:
    """2 days, 14 days, twice a day, 37.3, 24 hours, clinical diagnosis from 12 February; four days in August 2021."""
    assert POLICY.contact_window == timedelta(days=2)
    assert POLICY.followup == timedelta(days=14)
    assert POLICY.followup_times_a_day == 2
    assert POLICY.fever_threshold == Decimal("37.3")
    assert POLICY.negatives_apart == timedelta(hours=24)
    assert POLICY.clinically_diagnosed_from == date(2020, 2, 12)
    later = HealthPolicy.from_policy(queries.find("wuhan-2020/health-2021-08-01"))
    assert later.contact_window == timedelta(days=4)


@pytest.mark.parametrize(
    ("finding", "ending", "closes"),
    [
        ("suspected", "excluded", True),
        ("fever", "excluded", True),
        ("confirmed", "excluded", False),
        ("close_contact", "excluded", False),
        ("asymptomatic", "excluded", False),
        ("close_contact", "released", True),
        ("secondary_contact", "released", True),
        ("asymptomatic", "released", True),
        ("home_isolation_start", "released", True),
        ("suspected", "released", False),
        ("confirmed", "released", False),
        ("confirmed", "discharged", True),
        ("clinically_diagnosed", "recovered", True),
        ("suspected", "discharged", True),
        ("fever", "recovered", True),
        ("asymptomatic", "discharged", True),
        ("close_contact", "discharged", False),
        ("home_isolation_start", "home_isolation_end", True),
        ("home_isolation_start", "central_isolation_end", False),
        ("central_isolation_start", "central_isolation_end", True),
        ("close_contact", "central_isolation_end", False),
        ("confirmed", "negative_test", False),
        ("fever", "negative_test", False),
        ("symptom", "died", True),
        ("confirmed", "died", True),
        ("close_contact", "died", True),
        ("home_isolation_start", "died", True),
    ],
)
def test_what_an_ending_that_names_nothing_ends(finding: str, ending: str, closes: bool) -> None:
    """Each ending closes the findings of its kinds that began at or before it, and no others."""
    evidence = one([told("a", finding, 0), told("b", ending, 5)], "a")
    assert evidence.open_at(START + timedelta(hours=4, minutes=59))
    assert evidence.open_at(START + timedelta(hours=5)) is not closes
    earlier = one([told("a", finding, 6), told("b", ending, 5)], "a")
    assert earlier.open_at(START + timedelta(hours=7)) is not (ending == "died")


def test_an_ending_that_names_a_finding_ends_only_it() -> None:
    """Of two suspicions the named one is closed."""
    events = [told("a", "suspected", 0), told("b", "suspected", 1), told("c", "excluded", 2, "b")]
    assert closings(one(events, "a")) == []
    assert closings(one(events, "b")) == ["excluded"]


@pytest.mark.parametrize("finding", ["confirmed", "clinically_diagnosed", "asymptomatic", "died"])
def test_an_exclusion_that_names_a_fact_withdraws_it(finding: str) -> None:
    """From then on nothing follows from the fact."""
    assert closings(one([told("a", finding, 0), told("b", "excluded", 2, "a")], "a")) == ["withdrawn"]


def test_an_ending_taken_back_holds_only_until_then() -> None:
    """A discharge in error leaves the case open again; what was decided in between stays explained."""
    case = one([told("a", "confirmed", 0), told("b", "discharged", 5), told("c", "excluded", 9, "b")], "a")
    assert [case.open_at(START + timedelta(hours=hour)) for hour in (4, 5, 8, 9)] == [True, False, False, True]


def test_a_resident_s_own_finding_is_ended_by_a_review() -> None:
    """Exclusion or release close it whatever its kind."""
    for ending in ("excluded", "released"):
        case = one([told("a", "confirmed", 0, source="自报"), told("b", ending, 5)], "a")
        assert case.self_reported
        assert closings(case) == [ending]


def test_a_graver_finding_takes_the_place_of_the_earlier_ones() -> None:
    """A confirmation converts contact, fever and suspicion; the own report of the resident converts nothing."""
    earlier = [told("a", "close_contact", 0), told("b", "fever", 1), told("c", "suspected", 2)]
    confirmed = [*earlier, told("d", "confirmed", 3)]
    assert closings(one(confirmed, "a")) == ["converted"]
    assert closings(one(confirmed, "b")) == ["converted", "converted"]
    assert closings(one(confirmed, "c")) == ["converted"]
    own = [*earlier, told("d", "confirmed", 3, source="self")]
    assert closings(one(own, "a")) == []
    assert closings(one(own, "c")) == []


def test_a_contact_of_a_case_is_a_close_contact() -> None:
    """`ends` of close_contact_of names the case of somebody else and ends nothing."""
    events = [told("a", "confirmed", 0), told("b", "close_contact_of", 1, "a")]
    assert one(events, "b").kind == "close_contact"
    assert closings(one(events, "a")) == []


def test_temperatures_are_daily_records_and_high_ones_fever_checks() -> None:
    """Each record lasts until the next; at 37.3 there is a second piece of evidence."""
    events = [told("a", "temperature", 0, value=Decimal("37.2")), told("b", "temperature", 9, value=Decimal("37.3"))]
    assert [(e.event, e.kind) for e in evidence_of(events, POLICY)] == [
        ("a", "check_in"),
        ("b", "check_in"),
        ("b", "fever_check"),
    ]
    assert [ending.event for ending in one(events, "a").endings] == ["b"]
    assert one(events, "b", "check_in").endings == ()


@pytest.mark.parametrize(
    ("tests", "ended_at"),
    [
        ([(1, "-"), (25, "-")], 25),
        ([(1, "-"), (24.9, "-")], None),
        ([(1, "-"), (20, "-"), (25, "-")], 25),
        ([(1, "-"), (20, "+"), (25, "-")], None),
        ([(1, "-"), (20, "+"), (25, "-"), (49, "-")], 49),
        ([(-1, "-"), (24, "-")], None),
        ([(0, "-"), (24, "-")], 24),
        ([(1, "-"), (25, "+"), (25, "-")], None),
    ],
)
def test_two_negatives(tests: list[tuple[float, str]], ended_at: float | None) -> None:
    """The second of two negatives 24 h apart, both since the finding began, no positive between or with them."""
    events = [told("a", "suspected", 0)]
    events += [
        told(f"t{place}", "negative_test" if sign == "-" else "positive_test", hours)
        for place, (hours, sign) in enumerate(tests)
    ]
    ends = [ending.at for ending in one(events, "a").endings if ending.kind == "two_negatives"]
    assert ends == ([] if ended_at is None else [START + timedelta(hours=ended_at)])


def test_an_event_without_a_zone_or_of_an_unknown_kind_is_refused() -> None:
    """Wrong values cannot be built."""
    with pytest.raises(ValueError, match="zone"):
        Event("a", "fever", datetime(2020, 3, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="flu"):
        Event("a", "flu", datetime(2020, 3, 1, tzinfo=UTC))


def test_a_case_counts_until_it_is_withdrawn() -> None:
    """Discharge and death do not take a case away; withdrawal does, and taking the withdrawal back restores it."""
    events = [told("a", "confirmed", 0), told("b", "discharged", 5), told("c", "died", 6)]
    assert case_spans(events, POLICY) == ((START, None),)
    withdrawn = [told("a", "confirmed", 0), told("b", "excluded", 5, "a")]
    assert case_spans(withdrawn, POLICY) == ((START, START + timedelta(hours=5)),)
    assert first_confirmed(withdrawn, POLICY) == START
    restored = [*withdrawn, told("c", "excluded", 8, "b")]
    assert case_spans(restored, POLICY)[1] == (START + timedelta(hours=8), None)


def test_a_case_told_twice_counts_once() -> None:
    """Clinical diagnosis and confirmation are one person; a withdrawn one leaves the other."""
    events = [told("a", "clinically_diagnosed", 0), told("b", "confirmed", 9), told("c", "excluded", 12, "b")]
    assert case_spans(events, POLICY) == ((START, None),)


def test_clinical_diagnoses_count_from_12_february() -> None:
    """One from before that day counts from its first moment; own reports never count."""
    early = Event("a", "clinically_diagnosed", datetime(2020, 2, 1, tzinfo=UTC))
    assert first_confirmed([early], POLICY) == clock.day_bounds(date(2020, 2, 12))[0]
    assert case_spans([told("a", "confirmed", 0, source="self")], POLICY) == ()
    generic = HealthPolicy.from_policy(queries.find("generic/health-always"))
    assert case_spans([early], generic) == ()


@pytest.mark.parametrize(
    ("events", "day", "at", "due", "done", "late"),
    [
        ([("a", "home_isolation_start", 0)], 0, 24, 2, 0, 2),
        ([("a", "home_isolation_start", 0)], 0, 11.9, 2, 0, 0),
        ([("a", "home_isolation_start", 0)], 0, 12, 2, 0, 1),
        ([("a", "close_contact", 13)], 0, 24, 1, 0, 1),
        ([("a", "close_contact", 0), ("t", "temperature", 8)], 0, 24, 2, 1, 1),
        ([("a", "close_contact", 0), ("t", "temperature", 8)], 0, 13, 2, 1, 0),
        (
            [("a", "close_contact", 0), ("t", "temperature", 8), ("u", "temperature", 19), ("v", "temperature", 20)],
            0,
            24,
            2,
            2,
            0,
        ),
        ([("a", "close_contact", 0)], 13, 24, 2, 0, 2),
        ([("a", "close_contact", 0)], 14, 24, 0, 0, 0),
        ([("a", "close_contact", 6)], 14, 24, 1, 0, 1),
        ([("a", "close_contact", 0), ("r", "released", 10)], 0, 24, 1, 0, 1),
        ([("a", "confirmed", 0)], 0, 24, 0, 0, 0),
        ([("t", "temperature", 8)], 0, 24, 0, 0, 0),
    ],
)
def test_follow_up_due_done_and_late(
    events: list[tuple[str, str, float]], day: int, at: float, due: int, done: int, late: int
) -> None:
    """Twice a day for 14 days from the beginning; late is what has passed without a record."""
    evidence = evidence_of([told(*event, value=Decimal("36.5")) for event in events], POLICY)
    when = clock.day_bounds(DAY + timedelta(days=day))[0] + timedelta(hours=at)
    assert followup_due(evidence, DAY + timedelta(days=day), POLICY, when) == FollowUp(due, done, late)
