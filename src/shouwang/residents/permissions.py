"""Whether somebody may do something with a person: a reason why not, or nothing. All of it follows the post's area."""

from __future__ import annotations

from shouwang.command.rules import Scope, refuse_deed
from shouwang.refusal import Refusal


def refuse_search(scope: Scope | None) -> Refusal | None:
    """Why the viewer may not look people up; None when they may."""
    return refuse_deed(scope, "residents.search", scope.area_path if scope else "")


def refuse_reveal(scope: Scope | None, path: str) -> Refusal | None:
    """Why the viewer may not be shown a name, ID number or phone of a person living at `path`."""
    return refuse_deed(scope, "residents.reveal", path)


def refuse_change(scope: Scope | None, path: str) -> Refusal | None:
    """Why the viewer may not change what is registered of a person living at `path`."""
    return refuse_deed(scope, "residents.change", path)
