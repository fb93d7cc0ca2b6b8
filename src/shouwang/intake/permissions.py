"""Who may take in which kind. Powers belong to posts, which are decided above this room: the site says by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shouwang.intake import kinds
from shouwang.intake.kinds import Kind
from shouwang.refusal import Refusal

ROLES = ("city_officer", "district_officer", "street_officer", "community_officer", "health_desk", "administrator")
"""Roles that hold the power for at least one kind; a test holds this list to the table of powers."""

Decide = Callable[[Any, str, str], Refusal | None]
_decide: Decide | None = None


def use(decide: Decide) -> None:
    """Let `decide(scope, deed, path)` say who may do a deed (None) or why not. Until then nobody may."""
    global _decide
    _decide = decide


def refuse(scope: Any, kind: Kind) -> Refusal | None:
    """Why somebody with this scope may not take in files of a kind; None when they may."""
    if _decide is None:
        return Refusal("intake.may_not", status=403, kind=str(kind.title))
    return _decide(scope, kind.deed, scope.area_path if scope else "")


def kinds_for(scope: Any) -> list[Kind]:
    """The kinds that somebody with this scope may take in."""
    return [kind for kind in kinds.every() if refuse(scope, kind) is None]
