"""Which policy is in force: the one question every other room asks of the book."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from shouwang.policybook.checking import Typed, survey
from shouwang.policybook.checking import check as check_directories
from shouwang.policybook.faults import Fault
from shouwang.policybook.policy import Policy
from shouwang.policybook.show import Shown
from shouwang.policybook.show import show as show_policy
from shouwang.refusal import Refusal

SHIPPED = Path(__file__).parent.parent / "policies"
"""The packs that come with Shouwang."""

DEFAULT_PACKS = ("wuhan-2020", "prc-2022", "generic")
"""Order in which packs are asked when a deployment names none."""

_packs: tuple[str, ...] = DEFAULT_PACKS
_directories: tuple[Path, ...] = ()


def configure(packs: Sequence[str], directories: Sequence[Path] = ()) -> None:
    """Say once, at the start of a process, which packs this deployment asks, in order, and where else they lie."""
    global _packs, _directories
    _packs, _directories = tuple(packs), tuple(directories)


def policies(directories: Sequence[Path] | None = None) -> tuple[Policy, ...]:
    """All policies, shipped ones first, then those of further directories, oldest first within pack and topic.

    Raises Refusal `policybook.faulty` with the first fault when a file is unsound: half a book is not a book.
    """
    return _policies(_directories if directories is None else tuple(directories))


@functools.lru_cache(maxsize=8)
def _policies(directories: tuple[Path, ...]) -> tuple[Policy, ...]:
    found, faults = survey([SHIPPED, *directories])
    if faults:
        raise Refusal("policybook.faulty", count=len(faults), zh=faults[0].words("zh"), en=faults[0].words("en"))
    return tuple(sorted(found, key=lambda p: (p.pack, p.topic, p.in_force_from or date.min, p.areas)))


def forget() -> None:
    """Read the files again at the next question (after `shouwang policy check`, and in tests)."""
    _policies.cache_clear()


def in_force(
    topic: str, day: date, area: str, packs: Sequence[str] | None = None, directories: Sequence[Path] | None = None
) -> Policy:
    """The policy of a topic on a local day in an area (a code, or better a path from the root).

    The first pack that has one answers; within a pack the longest area prefix wins, then the latest date.
    Raises Refusal `policybook.none_in_force`.
    """
    book = policies(directories)
    for pack in _packs if packs is None else packs:
        fitting = [
            (policy.reach(area), policy.in_force_from or date.min, policy)
            for policy in book
            if policy.pack == pack and policy.topic == topic and policy.covers_day(day)
        ]
        close = [(reach, begun, policy) for reach, begun, policy in fitting if reach is not None]
        if close:
            return max(close, key=lambda entry: entry[:2])[2]
    raise Refusal("policybook.none_in_force", topic=topic, day=day.isoformat(), area=area)


def changes(
    topic: str, area: str, packs: Sequence[str] | None = None, directories: Sequence[Path] | None = None
) -> tuple[tuple[date, Policy], ...]:
    """The days on which the policy of a topic in an area changes, each with the policy from that day on.

    The first entry is dated `date.min` when a policy was always in force. Days without any policy have no entry.
    """
    bounds = {date.min}
    for policy in policies(directories):
        if policy.topic == topic and policy.pack in (_packs if packs is None else packs):
            bounds.update(policy.bounds())
    steps: list[tuple[date, Policy]] = []
    for day in sorted(bounds):
        try:
            policy = in_force(topic, day, area, packs, directories)
        except Refusal:
            continue
        if not steps or steps[-1][1].version != policy.version:
            steps.append((day, policy))
    return tuple(steps)


def find(version: str, directories: Sequence[Path] | None = None) -> Policy:
    """The policy named in a decision. Raises Refusal `policybook.no_such_version`."""
    for policy in policies(directories):
        if policy.version == version:
            return policy
    raise Refusal("policybook.no_such_version", status=404, version=version)


def check(directories: Iterable[Path] = (), typed: Typed | None = None) -> list[Fault]:
    """Every fault in the shipped packs and in further directories. `typed`: topic → the room's `from_policy`."""
    return check_directories([SHIPPED, *directories], typed)


def show(policy: Policy, language: str = "zh") -> Shown:
    """A policy in plain words of one language, for pages and the command line (`.text()` is the whole as text)."""
    return show_policy(policy, language)
