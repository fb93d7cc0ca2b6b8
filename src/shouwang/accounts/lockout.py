"""What somebody sees whose account is locked after repeated failures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwang.refusal import Refusal


def answer(request: HttpRequest, credentials: dict[str, Any] | None, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page of a locked account: why, and when it may be tried again."""
    refusal = Refusal("accounts.locked", status=429, minutes=15)
    response = render(request, "account/locked.html", {"problem": refusal}, status=429)
    response["Retry-After"] = "900"
    return response
