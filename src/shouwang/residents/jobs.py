"""What the worker does for residents: sending the codes that were asked for."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from shouwang.residents import own_access


@app.task(name="residents.send_phone_code", pass_context=False)
def send_phone_code(number: int) -> None:
    """Send a code that was asked for. May run twice: the second time finds it drawn."""
    close_old_connections()
    try:
        own_access.send_phone_code(number)
    finally:
        close_old_connections()
