"""What must hold of cases in every history: sums, corrections from their day on, agreement with the health rules."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.health.case_rules import case_spans
from shouwang.health.models import HealthEvent
from shouwang.health.queries import events_of_people, policy_on
from shouwang.measures import queries
from shouwang.measures.compute import compute
from shouwang.residents.models import Person

from .world import DAYS, passing

pytestmark = pytest.mark.django_db

LATER = datetime(2020, 3, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
NAMES = [
    "cases_net",
    *(f"{kind}_{what}" for kind in ("cases", "cured", "died") for what in ("new", "withdrawn", "cumulative")),
]


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_cases_add_up_on_each_day_and_are_those_whom_the_health_rules_count(seed: int) -> None:
    """Today's cumulative is yesterday's, plus what is new, less what was withdrawn: for cases, cured and died, in every
    place. And the city's cases are the people whose case spans (health.rules) hold the day's last moment."""
    with passing(seed) as world, clock.frozen(LATER):
        told = events_of_people(Person.objects.values_list("pk", flat=True))
        for day in DAYS:
            compute(day)
            last = clock.day_bounds(day)[1] - INSTANT
            holding = [
                person
                for person, events in told.items()
                if any(
                    begins <= last and (ends is None or last < ends)
                    for begins, ends in case_spans(events, policy_on(day, "4201/"))
                )
            ]
            assert queries.value("4201/", "cases_cumulative", day) == len(holding), day
        for area in world.areas:
            days = dict(queries.series_of(area["path"], NAMES, DAYS[0], DAYS[-1]))
            for before, day in itertools.pairwise(DAYS):
                then, now = days[before], days[day]
                for kind in ("cases", "cured", "died"):
                    added = now[f"{kind}_new"] - now[f"{kind}_withdrawn"]
                    assert now[f"{kind}_cumulative"] == then[f"{kind}_cumulative"] + added, (area["path"], day, kind)
                assert now["cases_net"] == now["cases_new"] - now["cases_withdrawn"]


@pytest.fixture
def home() -> Area:
    """A city of one compound."""
    city = Area.objects.create(code="4201", path="4201/", level="city", name="city")
    return Area.objects.create(code="x1", path="4201/x1/", level="compound", name="compound", parent=city)


def told(home: Area, person: Person, ref: str, kind: str, day: date, hour: int = 9, **facts: object) -> HealthEvent:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=clock.ZONE)
    return HealthEvent.objects.create(
        ref=ref, person=person, kind=kind, time=at, area=home, area_path=home.path, author="test", **facts
    )


def test_a_correction_counts_from_its_day_and_leaves_the_days_before_as_they_were(home: Area) -> None:
    """The published series falls on the day of the correction and nowhere else, and the fall is a figure itself."""
    days = [date(2020, 2, 13) + timedelta(days=n) for n in range(4)]
    people = [
        Person.objects.create(ref=f"P{n}", name_sealed=b"-", name_hash=b"-", area=home, area_path=home.path)
        for n in range(3)
    ]
    cases = [told(home, person, f"C{n}", "confirmed", days[0]) for n, person in enumerate(people)]
    death = told(home, people[0], "D", "died", days[1])
    told(home, people[0], "X1", "excluded", days[2], ends=death)
    told(home, people[1], "X2", "excluded", days[2], ends=cases[1])
    told(home, people[0], "R", "discharged", days[3])
    with clock.frozen(LATER):
        for day in days:
            compute(day)
    names = (
        "cases_cumulative",
        "cases_new",
        "cases_withdrawn",
        "died_cumulative",
        "died_withdrawn",
        "cured_cumulative",
    )
    told_by_day = [tuple(values.values()) for _day, values in queries.series_of("4201/", names, days[0], days[3])]
    assert told_by_day == [(3, 3, 0, 0, 0, 0), (3, 0, 0, 1, 0, 0), (2, 0, 1, 0, 1, 0), (2, 0, 0, 0, 0, 1)]


def test_a_replaced_event_never_counts(home: Area) -> None:
    """A confirmation that was corrected to a suspicion was no case on any day, also before the correction."""
    day = date(2020, 2, 13)
    person = Person.objects.create(ref="P", name_sealed=b"-", name_hash=b"-", area=home, area_path=home.path)
    wrong = told(home, person, "E1", "confirmed", day)
    told(home, person, "E2", "suspected", day, supersedes=wrong)
    with clock.frozen(LATER):
        compute(day)
    now = queries.figures("4201/", day)
    assert (now["cases_cumulative"], now["suspected_open"]) == (0, 1)


def test_a_residents_own_report_is_no_case(home: Area) -> None:
    """It waits to be checked, in a figure of its own."""
    day = date(2020, 2, 13)
    person = Person.objects.create(ref="P", name_sealed=b"-", name_hash=b"-", area=home, area_path=home.path)
    told(home, person, "E1", "confirmed", day, source="自报")
    with clock.frozen(LATER):
        compute(day)
    now = queries.figures("4201/", day)
    assert (now["cases_cumulative"], now["confirmed_open"], now["self_reports_open"]) == (0, 0, 1)
