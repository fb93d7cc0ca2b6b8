"""`shouwang keys` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from shouwang.areas.models import Area
from shouwang.residents.tests.files import row, take
from shouwang.site.commands.keys import keys


def run(*words: str) -> str:
    result = CliRunner().invoke(keys, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def listed() -> list[tuple[str, str, int]]:
    return [(key["purpose"], key["state"], key["values"]) for key in json.loads(run("list", "--json"))["keys"]]


def test_keys_are_added_rotated_and_listed_without_being_shown(tree: dict[str, Area], key_ring_file: Path) -> None:
    """The list counts what is under each key; no output ever holds a key."""
    take(row("P1", phone="13800138000"), row("P2"))
    assert listed() == [("data_keys", "active", 3), ("look_up_keys", "active", 3)]
    output = run("add") + run("list")
    assert listed()[:2] == [("data_keys", "old", 3), ("data_keys", "active", 0)]
    output += run("rotate")
    assert listed()[:2] == [("data_keys", "old", 0), ("data_keys", "active", 3)]
    output += run("rotate", "--look-up")
    assert listed()[2:] == [("look_up_keys", "old", 0), ("look_up_keys", "active", 3)]
    content = json.loads(key_ring_file.read_text())
    for key in content["data_keys"] + content["look_up_keys"]:
        assert key["id"] in output + run("list")
        assert key["key"] not in output
