"""From evidence and a dated policy to a colour with its reason, and to the moments at which it changes. Pure.

Every rule lays phases over each piece of evidence it applies to; a moment falls into at most one phase of a pair. The
worst phase wins. What is known at a moment is all that happened up to it: later facts and endings are not seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.codes.policy import Colour, ColourPolicy, ColourRule, Phase
from shouwang.codes.sentences import FOREVER, Placeholders
from shouwang.health.rules import Ending, Evidence
from shouwang.policybook.policy import Words

NO_RULE = "none"
"""Name of the rule of a green decision: no rule applies."""

NEVER_MIND = frozenset({"withdrawn", "excluded"})
"""Endings after which a symptom no longer restarts the days of a contact."""


@dataclass(frozen=True, slots=True)
class ColourDecision:
    """A colour with its reasons. `evidence`: what gives this colour, the longest lasting first; empty if green.

    `until`: when the colour may next improve by time alone, given what is known; None when it needs an event (or is
    green). `phase`: 0 while the finding stands, 1, 2, … after it ended. `began`: when that phase began.
    """

    colour: Colour
    rule: str
    evidence: tuple[Evidence, ...]
    until: datetime | None
    policy_version: str
    reason_words: Words
    next_words: Words
    phase: int = 0
    began: datetime | None = None
    facts: Placeholders | None = None

    def reason(self, language: str = "zh") -> str:
        """Why, as a whole sentence for the resident, in `zh` or `en`."""
        return self._said(self.reason_words, language)

    def next_step(self, language: str = "zh") -> str:
        """What to do and what would change the colour, as a whole sentence."""
        return self._said(self.next_words, language)

    def _said(self, words: Words, language: str) -> str:
        """Sentences are filled when somebody reads them: most decisions of a city are only compared."""
        return words.text(language) if self.facts is None else words.text(language).format(**self.facts.said(language))


@dataclass(frozen=True, slots=True)
class _Span:
    """One phase of one rule over one piece of evidence, [begins, ends)."""

    begins: datetime
    ends: datetime
    phase: Phase
    place: int
    ended: datetime | None
    then: Phase | None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A span that holds at the asked moment. `lasts`: until when its chain keeps at least this colour."""

    order: int
    rule: ColourRule
    evidence: Evidence
    span: _Span
    lasts: datetime


def decide_colour(policy: ColourPolicy, evidence: Iterable[Evidence], at: datetime) -> ColourDecision:
    """The colour of one person at a moment (aware), from all their evidence, in any order.

    The worst phase wins; among equals the one that lasts longest is named, then the rule that stands first, then the
    oldest evidence. Without evidence that any rule applies to the colour is green.
    """
    if at.tzinfo is None:
        raise ValueError("a colour is decided at a moment with a zone")
    return _decide(_Reading(policy, evidence), at)


def _decide(reading: _Reading, at: datetime) -> ColourDecision:
    policy = reading.policy
    standings = list(reading.standings(at))
    if not standings:
        return ColourDecision(Colour.GREEN, NO_RULE, (), None, policy.version, policy.green_reason, policy.green_next)
    leading = standings
    if len(standings) > 1:
        worst = max(standing.span.phase.colour.severity for standing in standings)
        leading = sorted((s for s in standings if s.span.phase.colour.severity == worst), key=_precedence)
    lead = leading[0]
    until = None if lead.lasts == FOREVER else lead.lasts
    return ColourDecision(
        colour=lead.span.phase.colour,
        rule=lead.rule.id,
        evidence=_each_once(standing.evidence for standing in leading),
        until=until,
        policy_version=policy.version,
        reason_words=lead.span.phase.reason,
        next_words=lead.span.phase.next,
        phase=lead.span.place,
        began=lead.span.begins,
        facts=_facts(lead, until),
    )


def _each_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence without repetition, in order. By its name: comparing all its endings would take longer than deciding."""
    return tuple({(one.event, one.kind): one for one in evidence}.values())


def next_change_at(policy: ColourPolicy, evidence: Iterable[Evidence], at: datetime) -> datetime | None:
    """The first moment after `at` at which the decision is another, if nothing more is recorded; None if never.

    Worse counts as well as better (a lapsed daily record), and so does another rule or evidence behind the same colour.
    """
    reading = _Reading(policy, evidence)
    present = _essence(_decide(reading, at))
    moment = at
    while (after := reading.next_boundary(moment)) is not None:
        if _essence(_decide(reading, after)) != present:
            return after
        moment = after
    return None


@dataclass(frozen=True, slots=True)
class Period:
    """A colour policy and when it is in force, [begins, ends); None: always, or with no end."""

    policy: ColourPolicy
    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether the policy is in force at a moment."""
        return (self.begins is None or self.begins <= moment) and (self.ends is None or moment < self.ends)


