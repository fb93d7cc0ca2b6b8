"""Which room reads which topic of the policy book; the book itself knows no room."""

from __future__ import annotations

from shouwang.bulletins.policy import RankFormula, SpreadPolicy, risk_from_policy
from shouwang.bulletins.standing_rules import StandingPolicy
from shouwang.certification.policy import CertificationPolicy
from shouwang.codes.exception_rules import ExceptionPolicy
from shouwang.codes.policy import ColourPolicy
from shouwang.gates.passage_policy import PassageRules
from shouwang.health.policy import AlarmPolicy, HealthPolicy
from shouwang.policybook.checking import Typed


def typed_readers() -> Typed:
    """Topic → how its room reads a policy, for the thorough check."""
    return {
        "colour": ColourPolicy.from_policy,
        "health": HealthPolicy.from_policy,
        "passage": PassageRules.from_policy,
        "alarm": AlarmPolicy.from_policy,
        "exception": ExceptionPolicy.from_policy,
        "certification": CertificationPolicy.from_policy,
        "risk": risk_from_policy,
        "ranking": RankFormula.from_policy,
        "reproduction": SpreadPolicy.from_policy,
        "certified-ranking": StandingPolicy.from_policy,
    }
