"""The dated policy of the gates (topic `passage` of the policy book), and the row of one gate that is made from it.

The policy says what holds in each state of a compound; the row is what is left when stage, closure, certification and
permits of one compound are known. Certification that is suspended or cancelled is none: its relaxations end at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from shouwang.command.policy import Stage
from shouwang.gates.policy import (
    Access,
    ByColour,
    Colours,
    Enter,
    ExitKind,
    ExitRule,
    Freshness,
    Must,
    PassagePolicy,
    Permit,
    PermitKind,
    Verdict,
    Window,
)
from shouwang.policybook.policy import Policy, PolicyFault, Words

NORMAL, OPEN, CLOSED = "normal", "open", "closed"
LADDER = ("certified_village", "certified_community", "certified_week", "certified", CLOSED)
"""States of a closed compound from the most relaxed to the strictest."""


@dataclass(frozen=True, slots=True)
class State:
    """Who goes in and out of a compound in one state."""

    enter: Enter
    exit: ExitRule
    hours: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Compound:
    """What is known of a compound on a day. `certified_on`: since when it is named and not suspended or cancelled."""

    code: str
    closed: bool
    certified_on: date | None = None
    in_certified_community: bool = False
    village: bool = False


@dataclass(frozen=True)
class PassageRules:
    """A policy on `passage`, typed. `row`: what every row made from it begins with; `states`: by name."""

    version: str
    row: PassagePolicy
    states: Mapping[str, State]
    certified_days: int

    @classmethod
    def from_policy(cls, policy: Policy) -> PassageRules:
        """Read the body of a policy on `passage`. Raises PolicyFault naming the field."""
        body = policy.body
        figure = {name: each["value"] for name, each in body.items() if isinstance(each, Mapping) and "value" in each}
        for name in ("fever_threshold", "lowest_believed", "highest_believed"):
            if Decimal(str(figure[name])) * 10 % 1:
                raise PolicyFault(
                    f"body.{name}.value", Words("精确到十分之一度", "a temperature in tenths of a degree"), figure[name]
                )
        begins = _guarded("body", _first_row, policy.version, figure, _colours(body["rules"]))
        states = {rule["state"]: _state(rule) for rule in body["rules"] if "state" in rule}
        ids = [rule["id"] for rule in body["rules"]]
        for name in ids:
            if ids.count(name) > 1:
                raise PolicyFault("body.rules", Words("每条规则的 id 各不相同", "rules with different ids"), name)
        for needed in (NORMAL, OPEN, CLOSED):
            if needed not in states:
                raise PolicyFault(
                    "body.rules",
                    Words(f"有一条状态为 {needed} 的规则", f"a rule for the state {needed}"),
                    sorted(states),
                )
        rules = cls(policy.version, begins, states, figure["certified_days"])
        for rule in body["rules"]:
            if "state" in rule:
                stage = Stage.NORMAL_CONTROL if rule["state"] == NORMAL else Stage.STRICT_CLOSURE
                _guarded(f"body.rules.{rule['id']}", rules.in_state, rule["state"], stage)
        return rules

    def in_state(self, state: str, stage: Stage) -> PassagePolicy:
        """The row's beginning in one state. Raises PolicyFault when the stage does not allow it."""
        held = self.states[state]
        return replace(self.row, stage=stage, state=state, enter=held.enter, exit=held.exit, hours=held.hours)

    def state_of(self, compound: Compound, stage: Stage, day: date) -> str:
        """Which state a compound is in. Nothing but the stage counts in the normal stage."""
        if stage is Stage.NORMAL_CONTROL:
            return NORMAL
        if not compound.closed:
            return OPEN
        certified = compound.certified_on is not None and compound.certified_on <= day
        since = (day - compound.certified_on).days if compound.certified_on is not None else 0
        reached = {
            "certified_village": certified and compound.village,
            "certified_community": certified and compound.in_certified_community,
            "certified_week": certified and since >= self.certified_days,
            "certified": certified,
            CLOSED: True,
        }
        return next(state for state in LADDER if reached[state] and state in self.states)


def policy_row(
    rules: PassageRules,
    *,
    stage: Stage,
    compound: Compound,
    gate: str,
    version: str,
    day: date,
    issued: int,
    expires: int,
    permits: Iterable[Permit] = (),
    barred_dwellings: Iterable[str] = (),
    confined_households: Iterable[int] = (),
    utc_offset_minutes: int = 480,
) -> PassagePolicy:
    """The row of one gate on a local day. In the normal stage dwellings cannot be barred: that list is left out."""
    begins = rules.in_state(rules.state_of(compound, stage, day), stage)
    return replace(
        begins,
        version=version,
        compound=compound.code,
        gate=gate,
        issued=issued,
        expires=expires,
        permits=tuple(permits),
        barred_dwellings=() if stage is Stage.NORMAL_CONTROL else tuple(sorted(set(barred_dwellings))),
        confined_households=tuple(sorted(set(confined_households))),
        utc_offset_minutes=utc_offset_minutes,
    )


