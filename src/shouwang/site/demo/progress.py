"""What the person who waits sees: a line when something begins, the same line with its figures when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


class Lines:
    """Progress lines on standard error, so that standard output holds the bulletin alone."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.began = time.monotonic()

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """A step that takes a while. Call what it gives with the figures to show when it is done."""
        started, told = time.monotonic(), [""]
        with self.console.status(title):
            yield lambda figures: told.__setitem__(0, figures)
        self.console.print(f"  [green]✓[/green] {title}  [dim]{told[0]}  {time.monotonic() - started:.1f} s[/dim]")

    def end(self, title: str) -> None:
        """The last line, with the time since the beginning."""
        self.console.print(f"  {title}  [dim]{time.monotonic() - self.began:.1f} s[/dim]")
