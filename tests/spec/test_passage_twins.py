"""Server and phone, asked the same random questions, give the same answers to the last word."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from passage_fuzz import ALL_REASONS, question

from shouwang.gates.sentences import say

APP = Path(__file__).parents[2] / "gate-app"
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed, so the phone's half cannot be run")


def compared(count: int, seed: int, folder: Path) -> tuple[dict[str, Any], set[str]]:
    """Ask both: how many lines were read, how many differ, the first of them; and which reasons came up."""
    builder = APP / "node_modules" / ".bin" / "esbuild"
    assert builder.exists(), "the gate app's packages are not installed: type make setup"
    script, asked = folder / "compare.mjs", folder / "questions.jsonl"
    command = [builder, APP / "test" / "decision_compare.ts", "--bundle", "--platform=node", "--format=esm"]
    subprocess.run([*command, f"--outfile={script}", "--log-level=warning"], check=True, cwd=APP)
    chance, reasons = random.Random(seed), set()
    with asked.open("wb") as file:
        for _ in range(count):
            each = question(chance)
            passage = each.decided()
            reasons.add(passage.reason.value)
            answer = {"passage": passage, "zh": say(passage, "zh"), "en": say(passage, "en")}
            line = {
                "policy": each.policy,
                "traveller": each.traveller,
                "gate": each.gate,
                "direction": each.direction,
                "at": each.at,
                "answer": answer,
            }
            file.write(msgspec.json.encode(line) + b"\n")
    done = subprocess.run([str(NODE), script, asked], check=True, capture_output=True, text=True)
    return json.loads(done.stdout), reasons


@needs_node
def test_five_hundred_random_questions(tmp_path: Path) -> None:
    """The ordinary run: a new sample is drawn from one seed, the same for everybody."""
    found, _ = compared(500, 1, tmp_path)
    assert (found["lines"], found["different"]) == (500, 0), found["first"]


@pytest.mark.slow
@needs_node
def test_forty_thousand_random_questions(tmp_path: Path) -> None:
    """The large run, which also comes by every reason there is."""
    found, reasons = compared(40_000, 2, tmp_path)
    assert (found["lines"], found["different"]) == (40_000, 0), found["first"]
    assert reasons == ALL_REASONS
