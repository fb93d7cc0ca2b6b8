"""Tables of the documents, made from the code that they speak of. Each function answers markdown text."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table; pipes and line breaks inside cells are made harmless."""

    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |"

    return "\n".join([line(heads), line("---" for _ in heads), *map(line, rows)])


def code(text: object) -> str:
    """Text as code; nothing for nothing."""
    return f"`{text}`" if text not in ("", None) else ""


def environment() -> str:
    """Every variable of site/environment.py: what it takes, its default, a line to type."""
    from shouwang.site.environment import EXAMPLES, Environment, variable

    rows = []
    for name, field in Environment.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = ",".join(map(str, default)) if isinstance(default, list) else default
        plain = {
            "secret_key": "made in the data folder",
            "key_ring_file": "`key-ring.json` in the data folder",
            "code_keys": "`code-keys` in the data folder",
        }
        said = plain.get(name) or code(str(shown).lower() if isinstance(shown, bool) else shown) or "none"
        rows.append([code(variable(name)), field.description or "", said, code(EXAMPLES.get(name, ""))])
    return table(["variable", "what it takes", "default", "for example"], rows)


def kinds() -> str:
    """Every kind of file with its columns, in the order of the command."""
    from django.utils import translation

    from shouwang.intake import kinds as register

    said = []
    with translation.override("en"):
        for kind in register.every():
            key = f"; one row for each {', '.join(map(code, kind.key))}" if kind.key else ""
            said += [
                f"#### `{kind.name}`",
                "",
                f"{kind.title}. Power needed on a page: `{kind.deed}`{key}.",
                "",
                "```",
                ",".join(kind.columns),
                "```",
                "",
            ]
            rows = []
            for column in kind.columns:
                told = kind.explained.get(column)
                rows.append(
                    [
                        code(column),
                        told.words if told else "",
                        code(told.example) if told else "",
                        "yes" if told and told.may_be_empty else "",
                    ]
                )
            said += [table(["column", "what it holds", "example", "may be empty"], rows), ""]
    return "\n".join(said).rstrip()


def powers(language: str) -> str:
    """Deed → roles, with the roles as columns."""
    from django.utils import translation

    from shouwang.command.labels import role_label
    from shouwang.command.policy import POWERS, Role

    roles = [role for role in Role if any(role in holders for holders in POWERS.values())]
    with translation.override("zh-hans" if language == "zh" else "en"):
        heads = ["权限" if language == "zh" else "power", *(str(role_label(role)) for role in roles)]
        rows = [[code(deed), *("●" if role in holders else "" for role in roles)] for deed, holders in POWERS.items()]
    return table(heads, rows)


def schedule(language: str) -> str:
    """The steps of a day in their order."""
    from shouwang.site.schedule import STEPS

    heads = ["时刻", "步骤", "做什么"] if language == "zh" else ["hour", "step", "what it does"]
    rows = [[f"{step.at:%H:%M}", code(step.job), (step.run.__doc__ or "").strip()] for step in STEPS]
    return table(heads, rows)


def measures() -> str:
    """The catalogue: what every figure counts, over which dataset, and why it matters."""
    from shouwang.measures import catalogue

    said = []
    for group, found in catalogue.groups():
        said += [f"## {group.title.zh} · {group.title.en}", ""]
        rows = [
            [
                code(one.id),
                f"{one.title.zh} · {one.title.en}",
                f"{one.unit.zh} · {one.unit.en}",
                one.counts.zh,
                one.counts.en,
                code(one.dataset),
                f"{one.why.zh} {one.why.en}",
            ]
            for one in found
        ]
        said += [table(["measure", "title", "unit", "统计什么", "what it counts", "dataset", "why"], rows), ""]
    return "\n".join(said).rstrip()


def policies(language: str) -> str:
    """Every shipped policy in plain words."""
    from shouwang.policybook import queries
    from shouwang.policybook.show import show

    return "\n\n".join(f"```\n{show(policy, language).text(language)}\n```" for policy in queries.policies(()))


