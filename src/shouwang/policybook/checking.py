"""Is a directory of policies sound? Syntax, fields, dates, marks, and no day with two policies or none in between."""

from __future__ import annotations

import functools
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from shouwang.policybook.faults import Fault, expected, shown
from shouwang.policybook.policy import Assumed, Policy, PolicyFault, Words
from shouwang.policybook.reading import Reading, Trail, field_name, find, read

SCHEMAS = Path(__file__).parent / "schemas"

Typed = Mapping[str, Callable[[Policy], object]]
"""Topic → how its room reads a policy (`ColourPolicy.from_policy`), which may raise PolicyFault."""

TROUBLES = {
    "yaml": Words("正确的 YAML", "well-formed YAML"),
    "encoding": Words("UTF-8 编码的文字", "text in UTF-8"),
    "repeated": Words("每个字段只写一次", "each field once"),
    "loop": Words("不包含自身的内容", "something that does not contain itself"),
}
A_PACK = Words("政策文件：<政策包>/<主题>-<日期>.yaml", "policy files: <pack>/<topic>-<date>.yaml")


def topics() -> tuple[str, ...]:
    """The topics a policy can have: those with a schema."""
    return tuple(sorted(path.stem for path in SCHEMAS.glob("*.json") if path.stem != "policy"))


@functools.cache
def _validator(topic: str) -> Draft202012Validator:
    """The schema of the header joined with that of the topic's body."""
    schema = json.loads((SCHEMAS / "policy.json").read_text(encoding="utf-8"))
    if topic in topics():
        body = json.loads((SCHEMAS / f"{topic}.json").read_text(encoding="utf-8"))
        schema["properties"]["body"] = {key: value for key, value in body.items() if key != "$defs"}
        schema["$defs"].update(body.get("$defs", {}))
    schema["properties"]["topic"]["enum"] = list(topics())
    return Draft202012Validator(schema, format_checker=FormatChecker(["date"]))


def read_policy(path: Path, typed: Typed | None = None) -> tuple[Policy | None, list[Fault]]:
    """One file as a policy, or the faults that keep it from being one. `path` is …/<pack>/<topic>-<date>.yaml."""
    reading = read(path)
    name = f"{path.parent.name}/{path.name}"
    if reading.troubles:
        return None, [Fault(name, line, found, TROUBLES[what], found) for line, what, found in reading.troubles]
    topic = reading.data.get("topic") if isinstance(reading.data, dict) else None
    faults = [
        fault
        for error in _validator(str(topic)).iter_errors(reading.data)
        for fault in _faults_of(error, reading, name)
    ]
    if faults:
        return None, sorted(faults)
    policy = _policy(reading.data, name)
    faults = [*_name_faults(policy, path, reading, name), *_mark_faults(policy, reading, name)]
    if not faults and typed and policy.topic in typed:
        try:
            typed[policy.topic](policy)
        except PolicyFault as fault:
            trail = find(fault.field, reading.data) or ()
            faults.append(Fault(name, reading.line(trail), fault.field, fault.expected, shown(fault.found)))
    return (None if faults else policy), faults


def check(directories: Iterable[Path], typed: Typed | None = None) -> list[Fault]:
    """Every fault in the packs below these directories; an empty list when all is sound.

    With `typed` the rooms' own reading is tried as well: wording placeholders, order of colours, and so on.
    """
    places = list(directories)
    # A mistyped folder must not pass for a sound one.
    empty = [Fault(place.name, 0, "", A_PACK, "nothing") for place in places if not _files(place)]
    return [*empty, *survey(places, typed)[1]]


def _files(directory: Path) -> list[Path]:
    return sorted([*directory.glob("*.y*ml"), *directory.glob("*/*.y*ml")])


def survey(directories: Iterable[Path], typed: Typed | None = None) -> tuple[list[Policy], list[Fault]]:
    """The sound policies of these directories, each a folder of packs or one pack, and every fault."""
    policies: list[Policy] = []
    faults: list[Fault] = []
    for directory in directories:
        for path in _files(directory):
            policy, found = read_policy(path, typed)
            faults += found
            if policy is not None:
                policies.append(policy)
    return policies, sorted([*faults, *_time_faults(policies)])


