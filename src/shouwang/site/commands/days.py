"""`shouwang day` and `shouwang days`: run the schedule of one day, or of each day from one to another."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import click

from shouwang.site import schedule

DAY = click.DateTime(["%Y-%m-%d"])


def _run(day: date, as_json: bool) -> dict[str, Any]:
    steps = []
    for step, counts, seconds in schedule.run_day(day):
        steps.append({"job": step.job, "seconds": round(seconds, 2), **counts})
        if not as_json:
            told = " ".join(f"{name}={value}" for name, value in counts.items())
            click.echo(f"{day}  {step.job:<24} {seconds:6.2f} s  {told}", err=True)
    return {"day": str(day), "steps": steps}


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="Print what each step counted as JSON.")
def day(day: datetime, as_json: bool) -> None:
    """Run the schedule of DATE."""
    result = _run(day.date(), as_json)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))


@click.command()
@click.argument("first", metavar="FROM", type=DAY)
@click.argument("last", metavar="UNTIL", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="Print what each step of each day counted as JSON.")
def days(first: datetime, last: datetime, as_json: bool) -> None:
    """Run the schedule of each day FROM … UNTIL, both included."""
    if last < first:
        raise click.UsageError("UNTIL lies before FROM: write the earlier day first.")
    results = []
    current = first.date()
    while current <= last.date():
        results.append(_run(current, as_json))
        current += timedelta(days=1)
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, default=str))
