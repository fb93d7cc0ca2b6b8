"""What the bulletin's JSON holds is written down for those who read it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[4] / "docs" / "bulletin.md"


def fields(schema: Any) -> set[str]:
    """Every field that a schema names, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(fields, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})).union(*(fields(part) for part in schema.values()))


def test_every_field_is_explained() -> None:
    """docs/bulletin.md names each field of the schema."""
    if not DOCS.exists():
        pytest.skip("installed without its documents")
    schema = json.loads((resources.files("shouwang") / "bulletins" / "bulletin.schema.json").read_text("utf-8"))
    told = DOCS.read_text(encoding="utf-8")
    named = fields(schema)
    assert len(named) > 40
    assert [name for name in sorted(named) if f"`{name}`" not in told] == []
