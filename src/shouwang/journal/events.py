"""Announcements: a room tells what happened, after commit; rooms above listen, without the teller knowing them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.db import transaction

Event = TypeVar("Event")
_listeners: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
log = structlog.get_logger("shouwang.journal")


def listen(kind: type[Event]) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Register a function for announcements of one type (used in a room's reactions.py)."""

    def register(function: Callable[[Event], None]) -> Callable[[Event], None]:
        if function not in _listeners[kind]:
            _listeners[kind].append(function)
        return function

    return register


def announce(event: Any) -> None:
    """Tell all listeners after the present transaction commits. A listener that fails is logged and stops nobody;
    whatever depends on it is caught up by the day's job."""

    def tell() -> None:
        for listener in list(_listeners[type(event)]):
            try:
                listener(event)
            except Exception:
                log.exception(
                    "announcement.listener_failed", event_type=type(event).__name__, listener=listener.__qualname__
                )

    transaction.on_commit(tell)
