"""From recorded events of one person to evidence: what was found, since when, and what ended it. Pure.

An event is a fact. Evidence is a fact that may give a colour, together with every later fact that ends it, so that each
piece can be judged on its own and in any order. The import contract (`ends`) and the windows are in the policy book.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from shouwang import clock
from shouwang.health.policy import HealthPolicy


class Kind(StrEnum):
    """Kinds of health events: the words of the import contract."""

    CONFIRMED = "confirmed"
    CLINICALLY_DIAGNOSED = "clinically_diagnosed"
    SUSPECTED = "suspected"
    FEVER = "fever"
    CLOSE_CONTACT = "close_contact"
    SECONDARY_CONTACT = "secondary_contact"
    ASYMPTOMATIC = "asymptomatic"
    EXCLUDED = "excluded"
    RELEASED = "released"
    DISCHARGED = "discharged"
    RECOVERED = "recovered"
    DIED = "died"
    NEGATIVE_TEST = "negative_test"
    POSITIVE_TEST = "positive_test"
    TEMPERATURE = "temperature"
    SYMPTOM = "symptom"
    CENTRAL_ISOLATION_START = "central_isolation_start"
    CENTRAL_ISOLATION_END = "central_isolation_end"
    HOME_ISOLATION_START = "home_isolation_start"
    HOME_ISOLATION_END = "home_isolation_end"
    CLOSE_CONTACT_OF = "close_contact_of"


FEVER_CHECK = "fever_check"
"""Evidence: a temperature at or above the threshold was measured at a check."""
CHECK_IN = "check_in"
"""Evidence: the person gave a temperature; it lasts until the next one."""
CENTRAL_ISOLATION = "central_isolation"
HOME_ISOLATION = "home_isolation"

WITHDRAWN = "withdrawn"
"""Ending: the fact itself was taken back; nothing follows from it any more."""
CONVERTED = "converted"
"""Ending: a graver finding took the place of this one."""
TWO_NEGATIVES = "two_negatives"
NEXT_RECORD = "next_record"

BEARS: Mapping[str, str] = {
    **{
        kind: str(kind)
        for kind in (
            Kind.CONFIRMED,
            Kind.CLINICALLY_DIAGNOSED,
            Kind.SUSPECTED,
            Kind.FEVER,
            Kind.CLOSE_CONTACT,
            Kind.SECONDARY_CONTACT,
            Kind.ASYMPTOMATIC,
            Kind.DIED,
            Kind.SYMPTOM,
        )
    },
    Kind.CLOSE_CONTACT_OF: str(Kind.CLOSE_CONTACT),
    Kind.CENTRAL_ISOLATION_START: CENTRAL_ISOLATION,
    Kind.HOME_ISOLATION_START: HOME_ISOLATION,
}
"""Kind of event → kind of the evidence it bears. Temperatures bear their own (`check_in`, `fever_check`)."""

CASE = frozenset({"confirmed", "clinically_diagnosed"})
INFECTION = CASE | {"asymptomatic"}
SUSPICION = frozenset({"suspected", "fever", FEVER_CHECK})
DISEASE = INFECTION | SUSPICION
CONTACT = frozenset({"close_contact", "secondary_contact"})
ISOLATION = frozenset({CENTRAL_ISOLATION, HOME_ISOLATION})

ENDS: Mapping[str, frozenset[str]] = {
    Kind.EXCLUDED: SUSPICION,
    Kind.RELEASED: CONTACT | ISOLATION | {"asymptomatic"},
    Kind.DISCHARGED: DISEASE,
    Kind.RECOVERED: DISEASE,
    Kind.CENTRAL_ISOLATION_END: frozenset({CENTRAL_ISOLATION}),
    Kind.HOME_ISOLATION_END: frozenset({HOME_ISOLATION}),
}
"""Ending event without `ends` → kinds of evidence it ends. `died` ends everything."""

MILESTONES: Mapping[str, frozenset[str]] = {
    Kind.RELEASED: DISEASE,
    Kind.CENTRAL_ISOLATION_END: CONTACT,
    Kind.HOME_ISOLATION_END: DISEASE | CONTACT | {CENTRAL_ISOLATION},
    Kind.NEGATIVE_TEST: DISEASE | CONTACT | ISOLATION,
}
"""Events that do not end evidence but that a colour rule may wait for (the negative test after isolation)."""

CONVERTS: Mapping[str, frozenset[str]] = {
    "confirmed": SUSPICION | CONTACT | {"asymptomatic", "clinically_diagnosed"},
    "clinically_diagnosed": SUSPICION | CONTACT | {"asymptomatic"},
    "suspected": frozenset({"fever"}),
}
"""Graver finding → earlier evidence whose place it takes. A resident's own report takes nobody's place."""

ENDING = frozenset({*ENDS, Kind.DIED, Kind.NEGATIVE_TEST})
"""Events that may be an ending or a milestone of some evidence."""

SELF_REPORT_ENDS = frozenset({Kind.EXCLUDED, Kind.RELEASED})
"""What ends a self-reported finding of any kind: the two-level review found nothing (rules for April 2020)."""

NAMED_AS: Mapping[tuple[str, str], str] = {
    **{(Kind.EXCLUDED, kind): WITHDRAWN for kind in (*INFECTION, "died")},
    **{(Kind.RELEASED, kind): str(Kind.RECOVERED) for kind in (*CASE, "suspected", "fever", FEVER_CHECK)},
    **{
        (ending, kind): str(Kind.RELEASED)
        for ending in (Kind.DISCHARGED, Kind.RECOVERED)
        for kind in (*CONTACT, *ISOLATION)
    },
    **{(Kind.HOME_ISOLATION_END, kind): str(Kind.RELEASED) for kind in CONTACT},
}
"""An ending that names evidence of a kind it does not usually end → what it then means for that evidence."""


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded fact about one person. `ends` is the ref of another event; for `close_contact_of`, of the case.

    `time` and `recorded_at` are aware. `value` is a temperature in degrees Celsius. `place` is an area path.
    """

    ref: str
    kind: str
    time: datetime
    ends: str | None = None
    source: str = ""
    note: str = ""
    value: Decimal | None = None
    place: str = ""
    author: str = ""
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))
        if self.time.tzinfo is None:
            raise ValueError(f"event {self.ref}: its time has no zone")


