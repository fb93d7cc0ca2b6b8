"""What the worker does with cards: printing what keeps nobody waiting."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from shouwang.codes import cards


@app.task(name="codes.print_cards", pass_context=False)
def print_cards(number: int) -> None:
    """Print a sheet that was asked for. May run twice."""
    close_old_connections()
    try:
        cards.print_sheet(number)
    finally:
        close_old_connections()