@dataclass(frozen=True, slots=True)
class Change:
    """From this moment on the decision is this one."""

    at: datetime
    decision: ColourDecision


def timeline(
    periods: Sequence[Period], evidence: Iterable[Evidence], from_: datetime, until: datetime
) -> tuple[Change, ...]:
    """Every decision in [from_, until) with the moment it begins; the first entry is at `from_`.

    Raises ValueError when some moment has no policy.
    """
    evidence = tuple(evidence)
    readings: dict[int, _Reading] = {}
    changes: list[Change] = []
    moment: datetime | None = from_
    while moment is not None and moment < until:
        now: datetime = moment
        period = next((one for one in periods if one.holds(now)), None)
        if period is None:
            raise ValueError(f"no colour policy is in force at {now.isoformat()}")
        reading = readings.get(id(period)) or readings.setdefault(id(period), _Reading(period.policy, evidence))
        decision = _decide(reading, now)
        if not changes or _essence(changes[-1].decision) != _essence(decision):
            changes.append(Change(now, decision))
        turns = [
            reading.next_boundary(now),
            period.ends,
            *(one.begins for one in periods if one.begins is not None and one.begins > now),
        ]
        moment = min((turn for turn in turns if turn is not None), default=None)
    return tuple(changes)


def _essence(decision: ColourDecision) -> tuple[object, ...]:
    """What makes two decisions the same for the person: colour, rule, phase, evidence behind it, end, policy."""
    behind = decision.evidence[0] if decision.evidence else None
    return (
        decision.colour,
        decision.rule,
        decision.phase,
        behind and (behind.event, behind.kind),
        decision.until,
        decision.policy_version,
    )


def _precedence(standing: _Standing) -> tuple[float, int, datetime, str, str]:
    """Longest first (an unknown end is longest), then the rule's place, then the oldest evidence."""
    one = standing.evidence
    return (-standing.lasts.timestamp(), standing.order, one.since, one.kind, one.event)


class _Reading:
    """The evidence of one person under one policy, asked at one moment after another.

    What a rule makes of evidence changes only when an ending of it comes to hold or is taken back (or, where a rule
    says so, when evidence that restarts it arrives). Until then it is kept, so that a life is read once and swept.
    """

    def __init__(self, policy: ColourPolicy, evidence: Iterable[Evidence]) -> None:
        self.policy = policy
        self.evidence = _live(policy, evidence)
        self.turns = sorted({moment for one in self.evidence for moment in (one.since, *_turns_of(one))})
        self.pairs = [
            (one, order, rule)
            for one in self.evidence
            for order, rule in policy.by_kind.get(one.kind, ())
            if _applies(rule, one)
        ]
        self.kept: dict[int, tuple[datetime, datetime, list[_Span]]] = {}

    def spans(self, at: datetime) -> Iterator[tuple[Evidence, int, ColourRule, list[_Span]]]:
        """What every rule makes of evidence known at a moment."""
        for number, (one, order, rule) in enumerate(self.pairs):
            if one.since > at:
                continue
            kept = self.kept.get(number)
            if kept is None or not kept[0] <= at < kept[1]:
                seen = [other for other in self.evidence if other.since <= at] if rule.restarted_by else ()
                turns = self.turns if rule.restarted_by else _turns_of(one)
                until = min((turn for turn in turns if turn > at), default=FOREVER)
                kept = self.kept[number] = at, until, _spans(self.policy, rule, one, seen, at)
            yield one, order, rule, kept[2]

    def standings(self, at: datetime) -> Iterator[_Standing]:
        """The spans that hold at a moment."""
        for one, order, rule, spans in self.spans(at):
            for place, span in enumerate(spans):
                if span.begins <= at < span.ends:
                    level = span.phase.colour.severity
                    lasts = span.ends
                    for later in spans[place + 1 :]:
                        if later.phase.colour.severity < level:
                            break
                        lasts = later.ends
                    yield _Standing(order, rule, one, span, lasts)

    def next_boundary(self, at: datetime) -> datetime | None:
        """The first moment after `at` at which anything that concerns the policy, or any phase, begins or ends."""
        place = bisect_right(self.turns, at)
        after = self.turns[place] if place < len(self.turns) else FOREVER
        for _one, _order, _rule, spans in self.spans(at):
            for span in spans:
                if at < span.begins < after:
                    after = span.begins
                if at < span.ends < after:
                    after = span.ends
        return None if after == FOREVER else after


