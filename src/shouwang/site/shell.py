"""What every page's shell shows: navigation by post, posts to switch between, who is signed in, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shouwang import clock
from shouwang.command import queries as command
from shouwang.command.labels import role_label, stage_label
from shouwang.command.policy import CARERS, OFFICERS, POWERS, WATCHERS, Role
from shouwang.command.rules import Scope
from shouwang.ui.shell import NavItem, Phase, PostChoice, SignedIn


@dataclass(frozen=True)
class Place:
    """A line of the navigation and the roles that see it; `area` puts the post's own area into the address."""

    label: Any
    url_name: str
    icon: str
    roles: frozenset[Role]
    area: bool = False


NAVIGATION = [
    Place(gettext_lazy("Today"), "health:today", "checklist", CARERS),
    Place(gettext_lazy("City screen"), "bulletins:area", "map", WATCHERS, area=True),
    Place(gettext_lazy("Bulletin"), "bulletins:bulletin", "news", WATCHERS, area=True),
    Place(gettext_lazy("Risk"), "bulletins:risk", "alert-triangle", WATCHERS),
    Place(gettext_lazy("Certification"), "certification:units", "shield-check", WATCHERS),
    Place(gettext_lazy("Gates"), "gates:list", "door-enter", POWERS["gates.see"]),
    Place(gettext_lazy("Permits"), "gates:permits", "file-check", POWERS["gates.permits"]),
    Place(gettext_lazy("People"), "residents:search", "users", CARERS),
    Place(gettext_lazy("Appeals"), "codes:appeals", "gavel", CARERS),
    Place(gettext_lazy("Second look"), "health:holds", "eye", CARERS),
    Place(gettext_lazy("Daily reports"), "command:reports", "clipboard", OFFICERS),
    Place(gettext_lazy("Posts"), "command:staff", "id-badge", POWERS["command.post"]),
    Place(gettext_lazy("Stage and risk"), "command:stage", "flag", WATCHERS),
    Place(gettext_lazy("Import"), "intake:start", "upload", CARERS | POWERS["areas.import"]),
    Place(gettext_lazy("What is counted"), "bulletins:measures", "list", WATCHERS),
    Place(pgettext_lazy("navigation", "Rules"), "codes:policies", "book", frozenset(Role)),
    Place(gettext_lazy("Journal"), "site:journal", "history", POWERS["journal.read"]),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: nav, posts, signed_in, phase, scope, language."""
    scope: Scope | None = getattr(request, "scope", None)
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "nav": _navigation(request, scope),
        "posts": _posts(request, scope),
        "post_switch_url": reverse("command:switch"),
        "scope": scope,
        "phase": _phase(scope),
        "page_language": "en" if (translation.get_language() or "").startswith("en") else "zh-Hans",
    }
    if user is not None and user.is_authenticated:
        context["signed_in"] = SignedIn(
            name=user.get_full_name(),
            post=str(role_label(scope.role)) if scope else "",
            area=scope.area_name if scope else "",
            sign_out_url=reverse("account_logout"),
            account_url=reverse("site:account"),
        )
    return context


def _navigation(request: HttpRequest, scope: Scope | None) -> list[NavItem]:
    if scope is None:
        return []
    items = []
    for place in NAVIGATION:
        if scope.role not in place.roles:
            continue
        url = reverse(place.url_name, args=[scope.area_code] if place.area else [])
        items.append(NavItem(str(place.label), url, place.icon, active=request.path.startswith(url)))
    return items


def _posts(request: HttpRequest, scope: Scope | None) -> list[PostChoice]:
    return [
        PostChoice(
            post.pk, str(role_label(Role(post.role))), post.area.name, scope is not None and post.pk == scope.post_id
        )
        for post in getattr(request, "posts", [])
    ]


def _phase(scope: Scope | None) -> Phase | None:
    parts = []
    if scope is not None:
        stage = command.stage_of(scope.area_path)
        if stage is not None:
            parts.append(
                _("Stage: %(stage)s (since %(day)s)") % {"stage": stage_label(stage.stage), "day": stage.from_day}
            )
    if clock.is_moved():
        moment = clock.now().astimezone(clock.ZONE)
        parts.append(
            _("Drill: the clock of this system says %(moment)s.") % {"moment": moment.strftime("%Y-%m-%d %H:%M")}
        )
        return Phase(" · ".join(reversed(parts)), "drill")
    return Phase(" · ".join(parts)) if parts else None
