"""Finding places, and what state they are in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from shouwang import clock
from shouwang.areas.models import Area, ClosureStatus, Entrance, EntranceStatus, Succession
from shouwang.areas.policy import RANK
from shouwang.areas.rules import new_path
from shouwang.refusal import Refusal


def by_code(code: str) -> Area:
    """The unit with a code, ended ones included. Raises Refusal areas.no_such_area (404)."""
    try:
        return Area.objects.get(code=code)
    except Area.DoesNotExist:
        raise Refusal("areas.no_such_area", status=404, code=code) from None


def by_codes(codes: Iterable[str]) -> dict[str, Area]:
    """Code → unit, for those there are. One statement, however many codes."""
    return {area.code: area for area in Area.objects.filter(code__in=set(codes))}


def by_id(area_id: int) -> Area:
    """The unit with a number. Raises Refusal areas.no_such_area (404)."""
    try:
        return Area.objects.get(pk=area_id)
    except Area.DoesNotExist:
        raise Refusal("areas.no_such_area", status=404, code=f"#{area_id}") from None


def root() -> Area | None:
    """The top of the tree; the first by code when there are several, None before any place is there."""
    return Area.objects.filter(parent__isnull=True).order_by("code").first()


def standing(day: date | None = None) -> Q:
    """The condition that a unit exists on a day (today): begun, and neither merged away nor split up."""
    day = day or clock.today()
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return begun & (Q(valid_until__isnull=True) | Q(valid_until__gt=day))


def children(area: Area, day: date | None = None) -> QuerySet[Area]:
    """The units directly under one that exist on a day, by code."""
    return area.children.filter(standing(day)).order_by("code")


def subtree(path: str, *levels: str, day: date | None = None) -> QuerySet[Area]:
    """All units at or under a path that exist on a day, top first; with `levels`, only those."""
    found = Area.objects.filter(standing(day), path__startswith=path)
    if levels:
        found = found.filter(level__in=levels)
    return found.order_by("path")


def compounds(path: str, day: date | None = None) -> QuerySet[Area]:
    """The compounds under a path."""
    return subtree(path, "compound", day=day)


def paths_above(path: str) -> list[str]:
    """The paths from the root down to this one, itself included."""
    codes = path.rstrip("/").split("/")
    return ["/".join(codes[: place + 1]) + "/" for place in range(len(codes))]


def ancestors(area: Area) -> list[Area]:
    """The units above one, from the root down, without itself."""
    return list(Area.objects.filter(path__in=paths_above(area.path)[:-1]).order_by("path"))


def breadcrumb(area: Area, scope_path: str = "") -> list[Area]:
    """The way to a unit from the top of what the viewer may see, itself included."""
    return [step for step in [*ancestors(area), area] if step.path.startswith(scope_path)]


def level_counts(path: str, day: date | None = None) -> dict[str, int]:
    """Level → how many units of it stand at or under a path; levels without any are absent."""
    rows = Area.objects.filter(standing(day), path__startswith=path).values_list("level").annotate(count=Count("pk"))
    counts = dict(rows.order_by())
    return {level: counts[level] for level in RANK if level in counts}


def search(words: str, scope_path: str, *levels: str, limit: int = 20) -> list[Area]:
    """Units in scope whose code begins with the words or whose name holds them all; wider units and exact ones first.

    Empty words find nothing.
    """
    wanted = words.split()
    if not wanted:
        return []
    by_name = Q()
    for word in wanted:
        by_name &= Q(name__icontains=word)
    found = Area.objects.filter(standing(), path__startswith=scope_path).filter(Q(code__startswith=wanted[0]) | by_name)
    if levels:
        found = found.filter(level__in=levels)
    exact = Case(When(Q(name=words) | Q(code=words), then=Value(0)), default=Value(1))
    rank = Case(*(When(level=level, then=Value(number)) for level, number in RANK.items()), output_field=IntegerField())
    return list(found.order_by(exact, rank, "path")[:limit])


def closure_state(area: Area, at: datetime | None = None) -> ClosureStatus | None:
    """The last closure status of a compound up to a moment (now); None when it was never closed."""
    return closures_of(area).filter(since__lte=at or clock.now()).first()


def closures_of(area: Area) -> QuerySet[ClosureStatus]:
    """All closure statuses of a compound, the last first."""
    return ClosureStatus.objects.filter(area=area).order_by("-since", "-pk")


def closure_states(path: str, at: datetime | None = None) -> dict[int, ClosureStatus]:
    """Compound → its last closure status up to a moment, for every compound at or under a path that has one."""
    rows = ClosureStatus.objects.filter(area__path__startswith=path, since__lte=at or clock.now())
    return {row.area_id: row for row in rows.order_by("area", "-since", "-pk").distinct("area")}


def is_closed(area: Area, at: datetime | None = None) -> bool:
    """Whether a compound is closed at a moment."""
    state = closure_state(area, at)
    return state is not None and state.state == "closed"


def entrances(area: Area) -> QuerySet[Entrance]:
    """The entrances of a compound, the open ones first."""
    return Entrance.objects.filter(area=area).order_by("-state", "name")


def entrance(entrance_id: int, area: Area) -> Entrance:
    """An entrance of this compound. Raises Refusal areas.no_such_entrance (404), also when it is another compound's."""
    try:
        return Entrance.objects.get(pk=entrance_id, area=area)
    except Entrance.DoesNotExist:
        raise Refusal("areas.no_such_entrance", status=404) from None


def guarded_entrances(path: str = "") -> QuerySet[Entrance]:
    """The open entrances of closed compounds at or under a path, with their compounds: what there is to guard."""
    found = Entrance.objects.filter(state="open", compound_closed=True, area__path__startswith=path)
    return found.select_related("area").order_by("area__path", "name")


def entrance_history(area: Area) -> QuerySet[EntranceStatus]:
    """What was done to the entrances of a compound, the last first."""
    return EntranceStatus.objects.filter(entrance__area=area).select_related("entrance").order_by("-since", "-pk")


def successions(area: Area) -> QuerySet[Succession]:
    """The merges, splits and moves that a unit took part in, the last first."""
    found = Succession.objects.filter(Q(origin=area) | Q(into=area)).select_related("origin", "into")
    return found.order_by("-day", "-pk")


def path_on(area: Area, day: date) -> str:
    """The path a unit had on a day, by undoing the moves since: facts of that day carry it."""
    path = area.path
    # Every subtree that changed its place has a row of kind move, so the newest first lead back step by step.
    for step in Succession.objects.filter(kind="move", day__gt=day).order_by("-day", "-pk"):
        path = new_path(path, step.new_path, step.old_path)
    return path


def unit_moves() -> list[tuple[date, int, str, str]]:
    """Every move of a unit under another parent, oldest first: day, unit, the path it had, the path it got."""
    rows = Succession.objects.filter(kind="move").order_by("day", "pk")
    return list(rows.values_list("day", "origin_id", "old_path", "new_path"))


def of_ladder(levels: Iterable[str], under: Iterable[str] = (), at: Iterable[str] = ()) -> QuerySet[Area]:
    """Units of some levels at or under some paths, and those with just a path of `at`; ended ones included."""
    wanted = Q(path__in=list(at))
    for path in under:
        wanted |= Q(path__startswith=path)
    return Area.objects.filter(wanted, level__in=list(levels))


def paths_by_id(area_ids: Iterable[int]) -> list[str]:
    """The present paths of units by number, in order."""
    return sorted(Area.objects.filter(pk__in=set(area_ids)).values_list("path", flat=True))
