"""In which of the two languages a page is being written."""

from __future__ import annotations

from django.utils import translation


def tongue() -> str:
    """zh or en: what keys words that are kept in both languages. Chinese where nothing was chosen."""
    return "zh" if (translation.get_language() or "zh").startswith("zh") else "en"
