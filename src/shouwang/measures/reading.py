"""Reading definition files: every fault is told with file, line, field and what is expected there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shouwang.measures import condition, datasets
from shouwang.measures.definition import Aggregate, Group, Measure
from shouwang.measures.words import Words

ID = re.compile(r"[a-z][a-z0-9_]*")
AGGREGATE = re.compile(r"(count)|(count distinct|sum|latest) ([a-z_][a-z0-9_]*)")
REQUIRED = ("id", "title", "counts", "why", "unit", "room", "dataset", "aggregate")
OPTIONAL = ("where", "better", "denominator", "headline")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a definition file, and what is expected in its place."""

    file: str
    line: int
    field: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.expected}"


class FaultyDefinitionsError(ValueError):
    """Definition files that cannot be used; `faults` are all that was found, in order of file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def read(folder: Path) -> tuple[tuple[Group, ...], tuple[Measure, ...]]:
    """All groups and measures of a folder of YAML files. Raises FaultyDefinitionsError."""
    faults: list[Fault] = []
    groups: list[Group] = []
    measures: list[Measure] = []
    lines: dict[str, tuple[str, int]] = {}
    for path in sorted(folder.glob("*.yaml")):
        file = _File(path.name, faults)
        root = file.mapping(_compose(path, file), "file", ("group", "measures"), ())
        group = file.group(root.get("group"), path.stem)
        groups += [group] if group else []
        entries = root.get("measures")
        if entries is not None and not isinstance(entries, yaml.SequenceNode):
            file.fault(entries, "measures", "a list of measures")
            entries = None
        for node in entries.value if entries is not None else ():
            measure = file.measure(node, group.id if group else path.stem)
            if measure is None:
                continue
            if measure.id in lines:
                file.fault(node, "id", f"a new id; {measure.id!r} is taken in {':'.join(map(str, lines[measure.id]))}")
                continue
            lines[measure.id] = (path.name, node.start_mark.line + 1)
            measures.append(measure)
    known = set(lines)
    for measure in measures:
        if measure.denominator and measure.denominator not in known:
            faults.append(
                Fault(*lines[measure.id], "denominator", f"the id of a measure; there is no {measure.denominator!r}")
            )
    if faults:
        raise FaultyDefinitionsError(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return tuple(sorted(groups, key=lambda group: (group.order, group.id))), tuple(measures)


def _compose(path: Path, file: _File) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        file.faults.append(Fault(path.name, line, "file", f"well-formed YAML ({error.problem})"))
        return None


@dataclass
class _File:
    """One file under reading: turns nodes into values and notes what is wrong with them."""

    name: str
    faults: list[Fault]

    def fault(self, node: yaml.Node | None, field: str, expected: str) -> None:
        self.faults.append(Fault(self.name, node.start_mark.line + 1 if node is not None else 1, field, expected))

    def mapping(
        self, node: yaml.Node | None, field: str, required: tuple[str, ...], optional: tuple[str, ...]
    ) -> dict[str, yaml.Node]:
        """The fields of a mapping; tells of missing, unknown and repeated ones."""
        if not isinstance(node, yaml.MappingNode):
            if node is not None or not self.faults:
                self.fault(node, field, f"fields {', '.join(required)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in (*required, *optional):
                self.fault(key, str(key.value), f"one of {', '.join((*required, *optional))}")
            elif key.value in found:
                self.fault(key, key.value, "given once")
            found[str(key.value)] = value
        for name in required:
            if name not in found:
                self.fault(node, name, "to be given")
        return found

    def text(self, node: yaml.Node | None, field: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.fault(node, field, "a text")
            return ""
        return " ".join(node.value.split())

    def words(self, node: yaml.Node | None, field: str) -> Words:
        if node is None:
            return Words("", "")
        parts = self.mapping(node, field, ("zh", "en"), ())
        return Words(self.text(parts.get("zh"), f"{field}.zh"), self.text(parts.get("en"), f"{field}.en"))

    def whole(self, node: yaml.Node | None, field: str) -> int:
        if node is None:
            return 0
        value: Any = node.value
        if not isinstance(node, yaml.ScalarNode) or not str(value).isdigit():
            self.fault(node, field, "a whole number")
            return 0
        return int(value)

    def group(self, node: yaml.Node | None, stem: str) -> Group | None:
        if node is None:
            return None
        parts = self.mapping(node, "group", ("title", "order"), ())
        return Group(stem, self.words(parts.get("title"), "group.title"), self.whole(parts.get("order"), "group.order"))

    def measure(self, node: yaml.Node, group: str) -> Measure | None:
        before = len(self.faults)
        parts = self.mapping(node, "measure", REQUIRED, OPTIONAL)
        id_ = self.text(parts.get("id"), "id")
        if id_ and not ID.fullmatch(id_):
            self.fault(parts["id"], "id", "small letters, digits and _")
        better = self.text(parts.get("better"), "better") or "none"
        if better not in {"up", "down", "none"}:
            self.fault(parts["better"], "better", "up, down or none")
        dataset = self.text(parts.get("dataset"), "dataset")
        where = self.text(parts.get("where"), "where") or "true"
        aggregate = self.aggregate(parts.get("aggregate"))
        for field, expected in self.against_dataset(dataset, self.text(parts.get("room"), "room"), where, aggregate):
            self.fault(parts.get(field), field, expected)
        measure = Measure(
            id=id_,
            group=group,
            title=self.words(parts.get("title"), "title"),
            counts=self.words(parts.get("counts"), "counts"),
            why=self.words(parts.get("why"), "why"),
            unit=self.words(parts.get("unit"), "unit"),
            dataset=dataset,
            aggregate=aggregate,
            where=where,
            better=better,  # type: ignore[arg-type]
            denominator=self.text(parts.get("denominator"), "denominator"),
            headline=self.whole(parts.get("headline"), "headline"),
        )
        return measure if len(self.faults) == before else None

    def aggregate(self, node: yaml.Node | None) -> Aggregate:
        text = self.text(node, "aggregate")
        found = AGGREGATE.fullmatch(text)
        if found is None:
            if text:
                self.fault(node, "aggregate", "count, count distinct COLUMN, sum COLUMN or latest COLUMN")
            return Aggregate("count")
        kind = "distinct" if found[2] == "count distinct" else found[2] or "count"
        return Aggregate(kind, found[3] or "")  # type: ignore[arg-type]

    def against_dataset(self, name: str, room: str, where: str, aggregate: Aggregate) -> Iterator[tuple[str, str]]:
        if not name:
            return
        try:
            dataset = datasets.dataset(name)
        except LookupError as error:
            yield "dataset", str(error)
            return
        if room and room != dataset.room:
            yield "room", f"{dataset.room}, the room that offers {name}"
        wrong = condition.fault(where, dataset.columns)
        if wrong:
            yield "where", wrong
        if aggregate.column and aggregate.column not in dataset.columns:
            yield "aggregate", f"a column of {name}: {', '.join(sorted(dataset.columns))}"
