"""`shouwang bulletin` and `shouwang risk`: what a day's figures say, in the terminal, as JSON, or on paper."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shouwang.areas import queries as areas
from shouwang.bulletins import content, queries
from shouwang.bulletins.policy import Level
from shouwang.refusal import Refusal
from shouwang.site import schedule

DAY = click.DateTime(["%Y-%m-%d"])
LEVELS = {
    Level.NONE: "不设 none",
    Level.LOW: "● 低 low",
    Level.MEDIUM: "▲ 中 medium",
    Level.HIGH: "■ 高 high",
}


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--area", "area_code", default=None, help="Code of the area; the whole city by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the bulletin as JSON.")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write it as a PDF file.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the PDF.")
def bulletin(day: datetime, area_code: str | None, as_json: bool, pdf: Path | None, language: str) -> None:
    """The bulletin of DATE. A day that was not counted yet is run first."""
    if as_json and pdf:
        raise click.UsageError("--json and --pdf go to different places: ask for one at a time.")
    if pdf and not pdf.absolute().parent.is_dir():
        raise click.UsageError(f"--pdf {pdf}: there is no folder {pdf.parent}; make it first.")
    area = areas.by_code(area_code) if area_code else areas.root()
    if area is None:
        raise Refusal("bulletins.nothing_counted")
    counted(day.date())
    told = content.compose(area, day.date())
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif pdf:
        from shouwang.bulletins import paper

        pdf.write_bytes(paper.pdf(told, "zh-hans" if language == "zh" else "en"))
        click.echo(f"已写入 {pdf} · written to {pdf}")
    else:
        show(told)


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@click.option("--json", "as_json", is_flag=True, help="Print the levels as JSON.")
def risk(day: datetime, as_json: bool) -> None:
    """The risk level proposed for every district on DATE, with the rule that gave it.

    Under a rule by compound, the compounds and hamlets at high or medium risk stand below their district.
    """
    if areas.root() is None:
        raise Refusal("bulletins.nothing_counted")
    counted(day.date())
    rows = queries.risk_rows("", day.date())
    if as_json:
        click.echo(json.dumps({"day": str(day.date()), "levels": rows}, ensure_ascii=False, indent=2))
        return
    table = Table(title=f"风险等级建议 · proposed risk levels · {day.date()}")
    for heading in ("区域 area", "等级 level", "规则 rule", "理由 reason", "宣布 declared"):
        table.add_column(heading)
    for row in rows:
        table.add_row(row["name"], *_level(row), style="bold" if row["units"] else None)
        for unit in row["units"]:
            table.add_row(f"  {unit['name']}", *_level(unit))
    Console().print(table)


def _level(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return LEVELS[row["level"]], row["rule"], row["reason"]["zh"], row["declared"] or "—"


def counted(day: date) -> None:
    """Run the day when it has no figures yet, so that asking is enough.

    Raises Refusal for a day that is still to come, or up to which nothing is known.
    """
    if queries.is_counted(day):
        return
    if refusal := queries.refuse_to_count(day):
        raise refusal
    for _step, _counts, _seconds in schedule.run_day(day):
        pass


def show(told: dict[str, Any]) -> None:
    """Print a bulletin as tables."""
    console = Console()
    figures = told["figures"]
    heading = Table(title=f"{told['area']['name']} · 疫情防控通报 · bulletin · {told['day']}", title_style="bold")
    heading.add_column("指标 figure")
    for column in ("今日 today", "昨日 yesterday", "上周 week ago"):
        heading.add_column(column, justify="right")
    for name in told["headlines"]:
        figure = figures[name]
        of = figure.get("denominator")
        value = _number(figure["value"]) + (f" / {_number(of['value'])}" if of else "")
        title = f"{figure['title']['zh']} · {figure['title']['en']}"
        heading.add_row(title, value, _number(figure["yesterday"]), _number(figure["last_week"]))
    console.print(heading)
    for correction in told["corrections"]:
        note = f"（{correction['note']}）" if correction["note"] else ""
        console.print(f"更正 correction: {correction['kind']} {correction['count']} {note}")
    curve = Table(title="近七日 · seven days")
    curve.add_column("日期 day")
    names = [name for name in told["curve"][0] if name != "day"]
    for name in names:
        curve.add_column(figures[name]["title"]["zh"], justify="right")
    for point in told["curve"]:
        curve.add_row(point["day"], *(_number(point[name]) for name in names))
    console.print(curve)
    if told["ranking"]["rows"]:
        console.print(_ranking(told))
    for row in (unit for county in told["risk"] for unit in county["units"]):
        console.print(f"{LEVELS[row['level']]} {row['name']}: {row['reason']['zh']}")
    if told["late"]:
        late = Table(title="缺漏与逾期 · missing or late")
        for column in ("事项 what", "数量 count", "主要在 where"):
            late.add_column(column)
        for row in told["late"]:
            where = "、".join(f"{place['name']} {place['count']}" for place in row["places"])
            late.add_row(f"{row['zh']} · {row['en']}", _number(row["count"]), where or told["area"]["name"])
        console.print(late)


def _ranking(told: dict[str, Any]) -> Table:
    table = Table(title="排名 · ranking", caption=told["ranking"]["formula"]["zh"])
    risks = {row["code"]: row for row in told["risk"]}
    left = ("区域 area", "建议风险 risk")
    for column in ("名次 rank", "昨日 was", left[0], "得分 score", "新增 new", "累计 cumulative", left[1]):
        table.add_column(column, justify="left" if column in left else "right")
    for row in told["ranking"]["rows"]:
        table.add_row(
            _number(row["rank"]),
            _number(row["yesterday"]),
            row["name"],
            "—" if row["score"] is None else f"{row['score']:.2f}",
            _number(row["cases_new"]),
            _number(row["cases_cumulative"]),
            LEVELS[risks[row["code"]]["level"]] if row["code"] in risks else "—",
        )
    return table


def _number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"
