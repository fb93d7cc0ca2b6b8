"""A curve the size of a word: no axes, a gap where there is no data."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shouwang.ui.quantities import Number

WIDTH, HEIGHT, MARGIN = 96, 28, 3


def draw(values: Sequence[Number | None], label: str = "") -> SafeString:
    """An <svg> of the values from left to right; empty text when fewer than two are known."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return mark_safe("")  # nosec B308 - a constant
    low, high = min(known), max(known)
    across = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)

    def place(index: int, value: Number) -> tuple[float, float]:
        return round(MARGIN + index * across, 1), round(HEIGHT - MARGIN - (float(value) - low) * scale, 1)

    commands, pen_down, end = [], False, (0.0, 0.0)
    for index, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        end = place(index, value)
        commands.append(f"{'L' if pen_down else 'M'}{end[0]:g} {end[1]:g}")
        pen_down = True
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')  # nosec B308
    return format_html(
        '<svg class="sw-spark" viewBox="0 0 {} {}" width="{}" height="{}" {}>'
        '<path d="{}" fill="none"/><circle cx="{}" cy="{}" r="2.5"/></svg>',
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        meaning,
        " ".join(commands),
        *end,
    )
