"""What a page shell needs to know, as plain values that the site's context processor fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

PhaseTone = Literal["calm", "drill", "urgent"]


@dataclass(frozen=True)
class NavItem:
    """One line of the navigation; `icon` is a name from ui-assets/icons.json, `children` at most one level deep."""

    label: str
    url: str
    icon: str = ""
    active: bool = False
    children: Sequence[NavItem] = field(default_factory=tuple)


@dataclass(frozen=True)
class Crumb:
    """One step of the way from the city to this page; the last one has no `url`."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class PostChoice:
    """A post that the signed-in person may act in; `id` is what the switch form sends as `post`."""

    id: int | str
    label: str
    area: str = ""
    current: bool = False


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in and as what; shown in the top bar and over every form that leaves a name under a deed."""

    name: str
    post: str = ""
    area: str = ""
    sign_out_url: str = ""
    account_url: str = ""


@dataclass(frozen=True)
class Phase:
    """What everybody on the page must know first: a moved clock, a drill, or a declared stage."""

    text: str
    tone: PhaseTone = "calm"
