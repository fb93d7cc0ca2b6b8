"""What a day does, hour by hour: a readable list. Each step is a function of the day and may run again.

`run_day` runs all steps of one day at once (the command line, replays, demonstrations); the worker runs each at its
hour. A run is recorded with what it counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from time import perf_counter
from typing import Any

from shouwang import clock
from shouwang.bulletins import actions as bulletins
from shouwang.bulletins import risk_alerts
from shouwang.certification import the_day as certification
from shouwang.codes import actions as codes
from shouwang.codes import cards
from shouwang.command import actions as command
from shouwang.command import reactions as command_follows
from shouwang.command.policy import REPORT_MEASURES
from shouwang.gates import reactions as gates_follow
from shouwang.gates import watch_jobs
from shouwang.health import holding
from shouwang.intake import uploads
from shouwang.journal.actions import Actor
from shouwang.journal.jobs import done_since, recorded
from shouwang.measures import actions as measures
from shouwang.measures import queries as figures
from shouwang.residents import own_access
from shouwang.residents import reactions as residents_follow


@dataclass(frozen=True)
class Step:
    """One thing the day does: its job name, the local hour, and the function of the day."""

    job: str
    at: time
    run: Callable[[date, Actor], dict[str, Any]]


def tidy(day: date, by: Actor) -> dict[str, Any]:
    """Put right what an announcement missed, and let go of files and records past their time."""
    return {
        "posts_moved": command_follows.catch_up(),
        "people_moved": residents_follow.catch_up(),
        "gates_moved": gates_follow.catch_up(),
        **uploads.sweep(),
        "card_sheets_deleted": cards.sweep(),
        "touches_forgotten": holding.forget_touched(),
        "sign_ins_forgotten": own_access.sweep(clock.now() - own_access.KEPT_AFTER),
    }


def decide_colours(day: date, by: Actor) -> dict[str, Any]:
    """Decide again the colours of those whose evidence, clock or policy changed."""
    return codes.redecide_touched(day, by=by)


def certify(day: date, by: Actor) -> dict[str, Any]:
    """Follow what announcements missed, compare what passed its review, and hold the round as its day closes."""
    return certification.run(day, by=by)


def compute_figures(day: date, by: Actor) -> dict[str, Any]:
    """Count every measure of the day and roll it up over the tree."""
    return measures.compute_figures(day)


def compute_reports(day: date, by: Actor) -> dict[str, Any]:
    """Count again what filling the reports has changed: the figures over facts of `command`."""
    return measures.compute_figures(day, rooms={"command"})


def fill_reports(day: date, by: Actor) -> dict[str, Any]:
    """Fill every community's daily report from the figures."""
    values = figures.values_by_area(day, ("community", "village"), measures=REPORT_MEASURES)
    return {"reports": command.fill_reports(day, values, by=by)}


def propose_risk(day: date, by: Actor) -> dict[str, Any]:
    """Propose the risk level of every district, and send the alerts of declared levels that an announcement missed."""
    return {**bulletins.propose_risk(day, by=by), "alerts": risk_alerts.send_due(by=by)}


def draft_bulletin(day: date, by: Actor) -> dict[str, Any]:
    """Draft the bulletin of the city and of every district."""
    return bulletins.draft(day, by=by)


STEPS = [
    Step("gates.tend", time(0, 10), watch_jobs.tend),
    Step("site.tidy", time(5, 0), tidy),
    Step("codes.decide", time(5, 30), decide_colours),
    Step("certification.day", time(5, 45), certify),
    Step("measures.compute", time(6, 0), compute_figures),
    Step("command.fill_reports", time(6, 30), fill_reports),
    Step("measures.compute_again", time(7, 30), compute_reports),
    Step("bulletins.propose_risk", time(8, 0), propose_risk),
    Step("bulletins.draft", time(8, 15), draft_bulletin),
]
"""The day, in order. After the reports, which are counted themselves, those figures are counted again."""


def run_day(day: date) -> Iterator[tuple[Step, dict[str, Any], float]]:
    """Run all steps of a day as of its end; yields each step with what it counted and the seconds it took.

    A day that is over is run with the clock held at its last moment, so that a replay gives the same result.
    """
    _start, end = clock.day_bounds(day)
    moment = min(clock.now(), end - timedelta(microseconds=1))
    for step in STEPS:
        began = perf_counter()
        with clock.frozen(moment), recorded(step.job, day) as counts:
            counts.update(step.run(day, Actor.system(step.job)))
        yield step, counts, perf_counter() - began


REFRESH = timedelta(minutes=15)
"""How old the day's figures may grow before they are counted again."""


def tick() -> list[str]:
    """Run whatever is due now: yesterday's closing, today's steps whose hour has come, figures that grew old.

    What was missed while the system was down is caught up by the next tick. Answers the names of what ran.
    """
    today = clock.today()
    ran = []
    yesterday = today - timedelta(days=1)
    if not done_since(CLOSING, yesterday):
        for step, _counts, _seconds in run_day(yesterday):
            ran.append(f"{step.job} {yesterday}")
        with recorded(CLOSING, yesterday):
            pass
    hour = clock.now().astimezone(clock.ZONE).time()
    for step in STEPS:
        if step.at <= hour and not done_since(step.job, today):
            with recorded(step.job, today) as counts:
                counts.update(step.run(today, Actor.system(step.job)))
            ran.append(step.job)
    watch_jobs.look_often()
    if ran or not done_since(REFRESHING, today, since=clock.now() - REFRESH):
        with recorded(REFRESHING, today) as counts:
            by = Actor.system(REFRESHING)
            counts.update(decide_colours(today, by))
            counts.update(certify(today, by))
            counts.update(compute_figures(today, by))
        ran.append(REFRESHING)
    return ran


CLOSING = "day.close"
REFRESHING = "day.refresh"


def register(app: Any) -> None:
    """Give the worker the clockwork: one tick every five minutes, never two at once."""

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="site.tick", queueing_lock="site.tick", lock="site.tick", pass_context=False)
    def run_tick(timestamp: int) -> None:
        tick()
