"""The ladder once more, slow and plain, written from the rules and not from the program.

At every moment at which anything happens it looks at all facts anew: who is unreleased, who is a case, what the last
check said. It keeps of a unit only its state, its dates, and whom it was suspended for. Nothing of course.py is used.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
RUNG = {"compound": 0, "community": 1, "village": 1, "street": 2, "district": 3, "city": 4}
UNDER_WAY = ["declared", "reviewed", "compared", "assessed", "noticed"]
LADDER = {
    ("declared", "first_review"): "reviewed",
    ("reviewed", "comparison"): "compared",
    ("compared", "assessment"): "assessed",
    ("assessed", "notice"): "noticed",
}


def local(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def close(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZONE) - timedelta(microseconds=1)


class Twin:
    """All units of a family, walked moment by moment."""

    def __init__(self, units: list[Any], facts: Any, policy_on: Any) -> None:
        self.units, self.facts, self.policy_on = units, facts, policy_on
        self.of = {unit.id: unit for unit in units}
        self.state = {unit.id: "none" for unit in units}
        self.named: dict[int, date | None] = {}
        self.notice: dict[int, date] = {}
        self.blamed: dict[int, list[Any]] = {unit.id: [] for unit in units}
        self.bad_check: dict[int, bool] = {}
        self.doubts: dict[int, set[int]] = {unit.id: set() for unit in units}
        self.out: dict[int, bool] = {}

    def counts(self, policy: Any, one: Any) -> bool:
        held = policy.suspected | policy.fever | policy.contact
        return one.kind in held and (policy.self_reported or not one.own)

    def sick(self, policy: Any, case: Any) -> bool:
        return case.kind in policy.case_kinds and (policy.self_reported or not case.own)

    def unreleased(self, policy: Any, unit: int, at: datetime) -> list[Any]:
        return [
            one
            for one in self.facts.findings
            if unit in one.chain
            and self.counts(policy, one)
            and one.since <= at
            and (one.until is None or one.until > at)
        ]

    def clean(self, policy: Any, unit: int, day: date, at: datetime) -> bool:
        known = [
            case
            for case in self.facts.cases
            if unit in case.chain
            and self.sick(policy, case)
            and case.at <= at
            and (case.until is None or case.until > at)
        ]
        for back in range(policy.window_days + 1):
            if any(local(case.at) == day - timedelta(days=back) for case in known):
                return False
        if self.unreleased(policy, unit, at):
            return False
        if policy.negative_test_day is None:
            return True
        days = [local(case.at) for case in known]
        base = max(days) if days else day - timedelta(days=policy.window_days)
        return any(
            owner == unit and (test - base).days >= policy.negative_test_day and test <= day
            for owner, test in self.facts.tests
        )

    def hit(self, policy: Any, chain: tuple[int, ...]) -> list[int]:
        able = [
            unit
            for unit in chain
            if self.state[unit] in ("named", "suspended") and RUNG[self.of[unit].level] <= RUNG[policy.reach]
        ]
        return able if policy.cascade else able[:1]

    def lose(self, unit: int, state: str) -> None:
        self.state[unit] = state
        self.named[unit], self.blamed[unit], self.bad_check[unit], self.out[unit] = None, [], False, False
        self.doubts[unit] = set()

    def blame(self, policy: Any, one: Any) -> None:
        for unit in self.hit(policy, one.chain):
            self.blamed[unit].append(one)
            self.state[unit] = "suspended"

    def forgive(self, unit: int) -> None:
        if self.state[unit] == "suspended" and not self.blamed[unit] and not self.bad_check.get(unit):
            self.state[unit] = "named"

    def run(self, until: datetime) -> dict[tuple[int, date], tuple[str, date | None]]:
        """How each unit stands as each day closes, and the day of naming that counts."""
        happened = [case.at for case in self.facts.cases] + [step.at for step in self.facts.steps]
        happened += [at for one in self.facts.findings for at in (one.since, one.until) if at is not None]
        happened += [datetime.combine(unit.ends, time(), tzinfo=ZONE) for unit in self.units if unit.ends]
        seen: dict[tuple[int, date], tuple[str, date | None]] = {}
        if not happened:
            return seen
        day, last_policy = local(min(happened)), None
        while day <= local(until):
            policy = self.policy_on(day)
            if last_policy is not None and policy.triggers and not last_policy.triggers and policy.standing_findings:
                midnight = datetime.combine(day, time(), tzinfo=ZONE)
                for one in sorted(self.facts.findings, key=lambda one: (one.since, one.ref)):
                    begun = one.since < midnight and (one.until is None or one.until >= midnight)
                    if begun and self.counts(policy, one):
                        self.blame(policy, one)
            last_policy = policy
            for at in sorted({moment for moment in happened if local(moment) == day and moment <= until}):
                self.moment(policy, at)
            if close(day) <= until:
                since = (day - policy.rounds_from).days
                if since >= 0 and since % policy.round_days == 0:
                    self.round(policy, day)
                for unit in self.of:
                    seen[unit, day] = (self.state[unit], self.named.get(unit))
            day += timedelta(days=1)
        return seen

    def moment(self, policy: Any, at: datetime) -> None:
        day = local(at)
        for unit in self.units:
            if unit.ends and datetime.combine(unit.ends, time(), tzinfo=ZONE) == at and self.state[unit.id] != "none":
                self.lose(unit.id, "dissolved")
        for case in sorted((c for c in self.facts.cases if c.at == at), key=lambda c: c.ref):
            if not self.sick(policy, case):
                continue
            for unit in case.chain:
                if self.state[unit] in UNDER_WAY:
                    self.lose(unit, "ended")
            for unit in self.hit(policy, case.chain) if policy.triggers else []:
                self.lose(unit, "cancelled")
        for one in sorted((f for f in self.facts.findings if f.since == at), key=lambda f: f.ref):
            if policy.triggers and self.counts(policy, one) and one.until != at:
                self.blame(policy, one)
        for unit in self.of:
            self.blamed[unit] = [one for one in self.blamed[unit] if one.until is None or one.until > at]
            self.forgive(unit)
        for step in sorted((s for s in self.facts.steps if s.at == at), key=lambda s: s.id):
            self.step(policy, step, day, at)

    def step(self, policy: Any, step: Any, day: date, at: datetime) -> None:
        unit = self.of.get(step.unit)
        if unit is None or unit.kind in policy.outside:
            return
        if (unit.begins and day < unit.begins) or (unit.ends and day >= unit.ends):
            return
        state, number = self.state[unit.id], unit.id
        if step.step == "declared" and step.result == "passed":
            if state in ("none", "returned", "ended", "cancelled") and self.clean(policy, number, day, at):
                self.lose(number, "declared")
        elif (state, step.step) in LADDER:
            if step.result == "failed":
                self.lose(number, "returned")
            elif step.result == "passed" and not self.unreleased(policy, number, at):
                self.state[number] = LADDER[state, step.step]
                if step.step == "notice":
                    self.notice[number] = day
        elif state == "noticed" and step.step == "objection":
            if step.result == "raised":
                self.doubts[number].add(step.objection)
            elif step.result == "dismissed":
                self.doubts[number].discard(step.objection)
            elif step.result == "upheld":
                self.lose(number, "returned")
        elif state in UNDER_WAY and step.step == "withdrawal" and step.result == "passed":
            self.lose(number, "returned")
        elif state in ("named", "suspended") and step.step == "spot_check":
            if step.result == "failed" and policy.failed_check_suspends:
                self.bad_check[number], self.state[number] = True, "suspended"
            elif step.result == "passed":
                self.bad_check[number] = False
                self.forgive(number)
        elif state in ("named", "suspended") and step.step == "removal" and step.result == "passed":
            if policy.removal_at_once:
                self.lose(number, "cancelled")
            else:
                self.out[number] = True

    def round(self, policy: Any, day: date) -> None:
        for unit in self.of:
            if self.out.get(unit):
                self.lose(unit, "cancelled")
        for unit in sorted(self.units, key=lambda unit: RUNG[unit.level]):
            if self.state[unit.id] != "noticed" or (day - self.notice[unit.id]).days < policy.notice_days:
                continue
            below = [
                child
                for child in self.units
                if child.kind not in policy.outside
                and (child.begins is None or child.begins <= day)
                and (child.ends is None or day < child.ends)
                and [parent for begins, parent in child.parents if begins <= day][-1] == unit.id
            ]
            named = [child for child in below if self.state[child.id] == "named"]
            enough = len(named) * 100 >= policy.children_percent * len(below)
            if enough and not self.doubts[unit.id] and self.clean(policy, unit.id, day, close(day)):
                self.state[unit.id], self.named[unit.id] = "named", day
