"""A permission to pass as an exception: whom it is for, and what it counts as before closure and confinement."""

from __future__ import annotations

from collections.abc import Iterable

from shouwang.gates.policy import Exemption, Holder, Permit, PermitKind
from shouwang.gates.traveller import Member, Traveller

EXCEPTION = "exception"
"""What a passage that needed one names as its permit. The same for everybody: it says nothing about who it was."""

AT_HOME = Permit(EXCEPTION, PermitKind.SPECIAL_DUTY, Holder(), 0, 1, confined=True)
"""At the person's own gate it holds for a confined household and a barred dwelling too: the two offices are theirs."""
ELSEWHERE = Permit(EXCEPTION, PermitKind.SPECIAL_DUTY, Holder(), 0, 1)
"""Elsewhere it opens the gate, but not what is barred there: others gave that order."""


def is_for(one: Exemption, person: Member, code_list: int | None) -> bool:
    """Whether a permission is this person's: by line of the roster, or by place on the list that was shown."""
    if one.row is not None and one.row == person.row:
        return True
    return one.idx is not None and one.idx == person.idx and one.list == code_list


def holding(exceptions: Iterable[Exemption], traveller: Traveller, now: int) -> tuple[Exemption, ...]:
    """The permissions of those who want to pass that hold now. Which of two offices it took was the server's to see."""
    return tuple(
        one
        for one in exceptions
        if one.valid_from <= now < one.valid_until
        and any(is_for(one, person, traveller.list) for person in traveller.people)
    )


def until(held: Iterable[Exemption], traveller: Traveller) -> int:
    """Until when everybody who has one may still pass: each by their own latest, of several people the first to end."""
    ends = [
        max((one.valid_until for one in held if is_for(one, person, traveller.list)), default=0)
        for person in traveller.people
    ]
    return min(end for end in ends if end > 0)
