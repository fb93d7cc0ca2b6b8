"""The figures of contacts, cases and follow-up, typed (topic `health` of the policy book)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shouwang.policybook.policy import Policy, PolicyFault, Words


@dataclass(frozen=True, slots=True)
class HealthPolicy:
    """Windows and thresholds in force. Temperatures in degrees Celsius; durations are exact (a day is 24 hours)."""

    version: str
    fever_threshold: Decimal
    contact_window: timedelta
    """How long before onset (or sampling) of a case a near contact counts."""
    followup: timedelta
    followup_times_a_day: int
    negatives_apart: timedelta
    """Two negative tests end an infection or suspicion when at least this far apart."""
    clinically_diagnosed_from: date | None
    """First local day on which a clinical diagnosis counts among the confirmed; None: never."""
    self_reported_sources: frozenset[str]

    def __post_init__(self) -> None:
        if self.followup_times_a_day < 1:
            raise PolicyFault(
                "body.followup_times_a_day.value",
                Words("至少每天一次", "at least once a day"),
                self.followup_times_a_day,
            )
        if self.followup <= timedelta(0):
            raise PolicyFault("body.followup_days.value", Words("至少一天", "at least one day"), self.followup.days)

    @classmethod
    def from_policy(cls, policy: Policy) -> HealthPolicy:
        """Read the body of a policy on `health`. Raises PolicyFault."""
        body = policy.body
        since = body["clinically_diagnosed_from"]["value"]
        return cls(
            version=policy.version,
            fever_threshold=Decimal(str(body["fever_threshold"]["value"])),
            contact_window=timedelta(days=body["contact_window"]["value"]),
            followup=timedelta(days=body["followup_days"]["value"]),
            followup_times_a_day=body["followup_times_a_day"]["value"],
            negatives_apart=timedelta(hours=body["negatives_apart"]["value"]),
            clinically_diagnosed_from=None if since is None else date.fromisoformat(since),
            self_reported_sources=frozenset(source.casefold() for source in body["self_reported_sources"]["value"]),
        )

    def is_self_reported(self, source: str) -> bool:
        """Whether a source names the resident themselves. Case and spaces around do not matter."""
        return source.strip().casefold() in self.self_reported_sources


@dataclass(frozen=True, slots=True)
class AlarmPolicy:
    """When one account's records wait for a second pair of eyes (topic `alarm` of the policy book)."""

    version: str
    people: int
    """How many people one account may touch within the window."""
    unrelated: int
    """How many groups of them may have no exposure in common."""
    window: timedelta
    slowly: int = 200
    """How many people one account may touch within the long window: a thousand is not reached in slices either."""
    long_window: timedelta = timedelta(days=14)
    together: int = 100
    """How many people all accounts that work in one place may touch within the window, however small the place."""
    together_per_100k: int = 50
    """The same where many live: for each hundred thousand residents."""

    def allowed_together(self, residents: int) -> int:
        """How many people all accounts of a place with so many residents may touch within the window."""
        return max(self.together, residents * self.together_per_100k // 100_000)

    @classmethod
    def from_policy(cls, policy: Policy) -> AlarmPolicy:
        """Read the body of a policy on `alarm`."""
        body = policy.body
        return cls(
            version=policy.version,
            people=body["people"]["value"],
            unrelated=body["unrelated"]["value"],
            window=timedelta(hours=body["window_hours"]["value"]),
            slowly=body["slowly"]["value"],
            long_window=timedelta(days=body["long_window_days"]["value"]),
            together=body["together"]["value"],
            together_per_100k=body["together_per_100k"]["value"],
        )
