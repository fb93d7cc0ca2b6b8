"""Taking in uploaded files in the worker, where a long one keeps nobody waiting."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from shouwang.intake import uploads


@app.task(name="intake.take_in", pass_context=False)
def take_in_uploaded(take_in: int) -> None:
    """Take in the waiting file with this number. May run twice: the second time finds nothing to do."""
    close_old_connections()
    try:
        uploads.run(take_in)
    finally:
        close_old_connections()
