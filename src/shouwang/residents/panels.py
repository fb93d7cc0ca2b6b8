"""Parts of the person page that upper rooms bring: residents shows them without knowing what they are.

A room offers a panel in its apps.ready: `panels.offer("health.evidence", 20, render)`, where `render(request, person)`
answers safe HTML or an empty string. `person` is a queries.MaskedPerson whom the viewer may see; the viewer's scope is
`request.scope`. Panels follow each other by `order`: 10 colour, 20 evidence, 30 follow-up, 40 and on what comes later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from shouwang.residents.queries import MaskedPerson

Renderer = Callable[[HttpRequest, MaskedPerson], str]


@dataclass(frozen=True)
class Panel:
    """One offered panel."""

    name: str
    order: int
    renderer: Renderer


_panels: dict[str, Panel] = {}


def offer(name: str, order: int, renderer: Renderer) -> None:
    """Put a panel on the person page. Offering a name again replaces it."""
    _panels[name] = Panel(name, order, renderer)


def withdraw(name: str) -> None:
    """Take a panel off the page."""
    _panels.pop(name, None)


def rendered(request: HttpRequest, person: MaskedPerson) -> list[SafeString]:
    """The panels of a person, in order, without the empty ones."""
    shown = [panel.renderer(request, person) for panel in sorted(_panels.values(), key=lambda each: each.order)]
    return [html if isinstance(html, SafeString) else SafeString(html) for html in shown if html]  # nosec B703 - rooms of ours
