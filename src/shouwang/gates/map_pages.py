"""The map of gates where nobody is on guard: districts by how many, compounds as dots, and both as tables beside it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shouwang import access, clock
from shouwang.areas import outlines
from shouwang.areas import queries as areas
from shouwang.command.policy import POWERS
from shouwang.command.rules import Scope
from shouwang.gates import queries
from shouwang.gates.models import Gate
from shouwang.ui.choropleth import AreaMap, MapArea, MapPoint
from shouwang.ui.tables import Column, Empty, Table

DOTS = 1000
"""More than these are not drawn; the table has them all."""


def board_of(gate: Gate) -> str:
    """The address of a gate's board."""
    return reverse("gates:board", args=[gate.pk])


@access.posted(*POWERS["gates.see"])
def unattended(request: HttpRequest) -> HttpResponse:
    """Where nobody has been on guard for more than ten minutes, in the viewer's area."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    gates = queries.gates_in(scope)
    lonely = queries.unattended(gates)
    page = Paginator(lonely, 50).get_page(request.GET.get("page"))
    for gate in page:
        gate.place = gate.area.name  # type: ignore[attr-defined]
        gate.alone_since = gate.watch_at or gate.since  # type: ignore[attr-defined]
    table = Table(
        caption=_("Gates without a guard in %(area)s") % {"area": scope.area_name},
        columns=[
            Column("name", _("Gate"), row_header=True, href=board_of),
            Column("alone_since", _("Since"), "moment"),
            Column("watch_guard", _("Last guard")),
        ],
        page=page,
        empty=Empty(_("Every gate has a guard.")),
    )
    dots, without = _dots(list(lonely[:DOTS]))
    context = {
        "table": table,
        "map": _map(scope, queries.counted_by_district(gates), queries.counted_by_district(lonely), dots),
        "without": without,
        "more": max(0, page.paginator.count - DOTS),
        "lonely": page.paginator.count,
    }
    return render(request, "gates/map.html", context)


def _dots(gates: list[Gate]) -> tuple[list[MapPoint], int]:
    """The gates that have a place on the map, and how many have none."""
    found = [
        MapPoint(gate.name, gate.area.lon, gate.area.lat, _("unattended"), board_of(gate))
        for gate in gates
        if gate.area.lon is not None and gate.area.lat is not None
    ]
    return found, len(gates) - len(found)


def _map(scope: Scope, gates: dict[str, int], lonely: dict[str, int], dots: list[MapPoint]) -> AreaMap | None:
    """The districts of the viewer's area, or the district that it lies in."""
    root = areas.root()
    if root is None:
        return None
    codes = scope.area_path.split("/")
    wanted = [one for one in areas.children(root) if scope.is_whole_city or one.code == codes[1]]
    known = set(outlines.codes())
    drawn: list[dict[str, Any]] = [outlines.outline(one.code) for one in wanted if one.code in known]
    if not drawn:
        return None
    listed = reverse("gates:list")
    return AreaMap(
        title=_("Gates without a guard now"),
        features=drawn,
        areas=[
            MapArea(
                one.code,
                one.name,
                lonely.get(one.code, 0) if one.code in gates else None,
                gates.get(one.code, 0),
                f"{listed}?unattended=1&area={one.code}" if scope.covers(one.path) else "",
            )
            for one in wanted
        ],
        value_title=_("Without a guard"),
        area_title=_("District"),
        of_title=_("Gates"),
        at=clock.now(),
        table_open=True,
        points=dots,
        point_title=_("gate without a guard"),
    )
