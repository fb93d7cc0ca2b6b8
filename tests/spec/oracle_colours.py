"""A slow second opinion on colours, written from the tables with plain ifs; it shares no code with the engine.

It works on events directly and knows one moment at a time. Figures are typed here again on purpose: were they read from
the policy files, a slip in a file could not be found.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwang.health.rules import Event

DAY = timedelta(days=1)
OWN = {"self", "self_report", "self-report", "resident", "自报", "自述"}
ENDINGS = {"excluded", "released", "discharged", "recovered", "died", "central_isolation_end", "home_isolation_end"}


def colour(policy: str, told: list[Event], at: datetime) -> str:
    """The colour under one of the five policies at a moment."""
    view = View(told, at)
    if view.some("died"):
        return "grey"
    table = {
        "wuhan-2020/colour-2020-02-24": late_february,
        "wuhan-2020/colour-2020-03-22": without_lapse,
        "wuhan-2020/colour-2020-04-01": april,
        "wuhan-2020/colour-2021-08-01": august,
        "generic/colour-always": generic,
    }[policy]
    found = table(view)
    for one in ("red", "yellow", "grey"):
        if one in found:
            return one
    return "green"


class View:
    """What is known at a moment: events up to it, without endings that were taken back by then."""

    def __init__(self, told: list[Event], at: datetime) -> None:
        past = [e for e in told if e.time <= at]
        back = {e.ends for e in past if e.kind == "excluded" and e.ends is not None and e.ends != e.ref}
        self.at = at
        self.events = [e for e in past if not (e.kind in ENDINGS and e.ref in back)]

    def some(self, *kinds: str) -> list[Event]:
        return [e for e in self.events if e.kind in kinds]

    def own(self, e: Event) -> bool:
        return e.source.strip().lower() in OWN

    def unnamed(self, v: Event, *kinds: str) -> list[datetime]:
        return [e.time for e in self.some(*kinds) if e.ends is None and e.time >= v.time and e.ref != v.ref]

    def named(self, v: Event, *kinds: str) -> list[datetime]:
        return [max(e.time, v.time) for e in self.some(*kinds) if e.ends == v.ref and e.ref != v.ref]

    def withdrawn(self, v: Event) -> bool:
        return bool(self.named(v, "excluded"))

    def negatives(self, v: Event) -> list[datetime]:
        """The second of the first pair of negatives 24 h apart, no positive at or between them."""
        clean = sorted(e.time for e in self.some("negative_test") if e.time >= v.time)
        spoilt = [e.time for e in self.some("positive_test") if e.time >= v.time]
        pairs = [b for a in clean for b in clean if b - a >= DAY and not any(a <= p <= b for p in spoilt)]
        return [min(pairs)] if pairs else []

    def cured(self, v: Event) -> list[datetime]:
        return self.unnamed(v, "discharged", "recovered") + self.named(v, "discharged", "recovered", "released")

    def excluded(self, v: Event) -> list[datetime]:
        return self.unnamed(v, "excluded") + self.named(v, "excluded")

    def ruled_out(self, v: Event) -> list[datetime]:
        return self.cured(v) + self.excluded(v) + self.negatives(v)

    def converted(self, v: Event) -> bool:
        return any(
            e.time >= v.time and not self.own(e) and not self.withdrawn(e)
            for e in self.some("confirmed", "clinically_diagnosed")
        )

    def released(self, v: Event) -> list[datetime]:
        return self.unnamed(v, "released") + self.named(v, "released", "discharged", "recovered")

    def contact_over(self, v: Event) -> bool:
        return bool(self.released(v) or self.named(v, "excluded", "home_isolation_end")) or self.converted(v)

    def observed_over(self, v: Event, since: datetime, spent: int = 0) -> bool:
        """A negative test, the end of home observation or a release since then.

        `spent`: how many negative tests of that very moment were needed to get so far, and are not counted twice.
        """
        times = self.unnamed(v, "negative_test", "home_isolation_end", "released")
        times += self.named(v, "negative_test", "home_isolation_end")
        if v.kind == "asymptomatic":
            times += self.named(v, "released")
        elif v.kind not in ("confirmed", "clinically_diagnosed"):
            times += self.named(v, "released", "discharged", "recovered")
        return sum(1 for time in times if time >= since) > spent

    def days_since(self, times: list[datetime]) -> timedelta | None:
        return self.at - min(times) if times else None


def fourteen_fourteen(gone: timedelta | None) -> str:
    if gone is None or gone < 14 * DAY:
        return "red"
    return "yellow" if gone < 28 * DAY else "green"


def window_over(view: View, v: Event, days: int) -> bool:
    """Step from symptom to symptom: each one inside the window opens a new window."""
    ends = v.time + days * DAY
    while True:
        again = [s.time for s in view.some("symptom") if v.time <= s.time < ends and not view.withdrawn(s)]
        longer = max((time + days * DAY for time in again), default=ends)
        if longer <= ends:
            return view.at >= ends
        ends = longer


def without_lapse(view: View) -> set[str]:
    out = set()
    for v in view.some("confirmed", "clinically_diagnosed"):
        if not view.withdrawn(v):
            out.add(fourteen_fourteen(view.days_since(view.cured(v))))
    for v in view.some("suspected", "fever"):
        out.add(fourteen_fourteen(view.days_since(view.ruled_out(v))))
    out |= contacts_for(view, 14)
    for v in view.some("temperature"):
        if v.value is not None and v.value * 10 >= 373 and view.at < v.time + 14 * DAY and not view.ruled_out(v):
            out.add("yellow")
    return out


def contacts_for(view: View, days: int) -> set[str]:
    out = set()
    for v in view.some("close_contact", "close_contact_of"):
        if not view.contact_over(v) and not window_over(view, v, days):
            out.add("yellow")
    for v in view.some("home_isolation_start", "central_isolation_start"):
        own_end = v.kind.replace("_start", "_end")
        over = view.released(v) or view.named(v, "excluded", own_end) or view.unnamed(v, own_end)
        if not over and not window_over(view, v, days):
            out.add("yellow")
    return out


def late_february(view: View) -> set[str]:
    out = without_lapse(view)
    records = [e.time for e in view.some("temperature")]
    if records and view.at - max(records) >= 3 * DAY:
        out.add("yellow")
    return out


def april(view: View) -> set[str]:
    out = set()
    for v in view.some("confirmed", "clinically_diagnosed", "suspected", "fever"):
        case = v.kind in ("confirmed", "clinically_diagnosed")
        if case and view.withdrawn(v):
            continue
        if view.own(v):
            if not (view.ruled_out(v) or view.unnamed(v, "released")):
                out.add("yellow")
        elif case:
            gone = view.days_since(view.cured(v))
            if gone is None or gone < 28 * DAY:
                out.add("red")
        elif view.ruled_out(v):
            continue
        elif v.kind == "fever" and v.place and "4201" not in v.place.split("/"):
            if view.at < v.time + 7 * DAY:
                out.add("grey")
        else:
            out.add("red")
    for v in view.some("asymptomatic"):
        over = view.cured(v) + view.unnamed(v, "released") + view.negatives(v)
        gone = view.days_since(over)
        if not view.withdrawn(v) and (gone is None or gone < 28 * DAY):
            out.add("red")
    for v in view.some("close_contact", "close_contact_of"):
        if not view.contact_over(v):
            out.add("yellow")
    return out


def august(view: View) -> set[str]:
    out = set()
    for v in view.some("confirmed", "clinically_diagnosed"):
        cured = view.cured(v)
        if view.withdrawn(v):
            continue
        if not cured:
            out.add("red")
        elif not view.observed_over(v, min(cured)):
            out.add("yellow")
    for v in view.some("asymptomatic"):
        if view.withdrawn(v):
            continue
        lower = view.unnamed(v, "discharged", "recovered") + view.named(v, "discharged", "recovered")
        tests = view.negatives(v)
        spent = 1 if tests and (not lower or tests[0] < min(lower)) else 0
        free = view.unnamed(v, "released") + view.named(v, "released")
        out.add(two_steps(view, v, lower + tests, free, spent))
    for v in view.some("close_contact", "close_contact_of", "secondary_contact", "central_isolation_start"):
        contact = v.kind != "central_isolation_start"
        lower = view.unnamed(v, "central_isolation_end") + view.named(v, "central_isolation_end")
        free = view.released(v) + view.named(v, "excluded")
        if contact:
            free = free + view.named(v, "home_isolation_end")
            if view.converted(v):
                continue
        out.add(two_steps(view, v, lower, free))
    for v in view.some("fever"):
        tested = view.unnamed(v, "negative_test") or view.named(v, "negative_test")
        if not (view.excluded(v) or view.cured(v) or tested):
            out.add("yellow")
    for v in view.some("home_isolation_start"):
        over = view.released(v) + view.named(v, "excluded", "home_isolation_end", "negative_test")
        if not over and not view.unnamed(v, "home_isolation_end", "negative_test"):
            out.add("yellow")
    return out


def two_steps(view: View, v: Event, lower: list[datetime], free: list[datetime], spent: int = 0) -> str:
    """Red until lowered, then yellow until observed; whatever frees first, or afterwards, is green."""
    if free and (not lower or min(free) < min(lower)):
        return "green"
    if not lower:
        return "red"
    return "green" if view.observed_over(v, min(lower), spent) else "yellow"


def generic(view: View) -> set[str]:
    out = set()
    for v in view.some("confirmed", "clinically_diagnosed", "asymptomatic"):
        over = view.cured(v)
        if v.kind == "asymptomatic":
            over = over + view.unnamed(v, "released") + view.negatives(v)
        if view.withdrawn(v):
            continue
        if not over:
            out.add("red")
        elif view.at < min(over) + 14 * DAY:
            out.add("yellow")
    for v in view.some("suspected", "fever"):
        if not view.ruled_out(v):
            out.add("red")
    out |= contacts_for(view, 14)
    for v in view.some("secondary_contact"):
        if not view.contact_over(v) and not window_over(view, v, 7):
            out.add("yellow")
    for v in view.some("temperature"):
        if v.value is not None and v.value * 10 >= 373 and view.at < v.time + 14 * DAY and not view.ruled_out(v):
            out.add("yellow")
    return out