@dataclass(frozen=True, slots=True)
class Ending:
    """What ended evidence: how, when, by which event. Holds in [at, until); `until` is when the ending was taken back.

    A milestone (`closes` False) leaves the evidence open; a rule may wait for it all the same.
    """

    at: datetime
    kind: str
    event: str
    until: datetime | None = None
    closes: bool = True

    def holds(self, moment: datetime) -> bool:
        """Whether the ending has happened and has not been taken back at a moment."""
        return self.at <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding about a person: kind, since when, by which source, where, and all that ended it, earliest first."""

    event: str
    kind: str
    since: datetime
    source: str = ""
    place: str = ""
    author: str = ""
    value: Decimal | None = None
    self_reported: bool = False
    endings: tuple[Ending, ...] = ()

    def closed_by(self, moment: datetime) -> Ending | None:
        """The ending by which the evidence is closed at a moment, or None while it is open."""
        return next((end for end in self.endings if end.closes and end.holds(moment)), None)

    def open_at(self, moment: datetime) -> bool:
        """Whether the evidence has begun and nothing has ended it at a moment."""
        return self.since <= moment and self.closed_by(moment) is None


def evidence_of(events: Iterable[Event], policy: HealthPolicy) -> tuple[Evidence, ...]:
    """The evidence that a person's events bear, sorted by since, kind and event. Order of arrival does not matter.

    Superseded events must be left out by the caller, and an `ends` that names one given as the ref of its successor.
    """
    told = sorted(events, key=lambda event: (event.time, event.kind, event.ref))
    own = {source: policy.is_self_reported(source) for source in {event.source for event in told}}
    borne = [evidence for event in told for evidence in _borne(event, policy, own[event.source])]
    tests = [event for event in told if event.kind in _TESTS]
    taken_back = _taken_back(told)
    endings: dict[tuple[str, str], list[Ending]] = {(one.event, one.kind): [] for one in borne}
    for event in (event for event in told if event.kind in ENDING):
        for one in borne:
            ending = _ending(event, one)
            if ending is not None:
                kind, closes = ending
                endings[one.event, one.kind].append(
                    Ending(max(event.time, one.since), kind, event.ref, taken_back.get(event.ref), closes)
                )
    graver = [one for one in borne if one.kind in CONVERTS and not one.self_reported]
    for one in borne:
        endings[one.event, one.kind] += [*_conversions(one, graver, endings), *_two_negatives(one, tests, policy)]
    for one, later in itertools.pairwise(_records(borne)):
        # A daily record lasts until the next; of records at the same moment the last by ref stays.
        endings[one.event, one.kind].append(Ending(later.since, NEXT_RECORD, later.event))
    return tuple(
        sorted(
            (_with_endings(one, endings[one.event, one.kind]) for one in borne),
            key=lambda one: (one.since, one.kind, one.event),
        )
    )


def _with_endings(one: Evidence, endings: Iterable[Ending]) -> Evidence:
    ordered = tuple(endings)
    if len(ordered) > 1:
        ordered = tuple(sorted(set(ordered), key=lambda end: (end.at, end.kind, end.event, end.closes)))
    return Evidence(
        one.event, one.kind, one.since, one.source, one.place, one.author, one.value, one.self_reported, ordered
    )


def _borne(event: Event, policy: HealthPolicy, own: bool) -> list[Evidence]:
    """The evidence an event bears, without endings: none, one, or two for a high temperature. `own`: self-reported."""
    if event.kind == Kind.TEMPERATURE:
        high = event.value is not None and event.value >= policy.fever_threshold
        kinds = [CHECK_IN, FEVER_CHECK] if high else [CHECK_IN]
    else:
        kinds = [BEARS[event.kind]] if event.kind in BEARS else []
    return [
        Evidence(event.ref, kind, event.time, event.source, event.place, event.author, event.value, own)
        for kind in kinds
    ]


def _taken_back(told: Sequence[Event]) -> dict[str, datetime]:
    """Ending events that a later `excluded` names: they hold only until then.

    Taking back a taking-back is not known: a new ending is recorded instead.
    """
    endings = {event.ref: event for event in told if event.kind in ENDS or event.kind == Kind.DIED}
    back: dict[str, datetime] = {}
    for event in told:
        if event.kind == Kind.EXCLUDED and event.ends in endings and event.ends != event.ref:
            moment = max(event.time, endings[event.ends].time)
            back[event.ends] = min(moment, back.get(event.ends, moment))
    return back


def _ending(event: Event, one: Evidence) -> tuple[str, bool] | None:
    """What an event is to a piece of evidence: (kind of ending, whether it closes it), or None."""
    if event.ref == one.event:
        return None
    if event.kind == Kind.DIED:
        # Findings recorded for a time after death are closed as they begin: the code of the dead is closed.
        return None if one.kind == "died" else (str(Kind.DIED), True)
    if event.ends is not None:
        if event.ends != one.event or one.kind == CHECK_IN:
            return None
        kind = NAMED_AS.get((event.kind, one.kind), str(event.kind))
        return kind, event.kind != Kind.NEGATIVE_TEST
    if one.since > event.time:
        return None
    if one.kind in ENDS.get(event.kind, frozenset()):
        return str(event.kind), True
    if one.self_reported and one.kind in DISEASE and event.kind in SELF_REPORT_ENDS:
        return str(event.kind), True
    if one.kind in MILESTONES.get(event.kind, frozenset()):
        return str(event.kind), False
    return None


def _conversions(
    one: Evidence, graver: Iterable[Evidence], endings: Mapping[tuple[str, str], Sequence[Ending]]
) -> list[Ending]:
    """Graver findings at or after the beginning of `one` that take its place, until they are withdrawn themselves."""
    found = []
    for other in graver:
        if other.since < one.since or one.kind not in CONVERTS[other.kind]:
            continue
        found += [
            Ending(begins, CONVERTED, other.event, ends)
            for begins, ends in standing_spans(other, endings[other.event, other.kind])
        ]
    return found


def or_never(moment: datetime | None) -> datetime:
    """For comparing ends: an end that is not known comes after all others."""
    return moment or datetime.max.replace(tzinfo=UTC)


def standing_spans(one: Evidence, endings: Iterable[Ending]) -> list[tuple[datetime, datetime | None]]:
    """When a finding stands, [from, until): not while it is withdrawn, and again once a withdrawal is taken back."""
    withdrawn = [(end.at, end.until) for end in endings if end.kind == WITHDRAWN]
    spans: list[tuple[datetime, datetime | None]] = []
    begins: datetime | None = one.since
    for at, until in sorted(withdrawn, key=lambda span: (span[0], or_never(span[1]))):
        if begins is None:
            break
        if at > begins:
            spans.append((begins, at))
        begins = None if until is None else max(begins, until)
    return spans if begins is None else [*spans, (begins, None)]


def _records(borne: Iterable[Evidence]) -> list[Evidence]:
    return sorted((one for one in borne if one.kind == CHECK_IN), key=lambda one: (one.since, one.event))


_TESTS = frozenset({Kind.NEGATIVE_TEST, Kind.POSITIVE_TEST})


def _two_negatives(one: Evidence, all_tests: Sequence[Event], policy: HealthPolicy) -> list[Ending]:
    """The second of two negative tests far enough apart, both since `one` began, with no positive test between.

    A positive test at the very moment of a negative one outweighs it.
    """
    if not all_tests or one.kind not in DISEASE:
        return []
    tests = [event for event in all_tests if event.time >= one.since]
    positive = {event.time for event in tests if event.kind == Kind.POSITIVE_TEST}
    first: datetime | None = None
    for test in tests:
        if test.time in positive:
            first = None
        elif first is None:
            first = test.time
        elif test.time - first >= policy.negatives_apart:
            closes = one.kind not in CASE
            return [Ending(test.time, TWO_NEGATIVES, test.ref, None, closes)]
    return []


FOLLOWED = CONTACT | {HOME_ISOLATION}
"""Evidence that puts a person at home under daily follow-up."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Temperature checks of one person on one day: how many are due, done of those, and late at the asked moment."""

    due: int
    done: int
    late: int


