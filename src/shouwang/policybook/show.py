"""A policy in plain words, for pages and the command line: dates, origin, what it says, and what in it is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shouwang.policybook.policy import Policy, Words

COLOURS = {"red": Words("红", "red"), "yellow": Words("黄", "yellow"), "grey": Words("灰", "grey")}
LEVELS = {
    "high": Words("高", "high"),
    "medium": Words("中", "medium"),
    "low": Words("低", "low"),
    "none": Words("无", "none"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a policy says. `mark`: the colour or level it leads to, or empty; `assumed`: the record is silent."""

    field: str
    mark: str
    text: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy in one language."""

    version: str
    title: str
    in_force: str
    areas: str
    authority: str
    why: str
    lines: tuple[Line, ...]
    assumed: tuple[Line, ...]

    def text(self, language: str = "zh") -> str:
        """The whole as plain text, a line for each rule."""
        zh = language.startswith("zh")
        marks = {**COLOURS, **LEVELS}
        said = [
            f"{self.title}  [{self.version}]",
            f"  {self.in_force}；{self.areas}" if zh else f"  {self.in_force}; {self.areas}",
            f"  {self.authority}",
            f"  {self.why}",
        ]
        for line in self.lines:
            mark = f"[{marks[line.mark].text(language)}] " if line.mark in marks else ""
            note = ("（推定）" if zh else " (assumed)") if line.assumed else ""
            said.append(f"  - {mark}{line.text}{note}")
        if self.assumed:
            said.append("  公开记录未写明、由我们推定的：" if zh else "  Assumed, where the public record is silent:")
            said += [f"  - {line.field}{'：' if zh else ': '}{line.text}" for line in self.assumed]
        return "\n".join(said)


def show(policy: Policy, language: str = "zh") -> Shown:
    """A policy in the words of one language (`zh` or `en`)."""
    zh = language.startswith("zh")
    lines = tuple(_marked(line, policy) for line in _lines(policy.body, language))
    everywhere = "*" in policy.areas
    return Shown(
        version=policy.version,
        title=policy.title.text(language),
        in_force=_dates(policy, zh),
        areas=("各地适用" if zh else "everywhere")
        if everywhere
        else f"{'区域代码' if zh else 'areas'} {', '.join(policy.areas)}…",
        authority=policy.authority.text(language),
        why=policy.why.text(language),
        lines=lines,
        assumed=tuple(Line(mark.field, "", mark.why.text(language), True) for mark in policy.assumed),
    )


def _marked(line: Line, policy: Policy) -> Line:
    """The line with its mark "assumed", when a mark names it, something in it, or something around it."""
    touched = any(
        mark.field == line.field or mark.field.startswith(f"{line.field}.") or line.field.startswith(f"{mark.field}.")
        for mark in policy.assumed
    )
    return Line(line.field, line.mark, line.text, touched)


def _dates(policy: Policy, zh: bool) -> str:
    first, last = policy.in_force_from, policy.in_force_until
    if first is None and last is None:
        return "一直有效" if zh else "always in force"
    begins = first.isoformat() if first else ("最初" if zh else "the beginning")
    if last is None:
        return f"{begins} 起施行" if zh else f"in force from {begins}"
    return f"{begins} 至 {last.isoformat()}（含当日）施行" if zh else f"in force from {begins} to {last.isoformat()}"


def _lines(body: Mapping[str, Any], language: str) -> Iterator[Line]:
    """Figures with their titles first, then rules and terms."""
    figures = {name: entry for name, entry in body.items() if isinstance(entry, Mapping) and "title" in entry}
    for name, entry in figures.items():
        value = entry["value"]
        shown = (
            ("无" if language.startswith("zh") else "none")
            if value is None
            else (", ".join(value) if isinstance(value, list) else str(value))
        )
        unit = f" {Words.of(entry['unit']).text(language)}" if "unit" in entry else ""
        between = "：" if language.startswith("zh") else ": "
        yield Line(f"body.{name}", "", f"{Words.of(entry['title']).text(language)}{between}{shown}{unit}")
    counts = {name: entry["value"] for name, entry in figures.items()}
    for rule in body.get("rules", ()):
        title = Words.of(rule["title"]).text(language).format_map({**counts, **_durations(rule)})
        yield Line(f"body.rules.{rule['id']}", str(rule.get("colour", rule.get("level", ""))), title)
    for place, term in enumerate(body.get("terms", ())):
        yield Line(f"body.terms.{place}", "", f"{term['weight']} × {Words.of(term['title']).text(language)}")


def _durations(rule: Mapping[str, Any]) -> dict[str, str]:
    """What a rule's title may name: its own days, and those of the first two steps after its end."""
    days = {key: f"{rule[key]:g}" for key in ("for_days", "delay_days") if key in rule}
    steps = rule["after"][0]["steps"] if "after" in rule else []
    for name, step in zip(("first_days", "second_days"), steps, strict=False):
        if "days" in step:
            days[name] = f"{step['days']:g}"
    return days
