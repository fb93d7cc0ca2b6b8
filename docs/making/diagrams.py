"""Diagrams of the documents as mermaid text, made from the tables that the program itself obeys."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fenced(lines: list[str]) -> str:
    """Mermaid lines as a block that code hosts draw."""
    return "\n".join(["```mermaid", *lines, "```"])


def report_states() -> str:
    """The life of a daily report, from command.rules.REPORT_STEPS."""
    from shouwang.command.rules import REPORT_STEPS

    states = {state for pair in REPORT_STEPS for state in pair}
    reached = {step for _state, step in REPORT_STEPS}
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in sorted(states - reached)]
    lines += [f"    {state} --> {step}: {power}" for (state, step), power in REPORT_STEPS.items()]
    lines += [f"    {state} --> [*]" for state in sorted(reached - {state for state, _step in REPORT_STEPS})]
    return fenced(lines)


def certification_states() -> str:
    """The ladder of certification, from the tables that its course follows."""
    from shouwang.certification.ladder import BY_ITSELF, TRANSITIONS

    lines = ["stateDiagram-v2", "    [*] --> none"]
    lines += [f"    {was} --> {to}: {step} {result} ({who})" for (was, step, result), (to, who) in TRANSITIONS.items()]
    lines += [f"    {was} --> {to}: {what} (by itself)" for (was, what), to in BY_ITSELF.items()]
    return fenced(lines)


def floors() -> str:
    """The floors, top to bottom, from the import-linter contract in pyproject.toml. Dashed: no room yet."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(one for one in settings["tool"]["importlinter"]["contracts"] if one["id"] == "floors")
    lines, before = ["flowchart TB", "    classDef later stroke-dasharray: 4 4"], ""
    for number, layer in enumerate(contract["layers"]):
        rooms = re.findall(r"\w+", layer)
        lines.append(f"    subgraph f{number}[ ]")
        lines.append("        direction LR")
        for room in rooms:
            there = (ROOT / "src/shouwang" / room).is_dir() or (ROOT / f"src/shouwang/{room}.py").is_file()
            lines.append(f"        {room}{'' if there else ':::later'}")
        lines.append("    end")
        if before:
            lines.append(f"    {before} --> f{number}")
        before = f"f{number}"
    return fenced(lines)


def day() -> str:
    """The day's schedule as a line of steps."""
    from shouwang.site.schedule import STEPS

    lines = ["flowchart LR"]
    for number, step in enumerate(STEPS):
        lines.append(f'    s{number}["{step.at:%H:%M}<br>{step.job}"]')
        if number:
            lines.append(f"    s{number - 1} --> s{number}")
    return fenced(lines)


def walk() -> str:
    """From a fact to a figure and a colour: the path of every number on a page."""
    return fenced(
        [
            "flowchart LR",
            "    file[file or page] --> event[health event]",
            "    event --> evidence[evidence]",
            "    policy[dated policy] --> colour",
            "    evidence --> colour[colour, with its reason]",
            "    evidence --> figures[figures of the day]",
            "    colour --> figures",
            "    figures --> report[daily report]",
            "    figures --> bulletin[bulletin]",
            "    figures -. opens down to .-> event",
        ]
    )