def _tenths(degrees: object) -> int:
    return int(Decimal(str(degrees)) * 10)


def _first_row(version: str, figure: Mapping[str, Any], colours: Colours) -> PassagePolicy:
    """What is the same in every state; gate, compound and times are filled in when a row is made."""
    return PassagePolicy(
        version="",
        rules=version,
        compound="",
        gate="",
        stage=Stage.STRICT_CLOSURE,
        state=CLOSED,
        issued=0,
        expires=1,
        musts=tuple(map(Must, figure["musts"])),
        fever_tenths=_tenths(figure["fever_threshold"]),
        lowest_tenths=_tenths(figure["lowest_believed"]),
        highest_tenths=_tenths(figure["highest_believed"]),
        second_reading_minutes=figure["second_reading"],
        clock_tolerance=figure["clock_tolerance"],
        strip_max_age=figure["strip_hours"] * 3_600,
        card_max_age=figure["card_days"] * 86_400,
        lookup_max_age=figure["lookup_minutes"] * 60,
        freshness=Freshness(
            normal=figure["feed_normal"] * 60,
            banner=figure["feed_banner"] * 60,
            stale=figure["feed_stale"] * 3_600,
            young=figure["strip_young"] * 60,
            roster=figure["roster_offline"] * 3_600,
        ),
        colours=colours,
        not_measured=Verdict(figure.get("not_measured", Verdict.CHECK)),
    )


FIGURES = {
    "fever_tenths": "fever_threshold",
    "second_reading_minutes": "second_reading",
    "strip_max_age": "strip_hours",
    "card_max_age": "card_days",
    "lookup_max_age": "lookup_minutes",
    "freshness": "feed_normal",
}
"""Field of a row → the figure of the file that it comes from, where the two are called differently."""


def _guarded(path: str, make: Callable[..., PassagePolicy], *arguments: object) -> PassagePolicy:
    """Make a row; what is wrong with it is said with its place in the file."""
    try:
        return make(*arguments)
    except PolicyFault as fault:
        at = fault.field if path != "body" else FIGURES.get(fault.field, fault.field)
        known = "body.rules" if at.startswith("colours") else f"{path}.{at}"
        raise PolicyFault(known, fault.expected, fault.found) from fault


def _colours(entries: Iterable[Mapping[str, Any]]) -> Colours:
    """The table of colours from its rules: each colour, direction and gate exactly once."""
    found: dict[str, dict[str, Verdict]] = {each.name: {} for each in fields(Colours)}
    for entry in entries:
        if "state" in entry:
            continue
        for going in entry["going"]:
            for at in entry["at"]:
                given = found[f"{going}_{at}"]
                if entry["colour"] in given:
                    raise PolicyFault(
                        f"body.rules.{entry['id']}",
                        Words("每种情形只写一次", "each situation once"),
                        f"{entry['colour']} {going} {at}",
                    )
                given[entry["colour"]] = Verdict(entry["gives"])
    for name, given in found.items():
        missing = {each.name for each in fields(ByColour)} - set(given)
        if missing:
            raise PolicyFault(
                "body.rules",
                Words("四种颜色各有处置", "an answer for each of the four colours"),
                f"{name}: {sorted(missing)}",
            )
    return Colours(**{name: ByColour(**given) for name, given in found.items()})


def _state(entry: Mapping[str, Any]) -> State:
    leaving = entry["exit"]
    kinds = leaving.get("permit_kinds")
    return State(
        enter=Enter(**{kind: Access(access) for kind, access in entry["enter"].items()}),
        exit=ExitRule(
            kind=ExitKind(leaving["kind"]),
            people=leaving.get("people", 1),
            interval_hours=leaving.get("interval_hours", 0),
            interval_days=leaving.get("interval_days", 0),
            stay_minutes=leaving.get("stay_minutes", 0),
            permit_kinds=tuple(PermitKind) if kinds is None else tuple(map(PermitKind, kinds)),
            purposes=tuple(leaving.get("purposes", ())),
        ),
        hours=tuple(Window(_minutes(start), _minutes(end)) for start, end in entry.get("hours", ())),
    )


def _minutes(hour: str) -> int:
    hours, _, minutes = hour.partition(":")
    return int(hours) * 60 + int(minutes)
