"""The colour policy, typed (topic `colour` of the policy book): rules over evidence that check themselves."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from shouwang.policybook.policy import Policy, PolicyFault, Words


class Colour(StrEnum):
    """Colours of the code. Grey is no code: it neither passes nor accuses."""

    GREEN = "green"
    GREY = "grey"
    YELLOW = "yellow"
    RED = "red"

    @property
    def severity(self) -> int:
        """Green 0, grey 1, yellow 2, red 3: the worst active rule wins."""
        return SEVERITY[self]


SEVERITY: Mapping[Colour, int] = {Colour.GREEN: 0, Colour.GREY: 1, Colour.YELLOW: 2, Colour.RED: 3}

SELF_REPORTED = {"self_reported": True, "not_self_reported": False}


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of one colour under one rule, with what the resident is told. It ends by time, by events, or both."""

    colour: Colour
    reason: Words
    next: Words
    lasts: timedelta | None = None
    until: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ColourRule:
    """What one kind of finding does to the colour: the first phase, what ends it, and the phases after each ending.

    `delay`: the first phase begins so long after the evidence. `restarted_by`: kinds of evidence that, coming inside
    the phase, let its time begin anew. `self_reported` None: whoever reported. Place filters name an area code.
    """

    id: str
    title: Words
    evidence: frozenset[str]
    first: Phase
    delay: timedelta = timedelta(0)
    restarted_by: frozenset[str] = frozenset()
    ended_by: tuple[str, ...] = ()
    after: Mapping[str, tuple[Phase, ...]] = field(default_factory=dict)
    self_reported: bool | None = None
    place_in: str | None = None
    place_or_unknown: bool = False
    place_not_in: str | None = None

    @property
    def phases(self) -> Iterable[Phase]:
        """All phases, each once."""
        yield self.first
        seen: set[int] = set()
        for chain in self.after.values():
            if id(chain) not in seen:
                seen.add(id(chain))
                yield from chain


@dataclass(frozen=True)
class ColourPolicy:
    """A dated set of colour rules. `stopped_by`: endings after which nothing follows under any rule."""

    version: str
    rules: tuple[ColourRule, ...]
    stopped_by: frozenset[str]
    green_reason: Words
    green_next: Words
    by_kind: Mapping[str, tuple[tuple[int, ColourRule], ...]] = field(init=False, repr=False, compare=False)
    """Kind of evidence → (place in the list, rule), worked out once."""
    restarters: frozenset[str] = field(init=False, repr=False, compare=False)
    """Kinds of evidence that let some rule's days begin anew."""

    def __post_init__(self) -> None:
        names = [rule.id for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise PolicyFault("body.rules", Words("每条规则的 id 各不相同", "rules with different ids"), name)
        for rule in self.rules:
            _check(rule)
        kinds = {kind for rule in self.rules for kind in rule.evidence}
        by_kind = {
            kind: tuple((place, rule) for place, rule in enumerate(self.rules) if kind in rule.evidence)
            for kind in kinds
        }
        object.__setattr__(self, "by_kind", by_kind)
        object.__setattr__(self, "restarters", frozenset(kind for rule in self.rules for kind in rule.restarted_by))

    @classmethod
    def from_policy(cls, policy: Policy) -> ColourPolicy:
        """Read the body of a policy on `colour`. Raises PolicyFault naming the field."""
        body = policy.body
        return cls(
            version=policy.version,
            rules=tuple(_rule(entry) for entry in body["rules"]),
            stopped_by=frozenset(body["stopped_by"]),
            green_reason=Words.of(body["green"]["reason"]),
            green_next=Words.of(body["green"]["next"]),
        )

    def rule(self, name: str) -> ColourRule:
        """The rule named in a decision. Raises KeyError."""
        return next(rule for rule in self.rules if rule.id == name)


def _days(entry: Mapping[str, Any], key: str) -> timedelta | None:
    return timedelta(days=entry[key]) if key in entry else None


def _phase(entry: Mapping[str, Any], lasts: timedelta | None, until: Iterable[str] = ()) -> Phase:
    return Phase(Colour(entry["colour"]), Words.of(entry["reason"]), Words.of(entry["next"]), lasts, frozenset(until))


def _rule(entry: Mapping[str, Any]) -> ColourRule:
    after: dict[str, tuple[Phase, ...]] = {}
    for place, branch in enumerate(entry.get("after", ())):
        chain = tuple(_phase(step, _days(step, "days"), step.get("until", ())) for step in branch["steps"])
        for kind in branch["by"]:
            if kind in after:
                raise PolicyFault(
                    f"body.rules.{entry['id']}.after.{place}.by", Words("每种结束只写一次", "each ending once"), kind
                )
            after[kind] = chain
    where = entry.get("place", {})
    return ColourRule(
        id=entry["id"],
        title=Words.of(entry["title"]),
        evidence=frozenset(entry["evidence"]),
        first=_phase(entry, _days(entry, "for_days")),
        delay=_days(entry, "delay_days") or timedelta(0),
        restarted_by=frozenset(entry.get("restarted_by", ())),
        ended_by=tuple(entry.get("ended_by", ())),
        after=after,
        self_reported=SELF_REPORTED[entry["source"]] if "source" in entry else None,
        place_in=where.get("in"),
        place_or_unknown=bool(where.get("or_unknown", False)),
        place_not_in=where.get("not_in"),
    )


def _check(rule: ColourRule) -> None:
    """A rule must end somehow, never grow worse by itself after an ending, and use only placeholders that are known."""
    path = f"body.rules.{rule.id}"
    for kind in rule.after:
        if kind not in rule.ended_by:
            raise PolicyFault(f"{path}.after", Words("ended_by 中列出的结束", "endings that stand in ended_by"), kind)
    if rule.restarted_by and rule.first.lasts is None:
        raise PolicyFault(f"{path}.restarted_by", Words("同时写明 for_days", "for_days beside it"), "nothing")
    for chain in {id(chain): chain for chain in rule.after.values()}.values():
        colours = [rule.first.colour.severity, *(phase.colour.severity for phase in chain)]
        if colours != sorted(colours, reverse=True):
            raise PolicyFault(
                f"{path}.after",
                Words("颜色只会减轻、不会加重的各步", "steps that never grow worse"),
                [str(phase.colour) for phase in chain],
            )
        _check_words(path, chain, after=True)
    _check_words(path, (rule.first,), after=False)


def _check_words(path: str, chain: tuple[Phase, ...], *, after: bool) -> None:
    for place, phase in enumerate(chain):
        known = {"since"}
        if after:
            known.add("ended")
        if phase.lasts is not None:
            known |= {"until", "days"}
        if place + 1 < len(chain) and chain[place + 1].lasts is not None:
            known.add("then_days")
        for words in (phase.reason, phase.next):
            for sentence in (words.zh, words.en):
                used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
                if used - known:
                    choices = "、".join(sorted(known))
                    raise PolicyFault(
                        path,
                        Words(
                            f"只用这里已知的占位符（{choices}）",
                            f"only placeholders known here ({choices.replace('、', ', ')})",
                        ),
                        sorted(used - known),
                    )
