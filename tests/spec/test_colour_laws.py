"""Laws of the health code that hold for every history, and agreement with the slow second opinion."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.codes.policy import Colour, ColourPolicy
from shouwang.codes.rules import Period, decide_colour, next_change_at, timeline
from shouwang.health.policy import HealthPolicy
from shouwang.health.rules import Event, Evidence, Kind, evidence_of
from shouwang.policybook import queries


def _neighbour(name: str) -> ModuleType:
    """A module beside this one (pytest imports tests by file, so they do not know each other by name)."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


oracle = _neighbour("oracle_colours")

POLICIES = [ColourPolicy.from_policy(policy) for policy in queries.policies() if policy.topic == "colour"]
HEALTH = HealthPolicy.from_policy(queries.find("wuhan-2020/health-2020-01-01"))
START = datetime(2020, 3, 1, tzinfo=UTC)
SOURCES = ["", "hospital", "self", "自报"]
PLACES = ["", "4201/420102/420102002/C1/", "4210/421002/C9/"]

hours = st.integers(0, 75 * 4).map(lambda quarter: START + timedelta(hours=6 * quarter)) | st.sampled_from(
    [0, 1, 2, 3, 7, 14, 15, 28, 29]
).map(lambda day: START + timedelta(days=day))
"""Moments over eleven weeks, with a liking for those that fall together or lie a window apart."""


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What may be recorded of one person, sense and nonsense: some endings name an event, many fall together."""
    count = draw(st.integers(0, 9))
    events = []
    for place in range(count):
        kind = draw(st.sampled_from(list(Kind)))
        ends = draw(st.none() | st.integers(0, count - 1).map(lambda other: f"e{other}"))
        value = draw(st.sampled_from([Decimal("36.5"), Decimal("37.2"), Decimal("37.3"), Decimal("39.0")]))
        events.append(
            Event(
                f"e{place}",
                kind,
                draw(hours),
                ends,
                draw(st.sampled_from(SOURCES)),
                value=value if kind == Kind.TEMPERATURE else None,
                place=draw(st.sampled_from(PLACES)),
            )
        )
    return events


def severity(policy: ColourPolicy, evidence: tuple[Evidence, ...], at: datetime) -> int:
    return decide_colour(policy, evidence, at).colour.severity


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.version)
@settings(max_examples=250, deadline=None)
@given(events=histories(), data=st.data())
def test_the_engine_agrees_with_the_second_opinion(
    policy: ColourPolicy, events: list[Event], data: st.DataObject
) -> None:
    """At any moment, and just before and after anything happened, both tell the same colour."""
    evidence = evidence_of(events, HEALTH)
    moments = {data.draw(hours)} | {event.time for event in events}
    for at in sorted(moments | {moment - timedelta(seconds=1) for moment in moments}):
        assert str(decide_colour(policy, evidence, at).colour) == oracle.colour(policy.version, events, at), at


@settings(max_examples=60, deadline=None)
@given(at=hours)
def test_without_evidence_everybody_is_green(at: datetime) -> None:
    """No record, no colour but green, under every policy."""
    for policy in POLICIES:
        decision = decide_colour(policy, (), at)
        assert decision.colour is Colour.GREEN
        assert decision.evidence == ()
        assert decision.until is None


@settings(max_examples=300, deadline=None)
@given(events=histories(), others=histories(), at=hours)
def test_more_evidence_never_improves_a_colour(events: list[Event], others: list[Event], at: datetime) -> None:
    """Another finding can only leave the colour or worsen it."""
    evidence = evidence_of(events, HEALTH)
    more = evidence_of([replace(event, ref=f"o{event.ref}") for event in others], HEALTH)
    for policy in POLICIES:
        for added in range(len(more)):
            assert severity(policy, (*evidence, *more[: added + 1]), at) >= severity(
                policy, (*evidence, *more[:added]), at
            )


@settings(max_examples=200, deadline=None)
@given(events=histories(), at=hours, data=st.data())
def test_order_of_arrival_does_not_matter(events: list[Event], at: datetime, data: st.DataObject) -> None:
    """Events and evidence may come in any order: the decision, its reason and its end are the same."""
    evidence = evidence_of(events, HEALTH)
    assert evidence_of(data.draw(st.permutations(events)), HEALTH) == evidence
    shuffled = data.draw(st.permutations(evidence))
    for policy in POLICIES:
        assert decide_colour(policy, shuffled, at) == decide_colour(policy, evidence, at)


@settings(max_examples=200, deadline=None)
@given(events=histories(), at=hours)
def test_every_colour_but_green_names_its_evidence(events: list[Event], at: datetime) -> None:
    """The named evidence has begun, is of a kind of the named rule, and by itself gives a colour no better."""
    evidence = evidence_of(events, HEALTH)
    for policy in POLICIES:
        decision = decide_colour(policy, evidence, at)
        if decision.colour is Colour.GREEN:
            continue
        lead = decision.evidence[0]
        assert lead.kind in policy.rule(decision.rule).evidence
        for one in decision.evidence:
            assert one.since <= at
            restarting = tuple(other for other in evidence if other.kind in policy.restarters)
            assert severity(policy, (one, *restarting), at) == decision.colour.severity


@settings(max_examples=200, deadline=None)
@given(events=histories(), at=hours)
def test_what_is_known_later_does_not_change_the_past(events: list[Event], at: datetime) -> None:
    """Replaying a moment with everything known since gives what was decided then; twice asked, the same answer."""
    then = [event for event in events if event.time <= at]
    for policy in POLICIES:
        now = decide_colour(policy, evidence_of(events, HEALTH), at)
        past = decide_colour(policy, evidence_of(then, HEALTH), at)
        assert (now.colour, now.rule, now.until, now.reason(), now.next_step("en")) == (
            past.colour,
            past.rule,
            past.until,
            past.reason(),
            past.next_step("en"),
        )


@settings(max_examples=200, deadline=None)
@given(events=histories(), at=hours)
def test_the_promised_end_is_kept(events: list[Event], at: datetime) -> None:
    """With nothing more recorded, the colour is better at `until` unless a daily record lapsed, and never before."""
    then = [event for event in events if event.time <= at]
    evidence = evidence_of([event for event in then if event.kind != Kind.TEMPERATURE], HEALTH)
    for policy in POLICIES:
        decision = decide_colour(policy, evidence, at)
        far = decision.until or at + timedelta(days=400)
        assert severity(policy, evidence, max(at, far - timedelta(microseconds=1))) == decision.colour.severity
        if decision.until is not None:
            assert severity(policy, evidence, decision.until) < decision.colour.severity


@settings(max_examples=150, deadline=None)
@given(events=histories(), at=hours, data=st.data())
def test_nothing_changes_before_the_next_change(events: list[Event], at: datetime, data: st.DataObject) -> None:
    """Until the next change the colour stays, and at it the decision is another."""
    evidence = evidence_of(events, HEALTH)
    for policy in POLICIES:
        present = decide_colour(policy, evidence, at)
        change = next_change_at(policy, evidence, at)
        end = change or START + timedelta(days=400)
        for share in data.draw(st.lists(st.floats(0, 1, exclude_max=True), max_size=6)):
            between = at + (end - at) * share
            if between < end:
                assert decide_colour(policy, evidence, between) == replace(
                    present, evidence=decide_colour(policy, evidence, between).evidence
                )
        if change is not None:
            assert change > at
            assert decide_colour(policy, evidence, change) != present


@settings(max_examples=60, deadline=None)
@given(events=histories(), data=st.data())
def test_a_timeline_tells_the_colour_of_every_moment(events: list[Event], data: st.DataObject) -> None:
    """Across changes of policy, what stands in the timeline is what would be decided at each moment."""
    by_name = {policy.version: policy for policy in POLICIES}
    turns = [START + timedelta(days=21), START + timedelta(days=31)]
    periods = [
        Period(by_name["wuhan-2020/colour-2020-02-24"], None, turns[0]),
        Period(by_name["wuhan-2020/colour-2020-03-22"], turns[0], turns[1]),
        Period(by_name["wuhan-2020/colour-2020-04-01"], turns[1], None),
    ]
    evidence = evidence_of(events, HEALTH)
    until = START + timedelta(days=75)
    changes = timeline(periods, evidence, START, until)
    assert changes[0].at == START
    assert [change.at for change in changes] == sorted({change.at for change in changes})
    for at in data.draw(st.lists(hours.filter(lambda moment: moment < until), max_size=12)):
        period = next(one for one in periods if one.holds(at))
        told = [change for change in changes if change.at <= at][-1]
        decided = decide_colour(period.policy, evidence, at)
        assert (told.decision.colour, told.decision.rule, told.decision.until) == (
            decided.colour,
            decided.rule,
            decided.until,
        )


def test_a_timeline_refuses_days_without_a_policy() -> None:
    """A gap is told, not bridged."""
    period = Period(POLICIES[0], START + timedelta(days=1), None)
    with pytest.raises(ValueError, match="no colour policy"):
        timeline([period], (), START, START + timedelta(days=2))


def test_a_moment_without_a_zone_is_refused() -> None:
    """A colour at an unknown hour is no decision."""
    with pytest.raises(ValueError, match="zone"):
        decide_colour(POLICIES[0], (), datetime(2020, 3, 1))  # noqa: DTZ001