def retention() -> str:
    """Every table of ours with its retention class, and what the classes mean."""
    import ast
    import inspect

    from django.apps import apps

    from shouwang.journal import retention as source

    meanings: dict[str, str] = {}
    body = next(node for node in ast.parse(inspect.getsource(source)).body if isinstance(node, ast.ClassDef)).body
    for name, said in itertools.pairwise(body):
        if isinstance(name, ast.Assign) and isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant):
            meanings[ast.literal_eval(name.value)] = said.value.value
    rows = [
        (str(getattr(model, "retention", "")), code(model._meta.label), code(model._meta.db_table))
        for model in apps.get_models()
        if model.__module__.startswith("shouwang.") and not model._meta.proxy
    ]
    classes = table(["class", "what happens to it"], [[code(name), said] for name, said in meanings.items()])
    return f"{classes}\n\n" + table(["class", "model", "table"], sorted(rows))


def event_kinds() -> str:
    """The words of the column `kind` of health events, with what each bears and what it ends."""
    from shouwang.health.rules import BEARS, ENDS, Kind

    rows = []
    for kind in Kind:
        ends = "everything" if kind == Kind.DIED else ", ".join(sorted(ENDS.get(kind, ())))
        rows.append([code(kind.value), BEARS.get(kind, ""), ends])
    return table(["kind", "evidence it bears", "without `ends` it ends open evidence of"], rows)


def passage_reasons() -> str:
    """Every reason of a gate: what guard and person are told, what is done next, and its verdict in the cases."""
    import json

    from shouwang.gates.rules import NEXT
    from shouwang.gates.sentences import sentences

    words = sentences()
    verdicts: dict[str, set[str]] = {}
    for path in sorted((Path(__file__).parents[2] / "specs" / "passage").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")).get("cases", ()):
            verdicts.setdefault(case["gives"]["reason"], set()).add(case["gives"]["verdict"])
    rows = []
    for reason, following in NEXT.items():
        told = words["reasons"][reason.value]
        rows.append(
            [
                code(reason.value),
                ", ".join(sorted(verdicts.get(reason.value, ()))),
                f"{told['guard']['zh']} · {told['guard']['en']}",
                f"{told['person']['zh']} · {told['person']['en']}",
                f"{words['next'][following]['zh']} · {words['next'][following]['en']}",
            ]
        )
    reasons = table(["reason", "verdict", "门岗 · guard", "本人 · person", "下一步 · next step"], rows)
    banners = [[code(name), f"{said['zh']} · {said['en']}"] for name, said in words["banner"].items()]
    return f"{reasons}\n\n" + table(["banner", "说明 · what it says"], banners)


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Every command with its words after `shouwang`, groups before what is in them."""
    import importlib

    from shouwang.site.cli import COMMANDS

    def inside(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield words, command
        if isinstance(command, click.Group):
            for name, each in command.commands.items():
                yield from inside(f"{words} {name}", each)

    for name, place in COMMANDS.items():
        module, _, attribute = place.partition(":")
        found: Any = importlib.import_module(f"shouwang.site.commands.{module}")
        yield from inside(name, getattr(found, attribute or "command"))


def options(words: str) -> str:
    """The arguments and options of one command, as the command itself says them."""
    command = dict(every_command())[words]
    context = click.Context(command)
    rows = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            shown = (parameter.metavar or parameter.human_readable_name).upper()
            more = "…" if parameter.nargs == -1 else ""
            rows.append([code(shown + more), "" if parameter.required else "may be left out"])
        elif isinstance(parameter, click.Option):
            flags, said = parameter.get_help_record(context) or ("", "")
            rows.append([code(flags), said])
    usage = " ".join([f"shouwang {words}", *command.collect_usage_pieces(context)])
    return f"```\n{usage}\n```" + (f"\n\n{table(['argument or option', ''], rows)}" if rows else "")


def gates_openapi() -> str:
    """The description of the doors for phones at gates, as the program serves it at /api/v1/openapi.json."""
    from shouwang.gates.api import api

    described = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True)
