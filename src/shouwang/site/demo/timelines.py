"""What is recorded about one person: a case, a contact followed for 14 days, a false suspicion, a correction.

A timeline appends events (minute, person, kind, value of `ends`, source, note) to a compound's log, which gives each
its reference at once, so that later events can name it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from shouwang.site.demo import course
from shouwang.site.demo.course import DAY

CLINIC = ("市第一定点医院发热门诊", "市第二定点医院发热门诊", "区人民医院发热门诊", "区中医院发热门诊")
HOSPITAL = ("市第一定点医院", "市第二定点医院", "区人民医院", "大学附属医院", "方舱医院")
LABORATORY = "市疾控中心实验室"
SYMPTOMS = ("发热、干咳", "乏力、干咳", "咽痛", "胸闷", "腹泻")
COMMUNITY = "社区摸排"
FOLLOW_UP = "社区随访"
TRACING = "流调组"
ISOLATION_SITE = "集中隔离点"
WARD = "留观病房"

FOLLOWED = 14
"""Days that a contact is followed."""
MISSED = 0.05
"""Share of temperatures that nobody took."""
FEVERISH = 0.012
"""Share of followed contacts with a fever that turns out to be nothing."""


@dataclass(slots=True)
class Log:
    """The events of one compound, and its chance. References never depend on how far the log is read."""

    prefix: str
    chance: random.Random
    events: list[tuple[int, str, str, str, str, str, str]] = field(default_factory=list)

    def note(self, minute: float, person: str, kind: str, source: str, *, ends: str = "", note: str = "") -> str:
        """Write an event down; answers its reference."""
        ref = f"{self.prefix}-E{len(self.events) + 1:05d}"
        self.events.append((int(minute), ref, person, kind, ends, source, note))
        return ref

    def days(self, mean: float, least: float = 0.0) -> int:
        """Some minutes, gamma-distributed around a mean number of days."""
        return int((least + self.chance.gammavariate(2.2, (mean - least) / 2.2)) * DAY)

    def at_work(self, minute: float) -> int:
        """The same day between 8 and 22 o'clock, when things are written down."""
        return int(minute) // DAY * DAY + int(self.chance.triangular(8 * 60, 22 * 60, 15 * 60))


@dataclass(slots=True)
class Case:
    """A case on its way through the health service: minutes of each step, and the reference of what confirmed it."""

    person: str
    age: float
    suspected: int
    confirmed: int
    is_clinical: bool
    ref: str = ""


