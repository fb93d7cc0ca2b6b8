"""A headline figure: what it counts, how it moved, out of how many, and where the facts behind it are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shouwang.ui import quantities
from shouwang.ui.quantities import Change, Number

Part = Number | tuple[Number | None, Number | None] | None
"""A count, or for a rate the pair (part, whole)."""


@dataclass(frozen=True)
class Figure:
    """One card. `value` None is "no data" and shown as a dash.

    With `rate` the headline is `value / of` in percent and `yesterday`, `last_week` are (part, whole) pairs; otherwise
    `of` only adds the share beside the count. `better` is the good direction ("up", "down"), empty when neither is.
    `recent` holds the last values (None for a day without data) for a small curve.
    """

    label: str
    value: Number | None
    unit: str = ""
    of: Number | None = None
    of_label: str = ""
    rate: bool = False
    yesterday: Part = None
    last_week: Part = None
    compare: bool = True
    better: str = ""
    href: str = ""
    at: datetime | None = None
    note: str = ""
    recent: Sequence[Number | None] = ()

    @property
    def headline(self) -> str:
        """The big text on the card."""
        return quantities.percent(self.value, self.of) if self.rate else quantities.number(self.value)

    @property
    def known(self) -> bool:
        """Whether there is anything to show; a rate over nothing is not known."""
        return self.headline != quantities.NONE

    @property
    def denominator(self) -> str:
        """The sentence that says out of how many; empty when the figure is not a share."""
        if self.of is None:
            return ""
        facts = {
            "part": quantities.number(self.value),
            "whole": quantities.number(self.of),
            "label": self.of_label,
            "rate": quantities.percent(self.value, self.of),
        }
        if self.rate:
            return (_("%(part)s of %(whole)s %(label)s") % facts).strip()
        return (_("%(rate)s of %(whole)s %(label)s") % facts).strip()

    @property
    def changes(self) -> list[tuple[str, Change]]:
        """Against yesterday and against the same day of last week."""
        if not self.compare:
            return []
        return [(_("vs yesterday"), self._against(self.yesterday)), (_("vs last week"), self._against(self.last_week))]

    def _against(self, before: Part) -> Change:
        if self.rate:
            then = quantities.share(*before) if isinstance(before, tuple) else before
            return quantities.change(quantities.share(self.value, self.of), then, better=self.better, points=True)
        if isinstance(before, tuple):
            before = before[0]
        return quantities.change(self.value, before, better=self.better)
