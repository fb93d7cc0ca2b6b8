"""The server's first look at a passage when it comes in: does it contradict itself? Cheap enough for every one.

What takes the register to know, the colour of that moment, is looked at later by a job (`second_look.py`).
"""

from __future__ import annotations

from shouwang.gates.sent import Sent

FEVER = "37.3"
"""Compared as text: every reading has two digits before the point."""


def contradicts_itself(item: Sent) -> bool:
    """Whether somebody was let through with a fever, or without a mask or an identity, and without an override."""
    if item.verdict != "pass" or item.override is not None:
        return False
    last = item.second_temperature or item.temperature
    return (last is not None and last >= FEVER) or item.mask is False or item.identity is False