def followup_due(evidence: Iterable[Evidence], day: date, policy: HealthPolicy, at: datetime | None = None) -> FollowUp:
    """The follow-up owed to one person on a local day, as seen at `at` (the end of the day when not given).

    The day is cut into as many equal parts as checks are due; a part counts when follow-up evidence lasts in it, for
    the follow-up period from its beginning. A part is late when it has passed and the records up to then are too few.
    """
    evidence = tuple(evidence)
    start, end = clock.day_bounds(day)
    seen = end if at is None else min(at, end)
    part = (end - start) / policy.followup_times_a_day
    parts = [(start + part * place, start + part * (place + 1)) for place in range(policy.followup_times_a_day)]
    owed = [
        (begins, ends)
        for begins, ends in parts
        if any(_followed(one, begins, ends, policy) for one in evidence if one.kind in FOLLOWED)
    ]
    records = sum(1 for one in evidence if one.kind == CHECK_IN and start <= one.since < end and one.since <= seen)
    passed = sum(1 for _, ends in owed if ends <= seen)
    done = min(records, len(owed))
    return FollowUp(due=len(owed), done=done, late=max(0, passed - done))


def _followed(one: Evidence, begins: datetime, ends: datetime, policy: HealthPolicy) -> bool:
    """Whether the evidence asks for follow-up at some moment of [begins, ends)."""
    closed = min((end.at for end in one.endings if end.closes and end.until is None), default=None)
    last = min(one.since + policy.followup, or_never(closed))
    return max(one.since, begins) < min(last, ends)
