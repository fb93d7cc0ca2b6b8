"""`shouwang certification`: which units stood free of infection as a day closed, and what stands against one."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import queries
from shouwang.certification.queries import Explained
from shouwang.certification.rules import days_certified, reason
from shouwang.refusal import Refusal

DAY = click.DateTime(["%Y-%m-%d"])
LEVELS = {
    "compound": "小区 compound", "community": "社区 community", "village": "村 village", "street": "街道 street",
    "district": "区 district", "city": "市 city",
}  # fmt: skip
HEADINGS = (
    "前一日\nbefore", "新命名\nnew", "恢复\nback", "暂停\nsusp.", "取消\ncanc.", "现有\nnet", "总数\nof", "占比\n%",
)  # fmt: skip


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option(
    "--area", "area_code", default=None, help="Code of a unit, compounds included; the whole city by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print every unit at or under the area as JSON.")
def command(day: datetime, area_code: str | None, as_json: bool) -> None:
    """How the units at or under an area stood as DATE closed, with what is known today.

    With --area it also says why that unit stands so, what stands against it, and from when it may be declared.
    """
    area = queries.unit(area_code) if area_code else areas.root()
    if area is None:
        raise Refusal("bulletins.nothing_counted")
    on = day.date()
    if on > clock.today():
        raise Refusal("certification.day_ahead", day=on)
    one = queries.explained(area, on) if area_code else None
    if as_json:
        click.echo(json.dumps(tell(area, on, one), ensure_ascii=False, indent=2))
    else:
        show(area, on, one)


def tell(area: Any, day: date, one: Explained | None) -> dict[str, Any]:
    """The answer as plain values: shares by level, every unit, and the unit itself when it was asked for."""
    policy = queries.policy_on(day, area.path)
    standings = queries.standings(area.path, day)
    units = []
    for unit in areas.subtree(area.path, *queries.LEVELS, day=day).order_by("path"):
        now = standings.get(unit.pk)
        units.append(
            {
                "code": unit.code,
                "name": unit.name,
                "level": unit.level,
                "state": str(now.state) if now else "none",
                "held": bool(now and now.held),
                "since": now.at.astimezone(clock.ZONE).isoformat() if now else None,
                "reason": now.reason if now else None,
                "evidence": list(now.evidence) if now else [],
                "named_day": str(now.named_day) if now and now.named_day else None,
                "days_certified": days_certified(now, day),
                "policy_version": now.policy_version if now else None,
            }
        )
    told = {
        "day": str(day),
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "policy_version": policy.version,
        "round": policy.round_number(day) if policy.is_round(day) else None,
        "next_round": str(policy.next_round(day)),
        "levels": [
            {"level": share.level, **share.figures()}
            for share in queries.shares(area.path, day)
            if share.units or share.balance.gross
        ],
        "units": units,
    }
    return {**told, "unit": _explained(one)} if one else told


def _explained(one: Explained) -> dict[str, Any]:
    return {
        "state": str(one.state),
        "held": one.held,
        "why": {"zh": one.why("zh"), "en": one.why("en")},
        "days_certified": one.days_certified,
        "standard_one": {
            "met": one.standard.met,
            "earliest": str(one.standard.earliest) if one.standard.earliest else None,
            "hits": [
                {"code": hit.code, "event": hit.ref, "day": str(hit.day) if hit.day else None}
                for hit in one.standard.hits
            ],
            "zh": one.sentence("zh"),
            "en": one.sentence("en"),
        },
        "missing": [{"code": code, "zh": reason(code), "en": reason(code, (), "en")} for code in one.missing],
        "next_round": str(one.next_round),
        "policy_version": one.policy_version,
    }


def show(area: Any, day: date, one: Explained | None) -> None:
    """Print it as tables."""
    console = Console()
    table = Table(title=f"{area.name} · 无疫情创建 certification · {day}")
    table.add_column("单元\nunits", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for share in queries.shares(area.path, day):
        if share.units or share.balance.gross:
            told = share.balance
            figures = (told.before, told.named, told.restored, told.suspended, told.cancelled, told.net, share.units)
            percent = "—" if share.percent is None else str(share.percent)
            table.add_row(LEVELS[share.level], *(f"{figure:,}" for figure in figures), percent)
    console.print(table)
    if one is not None:
        days = "—" if one.days_certified is None else str(one.days_certified)
        console.print(f"状态 state: {one.state}{' (held)' if one.held else ''} · 天数 days: {days}", markup=False)
        if one.reason:
            console.print(f"{one.why('zh')} {one.why('en')}", markup=False)
        console.print(f"{one.sentence('zh')}\n{one.sentence('en')}", markup=False)
        for code in one.missing:
            console.print(f"{reason(code)} {reason(code, (), 'en')}", markup=False)
        console.print(f"下一批 next round: {one.next_round} · {one.policy_version}", markup=False)
