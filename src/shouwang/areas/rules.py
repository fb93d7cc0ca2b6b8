"""What is told from the names and codes of places, and what keeps the tree a tree: pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shouwang.areas.policy import COMPOUND_PARENTS, RANK, SAME_TIER
from shouwang.refusal import Refusal

KINDS_OF_LEAF = ("urban", "rural", "farm", "virtual", "special")
KINDS_OF_STREET = ("subdistrict", "town", "township", "development_zone", "scenic_area", "farm", "special")

_CODE_OK = re.compile(r"[0-9A-Za-z_.-]+")
_FARM = re.compile(r"(生产队|大队|队村|生活区|农场|林场|渔场|原种场|园艺场|管理区)$")
_VILLAGE = re.compile(r"(村委会|村民委员会)$")
_RESIDENTS = re.compile(r"(居委会|居民委员会|居委|社区委员会|社区)$")
_ZONE = re.compile(r"开发区|产业|园区|管理处|商务区|管理委员会|管委会|示范城|物流|新区|办事处$")


@dataclass(frozen=True)
class Told:
    """What a name and a statistics code tell: the kind, and the level of a leaf ("" where they do not tell)."""

    kind: str
    level: str = ""


def told_by(name: str, code: str) -> Told:
    """Kind and level told from a name and a code of the National Bureau of Statistics.

    The last three of a leaf's twelve digits class it: 001-199 residents' committees, 200-399 villagers' committees,
    400-499 units like residents' committees, 500-599 units like villages (its rules for division codes of 2009). The
    code gives the level, since names vary; the name gives the kind where the code is silent. A place with another
    sort of code is told by its name alone.
    """
    if len(code) == 12 and code.isdigit():
        return _leaf(name, int(code[-3:]))
    if len(code) == 9 and code.isdigit():
        return Told(_street(name, int(code[-3:])))
    if len(code) in {4, 6} and code.isdigit():
        return Told("")
    if _VILLAGE.search(name):
        return Told("rural", "village")
    if _RESIDENTS.search(name):
        return Told("virtual" if "虚拟" in name else "urban", "community")
    return Told("")


def kind_of(name: str, code: str) -> str:
    """The kind of a place: urban, rural, farm, virtual, special for a leaf; subdistrict, town, township,
    development_zone, scenic_area, farm, special for a street; "" when name and code do not tell."""
    return told_by(name, code).kind


def _leaf(name: str, number: int) -> Told:
    level = "village" if 200 <= number < 400 or number >= 500 else "community"
    if "虚拟" in name:
        # Made up by the statisticians for a zone without residents' committees: a place for figures, with no people.
        return Told("virtual", level)
    if _FARM.search(name) and not _VILLAGE.search(name):
        return Told("special" if "劳教所" in name else "farm", level)
    if number >= 500:
        return Told("special", level)
    return Told("rural" if level == "village" else "urban", level)


def _street(name: str, number: int) -> str:
    if "风景" in name:
        return "scenic_area"
    if re.search(r"(农场|林场|原种场)$", name):
        return "farm"
    if number >= 400:
        if _ZONE.search(name):
            return "development_zone"
        return "subdistrict" if name.endswith(("街道", "街")) else "special"
    if name.endswith("镇"):
        return "town"
    if name.endswith("乡"):
        return "township"
    if _ZONE.search(name):
        return "development_zone"
    return "subdistrict"


def path_of(parent_path: str, code: str) -> str:
    """The path of a unit under a parent's path: codes from the root joined and ended by "/"."""
    return f"{parent_path}{code}/"


def new_path(path: str, old: str, new: str) -> str:
    """A path after the unit at `old` came to stand at `new`; unchanged when it does not lie under `old`."""
    return new + path[len(old) :] if path.startswith(old) else path


def check_code(code: str, limit: int) -> None:
    """Raises Refusal when a code would break paths or addresses, or is too long to be one."""
    if not code or len(code) > limit or not _CODE_OK.fullmatch(code):
        raise Refusal("areas.bad_code", field="code", code=code[:limit])


def check_under(level: str, parent_level: str | None, *, field: str | None = "parent_code") -> None:
    """Raises Refusal when a unit of this level may not hang under one of that level (None: at the root)."""
    if parent_level is None:
        if level != "city":
            raise Refusal("areas.no_parent", field=field, level=level)
        return
    if level == "compound" and parent_level not in COMPOUND_PARENTS:
        raise Refusal("areas.compound_parent", field=field, parent_level=parent_level)
    if RANK[level] <= RANK[parent_level]:
        raise Refusal("areas.wrong_level", field=field, level=level, parent_level=parent_level)


def may_merge(levels: Iterable[str]) -> bool:
    """Whether units of these levels may become one."""
    found = set(levels)
    return len(found) == 1 or found <= SAME_TIER


def in_parents_first(parents: Mapping[str, str]) -> tuple[list[str], set[str]]:
    """Order units so that each comes after its parent, whatever order a file has them in.

    `parents` maps code → parent code; parents that are not among the units count as being there already. Returns the
    order, and the codes that are on a cycle or hang on one.
    """
    children: dict[str, list[str]] = {}
    ready: list[str] = []
    for code, parent in parents.items():
        if parent in parents:
            children.setdefault(parent, []).append(code)
        else:
            ready.append(code)
    # A walk from the ready ones; it reaches everything but cycles.
    place = 0
    while place < len(ready):
        ready.extend(children.get(ready[place], ()))
        place += 1
    return ready, set(parents) - set(ready)


def cycle_of(code: str, parents: Mapping[str, str]) -> list[str]:
    """The cycle that a unit is on or hangs on, beginning and ending with the same code, for the words of a refusal."""
    seen: list[str] = []
    while code not in seen:
        seen.append(code)
        code = parents[code]
    return [*seen[seen.index(code) :], code]


def differences(had: Mapping[str, object], given: Mapping[str, object], names: Sequence[str]) -> list[str]:
    """What a file says otherwise than what is there: "name (had → given)" for each field."""
    return [f"{name}（{had[name]} → {given[name]}）" for name in names if had[name] != given[name]]
