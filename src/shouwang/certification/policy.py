"""The figures of epidemic-free certification, typed (topic `certification` of the policy book)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shouwang.policybook.policy import Policy, PolicyFault, Words

RANKS: Mapping[str, int] = {"compound": 0, "community": 1, "village": 1, "street": 2, "district": 3, "city": 4}
"""Level of a unit of the ladder → its rung, from below."""

DESKS = ("declares", "reviews", "compares", "assesses", "publishes", "decides", "checks")
"""What a level has somebody for: taking part in an application, deciding objections and removals, spot checks."""


class Item(StrEnum):
    """Standard two, six in place (六个到位): what an on-site assessment passes or fails one by one."""

    PUBLICITY = "publicity"
    CLOSURE = "closure"
    SCREENING = "screening"
    DISINFECTION = "disinfection"
    SUPPLY = "supply"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who does what for units of one level: role by the word of DESKS."""

    level: str
    title: Words
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CertificationPolicy:
    """What certification goes by while the policy is in force. Windows are whole local days, both ends included."""

    version: str
    window_days: int
    """A case dated so many days before a day still counts on it; one a day older does not."""
    negative_test_day: int | None
    """Day after the last case from which on a test of the whole unit must have been negative; None: no test asked."""
    case_kinds: frozenset[str]
    suspected: frozenset[str]
    fever: frozenset[str]
    contact: frozenset[str]
    self_reported: bool
    rounds_from: date
    round_days: int
    notice_days: int
    children_percent: int
    triggers: bool
    standing_findings: bool
    cascade: bool
    reach: str
    """The highest level that findings and cases act on when a unit is named already."""
    removal_at_once: bool
    failed_check_suspends: bool
    outside: frozenset[str]
    desks: Mapping[str, Desk]

    @classmethod
    def from_policy(cls, policy: Policy) -> CertificationPolicy:
        """Read the body of a policy on `certification`. Raises PolicyFault."""
        body = policy.body
        desks = {
            entry["id"]: Desk(entry["id"], Words.of(entry["title"]), {name: entry[name] for name in DESKS})
            for entry in body["rules"]
        }
        if set(desks) != set(RANKS):
            raise PolicyFault(
                "body.rules",
                Words("每一级各一条：" + "、".join(RANKS), "one entry for each of " + ", ".join(RANKS)),
                sorted(desks),
            )
        kinds = {name: frozenset[str](body[name]["value"]) for name in ("case_kinds", "suspected", "fever", "contact")}
        seen: set[str] = set()
        for name, group in kinds.items():
            if seen & group:
                raise PolicyFault(
                    f"body.{name}.value",
                    Words("每类只属于一组", "kinds that no other group holds"),
                    sorted(seen & group),
                )
            seen |= group
        return cls(
            version=policy.version,
            window_days=body["window_days"]["value"],
            negative_test_day=body["negative_test_day"]["value"],
            **kinds,
            self_reported=body["self_reported"]["value"],
            rounds_from=date.fromisoformat(body["rounds_from"]["value"]),
            round_days=body["round_days"]["value"],
            notice_days=body["notice_days"]["value"],
            children_percent=body["children_percent"]["value"],
            triggers=body["triggers"]["value"],
            standing_findings=body["standing_findings"]["value"],
            cascade=body["cascade"]["value"],
            reach=body["reach"]["value"],
            removal_at_once=body["removal_at_once"]["value"],
            failed_check_suspends=body["failed_check_suspends"]["value"],
            outside=frozenset(body["outside"]["value"]),
            desks=desks,
        )

    def is_round(self, day: date) -> bool:
        """Whether units are named on a day: the first round, and every so many days after it."""
        since = (day - self.rounds_from).days
        return since >= 0 and since % self.round_days == 0

    def next_round(self, day: date) -> date:
        """The first round on or after a day."""
        if day <= self.rounds_from:
            return self.rounds_from
        since = (day - self.rounds_from).days
        return day + timedelta(days=-since % self.round_days)

    def round_number(self, day: date) -> int:
        """Which round a round day is; the first is 1."""
        return (day - self.rounds_from).days // self.round_days + 1

    def is_case(self, kind: str) -> bool:
        """Whether evidence of a kind is a case."""
        return kind in self.case_kinds

    def class_of(self, kind: str) -> str:
        """The class of a finding that holds a unit back until released: suspected, fever, contact; "" for others."""
        for name, group in (("suspected", self.suspected), ("fever", self.fever), ("contact", self.contact)):
            if kind in group:
                return name
        return ""

    def may_reach(self, level: str) -> bool:
        """Whether a trigger acts on named units of a level."""
        return RANKS[level] <= RANKS[self.reach]

    def role_for(self, desk: str, level: str) -> str:
        """Who does something for units of a level."""
        return self.desks[level].roles[desk]
