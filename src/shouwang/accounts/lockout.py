"""Locking an account for a while after repeated failures: what counts as one failure, and what the person then sees.

Wrong passwords and wrong one-time codes are counted together, by name and address of the caller, in the database, so
that every worker sees the same count. django-axes keeps it; this module tells it what to look at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwang.refusal import Refusal


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The account name that is being tried, as the lock knows it: `Anna`, `anna` and `anna ` are one account."""
    given = credentials or {}
    name = given.get("login") or given.get("username") or request.POST.get("login") or ""
    return str(name).strip().lower()


def caller(request: HttpRequest) -> str:
    """The address from which somebody signs in, the same for the lock and for the list of sessions."""
    from allauth.account.adapter import get_adapter

    return str(get_adapter().get_client_ip(request))


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether the account is locked for this caller."""
    return not AxesProxyHandler.is_allowed(request, {"login": username})


def count_wrong_code(*, request: HttpRequest, user: Any, **_others: Any) -> None:
    """A wrong one-time or recovery code is a failure like a wrong password (receiver of allauth's signal)."""
    AxesProxyHandler.user_login_failed(count_wrong_code, {"login": user.get_username()}, request)


def minutes_left(request: HttpRequest, username: str) -> int:
    """Whole minutes until the lock ends for this caller; at least one."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=caller(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"]
    length: timedelta = get_cool_off(request)
    # The lock runs by the machine's clock, not by one that a drill has moved; axes has put its moment on the request.
    left = length if last is None else last + length - request.axes_attempt_time  # type: ignore[attr-defined]
    return max(1, math.ceil(left.total_seconds() / 60))


def answer(request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page of a locked account: why, and when it may be tried again."""
    minutes = minutes_left(request, name_tried(request, credentials))
    refusal = Refusal("accounts.locked", status=429, minutes=minutes)
    response = render(request, "account/locked.html", {"problem": refusal}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
