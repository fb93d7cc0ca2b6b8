"""`shouwang bulletin` and `shouwang risk`: what a day's figures say, in the terminal, as JSON, or on paper."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shouwang.areas import queries as areas
from shouwang.bulletins import content, queries
from shouwang.refusal import Refusal
from shouwang.site import schedule

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--area", "area_code", default=None, help="Code of the area; the whole city by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the bulletin as JSON.")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the bulletin as a PDF.")
def bulletin(day: datetime, area_code: str | None, as_json: bool, pdf: Path | None) -> None:
    """The bulletin of DATE. A day that was not counted yet is run first."""
    if as_json and pdf:
        raise click.UsageError("--json and --pdf go to different places: ask for one at a time.")
    area = areas.by_code(area_code) if area_code else areas.root()
    if area is None:
        raise Refusal("bulletins.nothing_counted")
    counted(day.date())
    told = content.compose(area, day.date())
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif pdf:
        from shouwang.bulletins import paper

        pdf.write_bytes(paper.pdf(told))
        click.echo(f"已写入 {pdf} · written to {pdf}")
    else:
        show(told)


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="Print the levels as JSON.")
def risk(day: datetime, as_json: bool) -> None:
    """The risk level proposed for every district on DATE, with the rule that gave it."""
    counted(day.date())
    rows = queries.risk_rows("", day.date())
    if as_json:
        click.echo(json.dumps({"day": str(day.date()), "levels": rows}, ensure_ascii=False, indent=2))
        return
    table = Table(title=f"风险等级建议 · proposed risk levels · {day.date()}")
    for heading in ("区 district", "等级 level", "规则 rule", "理由 reason", "宣布 declared"):
        table.add_column(heading)
    for row in rows:
        table.add_row(row["name"], row["level"], row["rule"], row["reason"]["zh"], row["declared"] or "—")
    Console().print(table)


def counted(day: Any) -> None:
    """Run the day when it has no figures yet, so that asking is enough."""
    try:
        queries.require_figures(day)
    except Refusal:
        for _step, _counts, _seconds in schedule.run_day(day):
            pass


def show(told: dict[str, Any]) -> None:
    """Print a bulletin as tables."""
    console = Console()
    figures = told["figures"]
    heading = Table(title=f"{told['area']['name']} · 疫情防控日报 · bulletin · {told['day']}", title_style="bold")
    for column, justify in (("指标 figure", "left"), ("今日 today", "right"), ("昨日 yesterday", "right"), ("上周 week ago", "right")):
        heading.add_column(column, justify=justify)  # type: ignore[arg-type]
    for name in told["headlines"]:
        figure = figures[name]
        of = figure.get("denominator")
        value = _number(figure["value"]) + (f" / {_number(of['value'])}" if of else "")
        title = f"{figure['title']['zh']} · {figure['title']['en']}"
        heading.add_row(title, value, _number(figure["yesterday"]), _number(figure["last_week"]))
    console.print(heading)
    for correction in told["corrections"]:
        console.print(f"更正 correction: {correction['kind']} −{correction['count']}  {correction['note']}")
    curve = Table(title="七日曲线 · seven days")
    curve.add_column("日期 day")
    names = [name for name in told["curve"][0] if name != "day"]
    for name in names:
        curve.add_column(figures[name]["title"]["zh"], justify="right")
    for point in told["curve"]:
        curve.add_row(point["day"], *(_number(point[name]) for name in names))
    console.print(curve)
    ranking = Table(title="排名 · ranking", caption=told["ranking"]["formula"]["zh"])
    risks = {row["code"]: row for row in told["risk"]}
    for column in ("名次 rank", "区域 area", "得分 score", "新增 new", "累计 cumulative", "建议风险 proposed risk"):
        ranking.add_column(column)
    for row in told["ranking"]["rows"]:
        ranking.add_row(
            "—" if row["rank"] is None else str(row["rank"]),
            row["name"],
            "—" if row["score"] is None else f"{row['score']:.2f}",
            _number(row["cases_new"]),
            _number(row["cases_cumulative"]),
            risks.get(row["code"], {}).get("level", "—"),
        )
    console.print(ranking)
    if told["late"]:
        late = Table(title="缺漏与逾期 · missing or late")
        for column in ("事项 what", "数量 count", "主要在 where"):
            late.add_column(column)
        for row in told["late"]:
            where = "、".join(f"{place['name']} {place['count']}" for place in row["places"])
            late.add_row(f"{row['zh']} · {row['en']}", _number(row["count"]), where)
        console.print(late)


def _number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"
