"""The measures there are: those of the definition files that ship with the package."""

from __future__ import annotations

import functools
from pathlib import Path

from shouwang.measures import reading
from shouwang.measures.definition import Group, Measure
from shouwang.refusal import Refusal

FOLDER = Path(__file__).parent / "definitions"


@functools.cache
def _read() -> tuple[tuple[Group, ...], dict[str, Measure]]:
    groups, measures = reading.read(FOLDER)
    return groups, {measure.id: measure for measure in measures}


@functools.cache
def measures() -> tuple[Measure, ...]:
    """All measures, in the order of their files. Raises FaultyDefinitionsError when a file cannot be used."""
    groups, by_id = _read()
    return tuple(measure for group in groups for measure in by_id.values() if measure.group == group.id)


def groups() -> tuple[tuple[Group, tuple[Measure, ...]], ...]:
    """The chapters of the catalogue with their measures."""
    found, by_id = _read()
    return tuple((group, tuple(m for m in by_id.values() if m.group == group.id)) for group in found)


def measure(id_: str) -> Measure:
    """A measure by its id. Raises Refusal `measures.no_such_measure`."""
    found = _read()[1].get(id_)
    if found is None:
        raise Refusal("measures.no_such_measure", status=404, measure=id_)
    return found


@functools.cache
def headlines() -> tuple[Measure, ...]:
    """The headline measures in their order."""
    return tuple(sorted((m for m in measures() if m.headline), key=lambda m: m.headline))
