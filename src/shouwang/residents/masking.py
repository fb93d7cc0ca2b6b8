"""What of a name, an ID number and a phone is shown to somebody who has given no reason to see them. Pure.

A mask keeps what a worker needs to tell two people of one stairwell apart, and no more.
"""

from __future__ import annotations


def mask_name(name: str) -> str:
    """The first character, and a star for each of the others; of each part in a name of several: 张*, J*** S****."""
    parts = []
    for part in name.split(" "):
        inner = [piece[:1] + "*" * (len(piece) - 1) for piece in part.split("·")]
        parts.append("·".join(inner))
    masked = " ".join(parts)
    # A name of one character would stand there in full.
    return masked if "*" in masked else "*"


def mask_phone(phone: str) -> str:
    """138****1234; of a shorter number only the last two digits."""
    if not phone:
        return ""
    if len(phone) >= 11:
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * (len(phone) - 2) + phone[-2:]


def mask_id_number(number: str) -> str:
    """4201**********1234: neither birth date nor order number. Of another document its kind and last two places."""
    if not number:
        return ""
    kind, colon, rest = number.rpartition(":")
    if colon:
        return f"{kind}:" + "*" * (len(rest) - 2) + rest[-2:]
    return number[:4] + "*" * (len(number) - 8) + number[-4:]
