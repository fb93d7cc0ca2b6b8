"""A browser's long name of itself, in the words of the person who sits before it."""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that fits: most browsers name their forefathers too.
BROWSERS = [
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ"),
    ("HuaweiBrowser", "HUAWEI"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]


def device(user_agent: str) -> str:
    """Browser and system, such as "Chrome · Android"; what cannot be told is said so."""
    parts = []
    for known in (BROWSERS, SYSTEMS):
        found = next((name for mark, name in known if mark in user_agent), None)
        if found:
            parts.append(found)
    return " · ".join(parts) or _("Unknown program")