def new_case(log: Log, person: str, age: float, onset: int) -> Case:
    """When somebody who falls ill on day `onset` is suspected and confirmed. Nothing is written down yet."""
    draw = log.chance.random
    fell_ill = onset * DAY + int(draw() * DAY)
    suspected = log.at_work(fell_ill + log.days(course.delay_to_clinic(onset), 0.3))
    confirmed = log.at_work(suspected + log.days(course.wait_for_test(suspected // DAY), 0.6))
    is_clinical = False
    allowed = course.CLINICAL_FROM * DAY
    waits = suspected // DAY < course.CLINICAL_UNTIL and confirmed >= allowed
    if waits and draw() < (0.85 if suspected < allowed else 0.35):
        # Those who wait for a result when clinical diagnosis is allowed are diagnosed within two days.
        early = log.at_work(max(suspected + 300, allowed + int(draw() ** 2 * 2 * DAY)))
        is_clinical = early > suspected and early // DAY < course.CLINICAL_UNTIL
        confirmed = early if is_clinical else confirmed
    confirmed = min(max(confirmed, suspected + 90), course.LAST_CONFIRMED - int(draw() * 600))
    return Case(person, age, min(suspected, confirmed - 60), confirmed, is_clinical)


def tell_case(log: Log, case: Case, onset: int) -> None:
    """Symptoms, suspicion, confirmation, and discharge or death."""
    draw, person = log.chance.random, case.person
    clinic = log.chance.choice(CLINIC)
    hospital = log.chance.choice(HOSPITAL)
    first = min(onset * DAY + int((0.35 + draw() * 0.5) * DAY), case.suspected - 30)
    if draw() < 0.8:
        log.note(first, person, "symptom", COMMUNITY, note=log.chance.choice(SYMPTOMS))
    if draw() < 0.6:
        log.note(max(first + 10, case.suspected - int(draw() * 600)), person, "fever", clinic)
    log.note(case.suspected, person, "suspected", clinic)
    _observed(log, person, case.suspected + 40, case.confirmed, "确诊，转定点医院")
    if case.is_clinical:
        case.ref = log.note(case.confirmed, person, "clinically_diagnosed", hospital, note="临床诊断(影像学)")
    else:
        log.note(case.confirmed - 30, person, "positive_test", LABORATORY)
        case.ref = log.note(case.confirmed, person, "confirmed", hospital)
    if draw() < course.fatality(case.age):
        log.note(case.confirmed + log.days(9.5, 0.5), person, "died", hospital)
        return
    out = log.at_work(case.confirmed + log.days(20, 7))
    log.note(out - 3 * DAY + 60, person, "negative_test", LABORATORY)
    log.note(out - DAY - int(draw() * 300), person, "negative_test", LABORATORY)
    log.note(out, person, "discharged", hospital, ends=case.ref)
    start = log.note(out + 90, person, "central_isolation_start", ISOLATION_SITE, note="出院后康复观察")
    log.note(out + 14 * DAY, person, "central_isolation_end", ISOLATION_SITE, ends=start)
    log.note(out + 14 * DAY + 20, person, "recovered", COMMUNITY, ends=case.ref)


def tell_contact(log: Log, person: str, found: int, *, case: Case | None, until: int | None) -> None:
    """A contact found at minute `found`: isolation, twice-daily temperatures at home, release after 14 days.

    `case` is whom they live with (None: the link is not known). `until` is when they fall under suspicion themselves;
    then nobody releases them. Nothing is told when they were suspected before they were found.
    """
    if until is not None and until <= found + 60:
        return
    draw = log.chance.random
    over = found + FOLLOWED * DAY
    end = over if until is None else min(over, until)
    if case is not None and case.ref:
        contact = log.note(found, person, "close_contact_of", TRACING, ends=case.ref)
    else:
        contact = log.note(found, person, "close_contact", TRACING, note="同小区密切接触")
    is_home = draw() < course.kept_at_home(found // DAY)
    place, where = ("home_isolation", FOLLOW_UP) if is_home else ("central_isolation", ISOLATION_SITE)
    start = log.note(found + 45, person, f"{place}_start", where)
    if is_home:
        _temperatures(log, person, found + 60, end, MISSED)
        _passing_fever(log, person, found, end)
    if end < over:
        log.note(end - 5, person, f"{place}_end", where, ends=start, note="转为疑似,送诊")
        return
    log.note(over, person, f"{place}_end", where, ends=start)
    log.note(over + 10, person, "released", where, ends=contact)


def _temperatures(log: Log, person: str, start: int, end: int, missed: float) -> None:
    """Mornings and evenings from `start` to `end`, a share of them missed; more by one in ten people."""
    draw, gauss = log.chance.random, log.chance.gauss
    missed *= 4 if draw() < 0.1 else 0.7
    for day in range(start // DAY, end // DAY + 1):
        for hour in (7.0, 17.0):
            minute = day * DAY + int((hour + draw() * 2.5) * 60)
            if start <= minute < end and draw() >= missed:
                note = f"{min(37.2, max(35.6, gauss(36.45, 0.25))):.1f}"
                log.note(minute, person, "temperature", FOLLOW_UP, note=note)


def _passing_fever(log: Log, person: str, start: int, end: int) -> None:
    """Once in a while a fever that passes."""
    draw = log.chance.random
    minute = (start // DAY + 2 + int(draw() * 9)) * DAY + 18 * 60
    if draw() < FEVERISH and minute + 4 * DAY < end:
        log.note(minute, person, "temperature", FOLLOW_UP, note=f"{37.4 + draw() * 0.9:.1f}")
        _nothing_found(log, person, log.note(minute + 20, person, "fever", FOLLOW_UP), minute + 20, 1.5)


def _observed(log: Log, person: str, start: int, end: int, why: str) -> None:
    """Somebody under suspicion waits for a result: in an observation ward, or at home while there is no bed."""
    if end <= start + 10:
        return
    if log.chance.random() < course.admitted(start // DAY):
        begun = log.note(start, person, "central_isolation_start", WARD, note="疑似留观")
        log.note(end, person, "central_isolation_end", WARD, ends=begun, note=why)
    else:
        _temperatures(log, person, start, end, MISSED * 3)


def _nothing_found(log: Log, person: str, ref: str, minute: int, mean: float) -> int:
    """Two negative tests a day apart, and the suspicion is excluded; answers when."""
    over = minute + log.days(mean, 1.3)
    log.note(over - DAY - 90, person, "negative_test", LABORATORY)
    log.note(over - 30, person, "negative_test", LABORATORY)
    log.note(over, person, "excluded", log.chance.choice(CLINIC), ends=ref)
    return over


def tell_false_suspicion(log: Log, person: str, minute: int) -> None:
    """Fever, then in half of all cases suspicion, then two negative tests: another illness."""
    clinic = log.chance.choice(CLINIC)
    ref = log.note(minute, person, "fever", clinic)
    if log.chance.random() < 0.5:
        minute += 200 + int(log.chance.random() * 600)
        ref = log.note(minute, person, "suspected", clinic)
    over = _nothing_found(log, person, ref, minute, 2.6)
    _observed(log, person, minute + 40, over, "排除，解除留观")


def tell_correction(log: Log, person: str, minute: int) -> None:
    """Confirmed in error and withdrawn some days later, with the reason."""
    log.note(minute - DAY, person, "suspected", log.chance.choice(CLINIC))
    wrong = log.note(minute, person, "confirmed", log.chance.choice(HOSPITAL))
    why = log.chance.choice(("复核为重复报告,撤回", "复核检测阴性,更正撤回", "姓名录入错误,更正撤回"))
    log.note(minute + log.days(2.5, 0.6), person, "excluded", "区疾控中心", ends=wrong, note=f"报告更正:{why}")


def tell_asymptomatic(log: Log, person: str, minute: int) -> None:
    """Found by a test without symptoms, isolated for 14 days, released after two negatives."""
    log.note(minute - 20, person, "positive_test", LABORATORY)
    ref = log.note(minute, person, "asymptomatic", LABORATORY)
    start = log.note(minute + 180, person, "central_isolation_start", ISOLATION_SITE)
    over = minute + 14 * DAY
    log.note(over - 2 * DAY, person, "negative_test", LABORATORY)
    log.note(over - 200, person, "negative_test", LABORATORY)
    log.note(over, person, "central_isolation_end", ISOLATION_SITE, ends=start)
    log.note(over + 10, person, "released", ISOLATION_SITE, ends=ref)
