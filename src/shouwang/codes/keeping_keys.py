"""Deeds on the code keys: rotate, remove, publish, tend; each with its line in the journal."""

from __future__ import annotations

from pathlib import Path

from shouwang import clock
from shouwang.codes import code_keys
from shouwang.codes.code_keys import CodeKey
from shouwang.journal.actions import Actor, record


def tend(*, by: Actor) -> list[CodeKey]:
    """Make the keys that will be needed, and renew the trust list when it grows old. Answers the keys made."""
    made = code_keys.tend(clock.now())
    if made:
        record(by=by, deed="codes.make_keys", on="codes.keys:*", detail={"made": [[key.kid, key.use] for key in made]})
    return made


def rotate(use: str, *, by: Actor) -> CodeKey:
    """Make a new key for a use: published now, signing in 24 hours."""
    made = code_keys.rotate(use, clock.now())
    detail = {"use": use, "signs_from": made.not_before}
    record(by=by, deed="codes.rotate_key", on=f"codes.keys:{made.kid}", detail=detail)
    return made


def remove(kid: str, why: str, *, by: Actor) -> list[CodeKey]:
    """Take a key off the trust list at once: nothing it signed is believed any more. Answers the keys in its place."""
    made = code_keys.remove(kid, why, clock.now())
    detail = {"in_its_place": [key.kid for key in made]}
    record(by=by, deed="codes.remove_key", on=f"codes.keys:{kid}", why=why, detail=detail)
    return made


def publish(root: Path | None = None, *, by: Actor) -> int:
    """Sign the trust list anew; answers its counter."""
    counter = code_keys.publish(clock.now(), root)
    record(by=by, deed="codes.publish_trust_list", on="codes.keys:*", detail={"counter": counter})
    return counter
