"""`shouwang code`: a person's colour with its reasons, worked out from the recorded evidence alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shouwang import clock
from shouwang.codes import queries
from shouwang.codes.course import Present
from shouwang.refusal import Refusal
from shouwang.residents import queries as residents

COLOURS = {"green": "绿码 green", "yellow": "黄码 yellow", "red": "红码 red", "grey": "灰码 grey (no code)"}


@click.command()
@click.argument("person", metavar="PERSON")
@click.option(
    "--at", "at_text", metavar="TIME", default=None, help="2020-03-05 or 2020-03-05T14:00+08:00; now by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(person: str, at_text: str | None, as_json: bool) -> None:
    """The colour of PERSON (a reference from the residents file) at a moment: rule, evidence, until, next step.

    Times without an offset are local. What was recorded later about that moment counts; what happened later does not.
    """
    at = _moment(at_text)
    place = residents.places_of([person]).get(person)
    if place is None:
        raise Refusal("codes.unknown_person", person=person)
    told = tell(person, at, queries.colour_of(place.id, place.area_path, at))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(told)


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        return clock.parse(text)
    except (ValueError, OverflowError):
        raise Refusal("codes.bad_time", time=text) from None


def tell(person: str, at: datetime, present: Present) -> dict[str, Any]:
    """The answer as plain values; moments are ISO text in the local zone, null when there is none."""
    decision = present.decision
    return {
        "person": person,
        "at": _iso(at),
        "colour": str(decision.colour),
        "rule": decision.rule,
        "phase": decision.phase,
        "since": _iso(present.since),
        "until": _iso(decision.until),
        "next_change_at": _iso(present.next_change_at),
        "policy_version": decision.policy_version,
        "reason": {"zh": decision.reason("zh"), "en": decision.reason("en")},
        "next_step": {"zh": decision.next_step("zh"), "en": decision.next_step("en")},
        "evidence": [
            {"event": one.event, "kind": one.kind, "since": _iso(one.since), "source": one.source}
            for one in decision.evidence
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(clock.ZONE).isoformat()


def _show(told: dict[str, Any]) -> None:
    table = Table(title=f"{told['person']} · {told['at']}", show_header=False)
    evidence = "\n".join(f"{one['kind']} {one['event']} ({one['since']})" for one in told["evidence"])
    for name, value in (
        ("颜色 colour", COLOURS[told["colour"]]),
        ("理由 reason", f"{told['reason']['zh']}\n{told['reason']['en']}"),
        ("规则 rule", told["rule"]),
        ("依据 evidence", evidence),
        ("自 since", told["since"]),
        ("至 until", told["until"]),
        ("下一步 next step", f"{told['next_step']['zh']}\n{told['next_step']['en']}"),
        ("规则版本 policy", told["policy_version"]),
    ):
        table.add_row(name, value or "—")
    Console().print(table)
