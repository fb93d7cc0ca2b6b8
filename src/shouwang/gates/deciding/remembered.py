"""Passages of before: what the office knew from all phones when the row was issued, and what this phone remembers."""

from __future__ import annotations

from dataclasses import replace

from shouwang.gates.policy import Direction, Earlier, PassagePolicy
from shouwang.gates.traveller import Traveller


def remembered(policy: PassagePolicy, traveller: Traveller) -> tuple[Earlier, ...]:
    """Both together, each passage once. Whoever went out is back when either of the two knows it."""
    own = traveller.earlier
    told = {each.id: each for each in policy.earlier if each.id is not None}
    known = {each.id for each in own if each.id is not None}
    mine = [_also_back(each, told.get(each.id) if each.id is not None else None) for each in own]
    others = [each for each in policy.earlier if each.id is None or each.id not in known]
    return (*mine, *(_came_back(each, own) for each in others))


def _also_back(each: Earlier, told: Earlier | None) -> Earlier:
    if told is None or told.back is None or each.back is not None:
        return each
    return replace(each, back=told.back)


def _came_back(each: Earlier, own: tuple[Earlier, ...]) -> Earlier:
    """The office does not know of a return that this phone has seen and not yet sent."""
    if each.direction is not Direction.OUT or each.back is not None or each.row is None:
        return each
    home = [one.at for one in own if one.direction is Direction.IN and one.row == each.row and one.at >= each.at]
    return replace(each, back=min(home)) if home else each
