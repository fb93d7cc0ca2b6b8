"""Topics of the policy book in the words of the page's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TOPICS: dict[str, str | Promise] = {
    "colour": _("Colours of the health code"),
    "health": _("Cases, contacts and follow-up"),
    "passage": _("Passing a compound's gate"),
    "exception": _("Permissions to pass as an exception"),
    "alarm": _("When records need a second look"),
    "risk": _("Risk levels"),
    "ranking": _("Ranking of districts"),
}
"""Topic → words, in the order in which the page lists them; topics that come later follow under their own name."""


def topic_label(topic: str) -> str | Promise:
    """The words for a topic."""
    return TOPICS.get(topic, topic)
