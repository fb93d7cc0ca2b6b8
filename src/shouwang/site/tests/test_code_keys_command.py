"""`shouwang code-keys`: what there is, a new key, one taken off, publishing, a new feed address; all in the journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from shouwang.codes import code_keys as folder
from shouwang.codes import feed_paths
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.site.commands.code_keys import code_keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Path:
    """A folder of the test's own, as in production: nothing is made silently."""
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    settings.CODE_KEYS_MUST_EXIST = True
    return tmp_path / "code-keys"


def run(*words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(code_keys, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def listed() -> list[dict[str, Any]]:
    """The keys as programs see them."""
    rows: list[dict[str, Any]] = json.loads(run("list", "--json"))["keys"]
    return rows


def test_a_new_installation() -> None:
    """Without a folder every use is refused; `rotate` makes it."""
    with pytest.raises(Refusal, match="is not there"):
        CliRunner().invoke(code_keys, ["list"], catch_exceptions=False)
    run("rotate")
    states = {(row["use"], row["state"]) for row in listed()}
    assert states >= {
        ("strip", "signs"),
        ("strip", "next"),
        ("status", "signs"),
        ("policy", "signs"),
        ("roster", "signs"),
    }
    assert "验至" in run("list")


def test_remove_and_publish(keys: Path, tmp_path: Path) -> None:
    """A removed key is listed as removed, another signs, the counter grows, and the reasons are in the journal."""
    run("rotate", "--use", "status")
    kid = next(row["kid"] for row in listed() if (row["use"], row["state"]) == ("strip", "signs"))
    before = folder.ring().counter
    assert kid in run("remove", kid, "--why", "stolen")
    assert next(row["state"] for row in listed() if row["kid"] == kid) == "removed"
    assert any((row["use"], row["state"]) == ("strip", "signs") for row in listed())
    (keys / "root.pem").rename(tmp_path / "root.pem")
    run("publish", "--root", str(tmp_path / "root.pem"))
    assert folder.ring().counter == before + 2
    deeds = list(Entry.objects.order_by("seq").values_list("deed", flat=True))
    assert deeds == ["codes.rotate_key", "codes.remove_key", "codes.publish_trust_list"]


def test_another_feed_address() -> None:
    """The address changes at once."""
    run("rotate")
    before = feed_paths.current()
    run("new-feed-address", "--why", "a phone was sold")
    assert feed_paths.current() != before
    assert Entry.objects.get(deed="codes.new_feed_address").why == "a phone was sold"
