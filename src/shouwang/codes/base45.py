"""Base45 (RFC 9285): bytes in the alphabet that a QR code packs at 5.5 bits a character."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
PAIRS = [ALPHABET[value % 45] + ALPHABET[value // 45 % 45] for value in range(45 * 45)]


def encode(data: bytes) -> str:
    """Two bytes as three characters, the least significant first; a last single byte as two."""
    parts = []
    for place in range(0, len(data) - 1, 2):
        high, low = divmod(data[place] << 8 | data[place + 1], 45 * 45)
        parts.append(PAIRS[low] + ALPHABET[high])
    if len(data) % 2:
        parts.append(PAIRS[data[-1]])
    return "".join(parts)


def decode(text: str) -> bytes:
    """The bytes of a base45 text. Raises ValueError for a character, a length or a value that cannot be."""
    if len(text) % 3 == 1:
        raise ValueError("one character is left over")
    try:
        values = [VALUES[character] for character in text]
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is not of the alphabet") from None
    found = bytearray()
    for place in range(0, len(values) - 2, 3):
        number = values[place] + 45 * values[place + 1] + 2025 * values[place + 2]
        if number > 0xFFFF:
            raise ValueError("three characters are more than two bytes hold")
        found += number.to_bytes(2, "big")
    if len(values) % 3:
        number = values[-2] + 45 * values[-1]
        if number > 0xFF:
            raise ValueError("two characters are more than a byte holds")
        found.append(number)
    return bytes(found)
