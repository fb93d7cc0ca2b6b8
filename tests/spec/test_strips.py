"""The reader of codes says of every case in specs/strips what stands there; the gate app is held to the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.codes import base45, cose
from shouwang.codes.strips import Reading, read_code

FOLDER = Path(__file__).parents[2] / "specs" / "strips"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CASES = [(name, file["keys"], case) for name, file in FILES.items() for case in file["cases"]]


def _key(row: dict[str, Any]) -> cose.Key:
    raw = bytes.fromhex(row["public"])
    edwards = row["alg"] == cose.ED25519
    public = ed25519.Ed25519PublicKey.from_public_bytes(raw) if edwards else cose.public_of(raw)
    return cose.Key(public, row["alg"], row["use"])


def _told(reading: Reading) -> dict[str, Any]:
    if reading.state != "ok":
        assert reading == Reading(reading.state), "a code that is not believed says nothing"
        return {"state": reading.state}
    return {
        "state": reading.state,
        "kind": reading.kind,
        "exp": reading.exp,
        "iat": reading.iat,
        "cti": reading.cti.hex() if reading.cti else None,
        "list": reading.list,
        "members": [list(member) for member in reading.members],
        "masked_name": reading.masked_name,
    }


@pytest.mark.parametrize(("name", "keys", "case"), CASES, ids=[f"{name}:{case['id']}" for name, _, case in CASES])
def test_case(name: str, keys: dict[str, Any], case: dict[str, Any]) -> None:
    """The text under the trusted keys gives the expected reading."""
    trusted = {bytes.fromhex(keys[key]["kid"]): _key(keys[key]) for key in case["keys"]}
    assert _told(read_code(case["text"], trusted.get)) == case["expected"], case["says"]


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80) | st.text(base45.ALPHABET, max_size=300).map("SW1:".__add__))
def test_any_text_has_a_reading(text: str) -> None:
    """Whatever somebody holds up, it is read, and never believed."""
    assert read_code(text, lambda _kid: None).state in ("malformed", "unknown_key")


def test_there_are_cases_of_every_kind() -> None:
    """Every state and every kind is among the cases, and names are not used twice in a file."""
    states = {case["expected"]["state"] for _, _, case in CASES}
    assert states == {"ok", "malformed", "unknown_key", "wrong_use", "bad_signature"}
    assert {case["expected"].get("kind") for _, _, case in CASES} >= {"strip", "card", "family"}
    for file in FILES.values():
        names = [case["id"] for case in file["cases"]]
        assert len(names) == len(set(names))
