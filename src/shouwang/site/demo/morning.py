"""The morning of a day in the made-up city: reports are filled, communities confirm, streets accept; a few are late."""

from __future__ import annotations

from datetime import date, datetime, time

from shouwang import clock
from shouwang.command import actions as command
from shouwang.command import queries as commanded
from shouwang.journal.actions import Actor
from shouwang.site import schedule
from shouwang.site.demo.chance import seeded
from shouwang.site.demo.course import CHINA

FILLED, CONFIRMED, ACCEPTED = time(6, 30), time(8, 40), time(9, 30)
LATE, WAITING = 0.02, 0.05
"""Shares of communities that do not confirm in time, and of confirmed reports no street has accepted. *Assumed*."""


def reports(day: date, seed: int, *, by: Actor) -> None:
    """Fill the reports of a day as of the morning, confirm and accept most of them, each at its hour."""
    system = Actor.system("command.fill_reports")
    with clock.frozen(datetime.combine(day, FILLED, CHINA)):
        schedule.compute_figures(day, system)
        schedule.fill_reports(day, system)
    found = list(commanded.reports("", day).values_list("pk", "area__code"))
    chances = {number: seeded(seed, "report", f"{code} {day}").random() for number, code in found}
    with clock.frozen(datetime.combine(day, CONFIRMED, CHINA)):
        command.step_reports([one for one, chance in chances.items() if chance >= LATE], "confirmed", by=by)
    with clock.frozen(datetime.combine(day, ACCEPTED, CHINA)):
        command.step_reports([one for one, chance in chances.items() if chance >= LATE + WAITING], "accepted", by=by)