def _faults_of(error: ValidationError, reading: Reading, name: str) -> list[Fault]:
    """A schema error as faults. Missing and unknown fields are each named; in a choice, the nearest branch speaks."""
    trail: Trail = tuple(error.absolute_path)

    def fault(at: Trail, wanted: Words, found: str) -> Fault:
        return Fault(name, reading.line(at), field_name(at, reading.data), wanted, found)

    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [key for key in _list(error.validator_value) if key not in error.instance]
        return [fault((*trail, key), Words("必填字段", "a field that must be there"), "nothing") for key in missing]
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        wanted = Words(f"已知字段（{'、'.join(known)}）", f"a known field ({', '.join(known)})")
        return [fault((*trail, key), wanted, key) for key in error.instance if key not in known]
    return [fault(trail, expected(error), shown(error.instance))]


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _policy(data: dict[str, Any], name: str) -> Policy:
    return Policy(
        pack=data["pack"],
        topic=data["topic"],
        version=data["version"],
        title=Words.of(data["title"]),
        authority=Words.of(data["authority"]),
        why=Words.of(data["why"]),
        in_force_from=_day(data["in_force_from"]),
        in_force_until=_day(data["in_force_until"]),
        areas=tuple(data["areas"]),
        assumed=tuple(Assumed(mark["field"], Words.of(mark["why"])) for mark in data["assumed"]),
        body=data["body"],
        file=name,
    )


def _name_faults(policy: Policy, path: Path, reading: Reading, name: str) -> list[Fault]:
    """The file's place tells pack, topic and first day; what is written inside must say the same."""
    begins = policy.in_force_from.isoformat() if policy.in_force_from else "always"
    stem = f"{policy.topic}-{begins}"
    wanted = {
        "pack": (policy.pack, path.parent.name),
        "version": (policy.version, f"{path.parent.name}/{path.stem}"),
        "in_force_from": (stem, path.stem),
    }
    faults = [
        Fault(
            name, reading.line((key,)), key, Words(f"与文件名一致（{right}）", f"the file's own name ({right})"), found
        )
        for key, (found, right) in wanted.items()
        if found != right
    ]
    first, last = policy.in_force_from, policy.in_force_until
    if first and last and last < first:
        faults.append(
            Fault(
                name,
                reading.line(("in_force_until",)),
                "in_force_until",
                Words(f"{first} 当日或之后的日期", f"a day on or after {first}"),
                str(last),
            )
        )
    return faults


def _mark_faults(policy: Policy, reading: Reading, name: str) -> list[Fault]:
    """A mark "assumed" must point at a field that exists."""
    return [
        Fault(
            name,
            reading.line(("assumed", place, "field")),
            f"assumed.{place}.field",
            Words("本文件中存在的字段路径", "the path of a field of this file"),
            mark.field,
        )
        for place, mark in enumerate(policy.assumed)
        if find(mark.field, reading.data) is None
    ]


def _time_faults(policies: Iterable[Policy]) -> list[Fault]:
    """Overlaps, gaps and policies after an open end, inside one pack, topic and set of areas."""
    groups: defaultdict[tuple[str, str, tuple[str, ...]], list[Policy]] = defaultdict(list)
    for policy in policies:
        groups[policy.pack, policy.topic, tuple(sorted(policy.areas))].append(policy)
    faults = []
    for group in groups.values():
        group.sort(key=lambda policy: policy.in_force_from or date.min)
        for earlier, later in itertools.pairwise(group):
            last, first = earlier.in_force_until, later.in_force_from
            if last is not None and first == last + timedelta(days=1):
                continue
            right = last + timedelta(days=1) if last else None
            wanted = (
                Words(
                    f"{right}（{earlier.version} 止日的次日，不重叠也不留空）",
                    f"{right}, the day after {earlier.version} ends, with neither overlap nor gap",
                )
                if right
                else Words(f"先给 {earlier.version} 写明止日", f"an end for {earlier.version} first")
            )
            faults.append(Fault(later.file, 1, "in_force_from", wanted, str(first or "always")))
    return faults
