"""Who may record, correct and take in facts about whom."""

from __future__ import annotations

from shouwang.command.rules import Scope, refuse_deed
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

RECORD = "health.record"
CORRECT = "health.correct"
IMPORT = "health.import"


def refuse_record(scope: Scope | None, area_path: str) -> Refusal | None:
    """Why facts about somebody who lives at `area_path` may not be recorded; None when they may."""
    return refuse_deed(scope, RECORD, area_path)


def refuse_correct(scope: Scope | None, area_path: str) -> Refusal | None:
    """Why facts recorded at `area_path` may not be corrected or withdrawn; None when they may."""
    return refuse_deed(scope, CORRECT, area_path)


def require(by: Actor, scope: Scope | None, deed: str, area_path: str) -> None:
    """Raise the refusal of a deed. Only people hold posts; a job or the operator acts for the whole city."""
    if by.kind in {"system", "operator"}:
        return
    refusal = refuse_deed(scope, deed, area_path)
    if refusal is not None:
        raise refusal
