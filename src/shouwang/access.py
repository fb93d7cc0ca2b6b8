"""What a page declares about who may open it.

A view carries its declaration; the site's middleware enforces it. A view that declares nothing is closed to everybody
but an administrator of the whole city, so forgetting is safe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A declaration: `public` needs no sign-in, `signed_in` an account, otherwise a post in one of `roles`.

    `area` names the URL argument that must lie inside the post's area. `whole_city` asks for a post at the root.
    """

    public: bool = False
    signed_in: bool = False
    roles: frozenset[str] = frozenset()
    area: str | None = None
    whole_city: bool = False


def declare(declaration: Access) -> Callable[[View], View]:
    """Put a declaration on a view."""

    def attach(view: View) -> View:
        view.access = declaration  # type: ignore[attr-defined]
        return view

    return attach


public = declare(Access(public=True))
"""Open to everybody, without sign-in."""

signed_in = declare(Access(signed_in=True))
"""Open to every account, with or without a post."""


def posted(*roles: str, area: str | None = None, whole_city: bool = False) -> Callable[[View], View]:
    """Open to a current post in one of `roles`; with `area`, only where that URL argument lies in the post's area."""
    return declare(Access(roles=frozenset(roles), area=area, whole_city=whole_city))


def declared(view: Callable[..., Any]) -> Access | None:
    """The declaration a view carries, looking through class-based views and wrappers; None when there is none."""
    found: Any = view
    while found is not None:
        for candidate in (found, getattr(found, "view_class", None)):
            declaration = getattr(candidate, "access", None)
            if isinstance(declaration, Access):
                return declaration
        found = getattr(found, "__wrapped__", None)
    return None
