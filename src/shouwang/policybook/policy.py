"""What every dated policy has in common, whatever its topic: origin, dates, areas, reasons, what is assumed in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """One thing said in Chinese and in English. May hold {placeholders}."""

    zh: str
    en: str

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> Words:
        """From a `{zh: …, en: …}` entry of a policy file."""
        return cls(zh=entry["zh"].strip(), en=entry["en"].strip())

    def text(self, language: str = "zh", **facts: object) -> str:
        """The sentence in `zh` (any code that begins so) or `en`, placeholders filled when facts are given."""
        words = self.zh if language.startswith("zh") else self.en
        return words.format(**facts) if facts else words


class PolicyFault(Exception):  # noqa: N818 (a fault in the book, said to people, as is Refusal)
    """A policy that its room cannot read: which field, what is expected, what was found. The file is not known here."""

    def __init__(self, field: str, expected: Words, found: object) -> None:
        super().__init__(f"{field}: expected {expected.en}, found {found!r}")
        self.field = field
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Assumed:
    """A value on which the public record is silent: the path of the field, and why this value was taken."""

    field: str
    why: Words


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated policy. `body` is the topic's own part; its room turns it into a typed policy (`from_policy`).

    `in_force_from` None means always; `in_force_until` is the last day in force, None while no end is known.
    `areas` holds prefixes of area codes, or `*`. `version` names the policy in every decision made under it.
    """

    pack: str
    topic: str
    version: str
    title: Words
    authority: Words
    why: Words
    in_force_from: date | None
    in_force_until: date | None
    areas: tuple[str, ...]
    assumed: tuple[Assumed, ...]
    body: Mapping[str, Any] = field(hash=False)
    file: str = field(default="", compare=False)

    def covers_day(self, day: date) -> bool:
        """Whether the policy is in force on a local day."""
        begun = self.in_force_from is None or self.in_force_from <= day
        return begun and (self.in_force_until is None or day <= self.in_force_until)

    def reach(self, area: str) -> int | None:
        """How closely the policy fits an area (a code or a path): length of the longest matching prefix, None if none.

        `*` fits every area with length 0. Of a path any code may match, so that a unit with a code of its own is
        still found under the city above it.
        """
        codes = [code for code in area.split("/") if code]
        fits = [
            0 if prefix == "*" else len(prefix)
            for prefix in self.areas
            if prefix == "*" or any(code.startswith(prefix) for code in codes)
        ]
        return max(fits, default=None)

    def is_assumed(self, path: str) -> bool:
        """Whether the value at `path` (such as `body.rules.contact.for_days`) is marked as assumed."""
        return any(mark.field == path for mark in self.assumed)

    def bounds(self) -> Iterator[date]:
        """The days on which this policy begins and on which it no longer is in force."""
        if self.in_force_from is not None:
            yield self.in_force_from
        if self.in_force_until is not None:
            yield self.in_force_until + timedelta(days=1)