def _turns_of(one: Evidence) -> list[datetime]:
    """When endings of evidence come to hold or are taken back."""
    return [moment for end in one.endings for moment in (end.at, end.until) if moment is not None]


def _applies(rule: ColourRule, one: Evidence) -> bool:
    """Whether the filters of a rule (source, place) let the evidence through. A place is a path of area codes."""
    if rule.self_reported is not None and rule.self_reported != one.self_reported:
        return False
    codes = one.place.split("/")
    if rule.place_in is not None and rule.place_in not in codes:
        return rule.place_or_unknown and not one.place
    if rule.place_not_in is not None:
        return bool(one.place) and rule.place_not_in not in codes
    return True


def _spans(
    policy: ColourPolicy, rule: ColourRule, one: Evidence, seen: Sequence[Evidence], at: datetime
) -> list[_Span]:
    """The phases of a rule over evidence as known at `at`: contiguous after the first, empty ones left out."""
    known = [end for end in one.endings if end.holds(at)]
    stop = min((end.at for end in known if end.kind in policy.stopped_by), default=FOREVER)
    begins = one.since + rule.delay
    runs_out = _runs_out(rule, begins, seen, at)
    ending = _first_ending(rule, known)
    if ending is None or ending.at >= runs_out:
        spans = [_Span(begins, runs_out, rule.first, 0, None, None)]
    else:
        spans = [
            _Span(begins, ending.at, rule.first, 0, None, None),
            *_after(rule.after.get(ending.kind, ()), ending, known),
        ]
    return [
        _Span(s.begins, min(s.ends, stop), s.phase, s.place, s.ended, s.then)
        for s in spans
        if s.begins < min(s.ends, stop)
    ]


def _runs_out(rule: ColourRule, begins: datetime, seen: Sequence[Evidence], at: datetime) -> datetime:
    """When the first phase ends by time alone; evidence that restarts it counts when it comes inside."""
    if rule.first.lasts is None:
        return FOREVER
    runs_out = begins + rule.first.lasts
    if rule.restarted_by:
        for again in sorted(
            other.since
            for other in seen
            if other.kind in rule.restarted_by
            and not any(end.kind in NEVER_MIND and end.holds(at) for end in other.endings)
        ):
            if begins <= again < runs_out:
                runs_out = again + rule.first.lasts
    return runs_out


def _first_ending(rule: ColourRule, known: Iterable[Ending]) -> Ending | None:
    """The earliest ending the rule listens to. Of several at one moment the stricter: one with phases after it."""
    heard = [end for end in known if end.kind in rule.ended_by]
    return min(
        heard,
        default=None,
        key=lambda end: (end.at, end.kind not in rule.after, rule.ended_by.index(end.kind), end.event),
    )


def _after(chain: Sequence[Phase], ending: Ending, known: Sequence[Ending]) -> Iterator[_Span]:
    """The phases after an ending. A phase that waits for events ends with the first at or after its beginning."""
    begins = ending.at
    for place, phase in enumerate(chain):
        ends = FOREVER if phase.lasts is None else begins + phase.lasts
        ends = min(
            [
                ends,
                *(
                    end.at
                    for end in known
                    if end.kind in phase.until and end.at >= begins and end.event != ending.event
                ),
            ]
        )
        yield _Span(begins, ends, phase, place + 1, ending.at, chain[place + 1] if place + 1 < len(chain) else None)
        if ends == FOREVER:
            return
        begins = ends


def _live(policy: ColourPolicy, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The evidence that can matter under a policy at some moment.

    Most daily records cannot: the next one came before the delay was over. Leaving them out keeps long histories fast.
    """
    return tuple(
        one
        for one in evidence
        if one.kind in policy.restarters
        or not all(_never_begins(rule, one) for _, rule in policy.by_kind.get(one.kind, ()))
    )


def _never_begins(rule: ColourRule, one: Evidence) -> bool:
    """Whether an ending that stays came before the first phase of the rule could begin."""
    return (
        bool(rule.delay)
        and not rule.after
        and any(
            end.kind in rule.ended_by and end.until is None and end.at <= one.since + rule.delay for end in one.endings
        )
    )


def _facts(lead: _Standing, until: datetime | None) -> Placeholders:
    span = lead.span
    then_days = span.then.lasts if span.then else None
    return Placeholders(lead.evidence.since, span.ended, until or span.ends, span.phase.lasts, then_days)
